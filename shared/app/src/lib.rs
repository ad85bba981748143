//! The use cases of the order management system. They reach the outside through [`ports`] and depend on neither AWS
//! nor HTTP.
//!
//! A use case reads what it needs, lets `domain` decide, and writes one change whose conditions make it safe against
//! concurrent writers; after a lost race it decides again on fresh data. [`memory`] implements the ports in memory
//! with the same guarantees, so every story also runs in milliseconds.

pub mod access;
pub mod bus;
pub mod failure;
pub mod goodwill;
pub mod memory;
pub mod ports;
pub mod retries;
pub mod secrets;
pub mod usecases;
pub mod views;
