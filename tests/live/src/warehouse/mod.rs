//! The warehouse server: receives what dispatch sends to the locations, verifies the signatures and keeps the
//! requests. The stories send the webhooks that a location would send in turn.

mod requests;
mod server;

pub use requests::Warehouse;
pub use server::Received;
