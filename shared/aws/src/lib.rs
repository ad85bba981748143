//! The only crate with the AWS SDK: settings, clients, table, bus, queues, batches, HTTP answers. No rules: an
//! `if` about an order's status in here is a bug.
//!
//! [`settings`] and [`client`] are read and built once, in `main`. [`table`] keeps the promises of
//! `app::ports`; [`batch`] and [`stream`] carry messages to the use cases and their answers back; [`bus`] and
//! [`queue`] send; [`http`] translates requests; [`secrets`] reads signing secrets.

pub mod batch;
pub mod bus;
pub mod client;
pub mod clock;
pub mod http;
pub mod queue;
pub mod secrets;
pub mod settings;
pub mod stream;
pub mod table;

#[cfg(test)]
mod scripted;
