//! Fulfillment orders for which nothing more will come.

use jiff::Timestamp;

use super::fulfillment::fulfillment_order_mut;
use crate::{
    ids::FulfillmentOrderId,
    order::{Closing, Order},
};

pub(super) fn start(
    order: &mut Order,
    id: FulfillmentOrderId,
    until: Timestamp,
    totals_known: bool,
    at: Option<Timestamp>,
) {
    if let Some(found) = fulfillment_order_mut(order, id) {
        found.closing = Some(Closing {
            until: Some(until),
            totals_known,
            at,
        });
    }
}

pub(super) fn end(order: &mut Order, id: FulfillmentOrderId) {
    if let Some(closing) = fulfillment_order_mut(order, id).and_then(|f| f.closing.as_mut()) {
        closing.until = None;
    }
}
