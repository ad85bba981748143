//! Our own scheme, for any warehouse, 3PL or supplier: webhooks from locations and requests to them, signed by
//! [Standard Webhooks](crate::signature::standard). The wire format is described in `events/README.md`.

mod facts;
mod kind;
mod message;
mod payloads;
mod quantities;
pub mod requests;
mod schema;
mod stock;
mod vendor;
mod webhooks;

pub use kind::Kind;
pub use message::{VERSION, WireMessage};
pub use payloads::{
    Cancelled, Closed, Counted, CountedItem, Declined, Progress, Received, ReceivedItem,
    ShipmentProblem, ShipmentProgress, Shipped,
};
pub use stock::ITEMS_MAX;
pub use vendor::VENDOR;
pub use webhooks::NAME;
