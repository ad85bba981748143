//! What time makes due about an order's payment.

use super::{
    cancellation,
    exception::open,
    units::{recalled, units_of},
};
use crate::order::{
    Context, Event, ExceptionKind, FulfillmentStatus, Order, PaymentStep, Rejection,
};

/// Does the step that is due, if one is.
///
/// # Errors
/// As the cancellation of the whole order.
pub(super) fn enforce(order: &Order, context: &Context) -> Result<Vec<Event>, Rejection> {
    let Some((step, due)) = order.payment_step() else {
        return Ok(vec![]);
    };
    if due > context.now {
        return Ok(vec![]);
    }
    match step {
        PaymentStep::Cancel(reason) => cancellation::cancel(order, &[], &reason, None),
        PaymentStep::ReleaseReservations => Ok(release_reservations(order)),
        PaymentStep::ShowUnresolved(intent) => {
            let detail = format!(
                "payment {intent} has been processing for two weeks, and nothing is sent out: ask the payment \
                 provider how it ended, or cancel the order"
            );
            let kind = ExceptionKind::PaymentUnresolved;
            Ok(vec![open(kind, intent, detail)])
        }
    }
}

/// Planned units become unrouted, so that others can have their stock. No location knows of them.
fn release_reservations(order: &Order) -> Vec<Event> {
    let planned = order.state.fulfillment_orders.iter();
    let planned = planned.filter(|f| f.status == FulfillmentStatus::Planned);
    planned
        .map(|found| recalled(found, units_of(order, found, |line| line.open)))
        .collect()
}
