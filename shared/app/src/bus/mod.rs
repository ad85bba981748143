//! The bus: which events are published, with which data, and which consumer each of them starts.

pub mod catalogue;
pub mod envelope;
mod mapping;
pub mod message;
pub mod payloads;
pub mod publish;
pub mod subscriptions;
