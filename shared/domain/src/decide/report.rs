//! What a person may report about a fulfillment order.
//!
//! A webhook's fact is never refused: it may be late, and what it tells has happened. A person looks at the order as it
//! is now, so a step that the order cannot take any more is a mistake, or news that they should hear.

use crate::{
    inbound::FulfillmentFact,
    order::{FulfillmentOrder, FulfillmentStatus, Rejection, RejectionCode},
};

/// Checks that a person may report a fact about a fulfillment order as it is now. A parcel that left is always recorded,
/// once the location has been requested to ship.
///
/// # Errors
/// [`RejectionCode::WrongStatus`].
pub fn check_report(found: &FulfillmentOrder, fact: &FulfillmentFact) -> Result<(), Rejection> {
    let refused = |message: &str| {
        Err(Rejection::new(
            RejectionCode::WrongStatus,
            found.status.as_str(),
            message,
        ))
    };
    if found.status == FulfillmentStatus::Planned {
        return refused("the fulfillment order is planned; it has not been requested yet");
    }
    match fact {
        FulfillmentFact::Accepted
        | FulfillmentFact::Picking
        | FulfillmentFact::Packed
        | FulfillmentFact::Rejected { .. }
        | FulfillmentFact::Closed { .. }
            if !found.status.is_open() =>
        {
            refused("the fulfillment order has ended")
        }
        FulfillmentFact::Cancelled { .. } | FulfillmentFact::CancelRefused { .. }
            if !found.awaits_cancellation() =>
        {
            refused("no cancellation is requested of the fulfillment order")
        }
        FulfillmentFact::Accepted
        | FulfillmentFact::Picking
        | FulfillmentFact::Packed
        | FulfillmentFact::Rejected { .. }
        | FulfillmentFact::Cancelled { .. }
        | FulfillmentFact::CancelRefused { .. }
        | FulfillmentFact::Shipped { .. }
        | FulfillmentFact::Closed { .. } => Ok(()),
    }
}
