//! The order aggregate: what was placed, and what has become of it.

mod causes;
mod commit;
mod event;
mod fulfillment;
mod payment;
mod placed;
mod state;
mod status;

pub use causes::Causes;
pub use commit::{Actor, ActorKind, Cause, ChainError, Commit, CommitBody, verify_chain};
pub use event::{Event, LineUnits, RefundLine, UnitsAt};
pub use fulfillment::{
    FulfillmentLine, FulfillmentOrder, FulfillmentStatus, Shipment, ShipmentLine, ShipmentStatus,
};
pub use payment::{Intent, Payment, PaymentStatus, Refund, RefundStatus};
pub use placed::{Address, Cell, Contact, Destination, Line, PlacedOrder, Terms};
pub use state::{
    CancelReason, Exception, ExceptionKind, Hold, HoldKind, LineState, Order, OrderState, Owed,
    REDRIVE_AFTER_S,
};
pub use status::{FulfillmentProgress, ReturnStatus, Status, TRANSITIONS};

pub(crate) use placed::is_false;
