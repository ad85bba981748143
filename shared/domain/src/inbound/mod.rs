//! Facts from outside, in our own words: what a webhook of any vendor is translated into before it is queued.

mod fulfillment;
mod message;
mod payment;
mod shipment;
mod stock;

pub use fulfillment::{FactLine, FulfillmentFact};
pub use message::{Fact, Inbound, OrderReference};
pub use payment::PaymentFact;
pub use shipment::ShipmentFact;
pub use stock::StockFact;
