//! Facts from outside, in our own words: what a webhook of any vendor is translated into before it is queued.

mod fulfillment;
mod message;
mod payment;
mod shipment;
mod stock;
mod unmatched;

pub use fulfillment::{FactLine, FulfillmentFact};
pub use message::{Fact, Inbound, OrderReference};
pub use payment::{PaymentFact, ReportedDispute};
pub use shipment::ShipmentFact;
pub use stock::StockFact;
pub use unmatched::{
    NoPaymentKey, Parked, PaymentKey, UNMATCHED_CLOSED_AFTER_DAYS, UNMATCHED_FACTS_MAX,
    UNMATCHED_NAMES_MAX, UnmatchedCloseReason, UnmatchedClosed, UnmatchedPayment, orders_named,
};
