//! What time makes due about an order's payment.

use super::{
    authorization, cancellation,
    exception::open,
    fitting::fitting,
    units::{recalled, units_of},
};
use crate::{
    money::Money,
    order::{
        CancelReason, Context, Event, ExceptionKind, FulfillmentStatus, LineUnits, Order,
        PaymentStep, Rejection, UnitsAt,
    },
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
        PaymentStep::Cancel(reason) => {
            let cancelled = cancellation::cancel(order, &[], &reason, None)?;
            let is_news = !order.state.expired && reason != CancelReason::PaymentCancelled;
            let expired =
                (is_news && !cancelled.is_empty()).then_some(Event::OrderExpired { reason });
            Ok(expired.into_iter().chain(cancelled).collect())
        }
        PaymentStep::ReleaseReservations => Ok(release_reservations(order)),
        PaymentStep::HoldForPayment => Ok(authorization::hold(order)),
        PaymentStep::ShowEnding(_) => Ok(authorization::shown(order)),
        PaymentStep::ShowUnresolved(intent) => {
            let detail = format!(
                "payment {intent} has been processing for two weeks, and nothing is sent out: ask the payment \
                 provider how it ended, or cancel the order"
            );
            let kind = ExceptionKind::PaymentUnresolved;
            Ok(vec![open(kind, intent, detail)])
        }
        PaymentStep::ShowAwaitingGateway => Ok(vec![awaiting_gateway(order)]),
        PaymentStep::ShowOverdue => Ok(vec![overdue(order)]),
        PaymentStep::ShowOutstanding => {
            let show = |minor| Money {
                minor,
                currency: order.placed.currency,
            };
            let detail = format!(
                "it was to be paid on delivery, and {} of {} is recorded: record what the carrier has collected, or ask \
                 for it",
                show(order.state.payment.secured()),
                show(order.amount_due())
            );
            Ok(vec![open(ExceptionKind::PaymentOutstanding, "", detail)])
        }
    }
}

/// The time to pay is over, and only the gateway can say what has become of the order's payments.
fn awaiting_gateway(order: &Order) -> Event {
    let intents = order.state.payment.intents.iter();
    let unresolved = intents.filter(|intent| intent.is_unresolved());
    let unresolved: Vec<&str> = unresolved.map(|intent| intent.id.as_str()).collect();
    let detail = format!(
        "it was to be paid until {}, and the payment gateway has not said since whether {} was paid, or has not cancelled it: see \
         that the gateway works and that its key is stored. The order expires or is paid by itself when the gateway answers; \
         nobody has to do anything about the order, and closing this shows it again later",
        order.pay_until(),
        unresolved.join(", ")
    );
    open(ExceptionKind::ExpiryAwaitsGateway, "", detail)
}

/// An order on account was to be paid by now.
fn overdue(order: &Order) -> Event {
    let owes = Money {
        minor: order.open_on_account(),
        currency: order.placed.currency,
    };
    let account = order.account().map_or("", |account| account.as_str());
    let detail = format!(
        "account {account} owes {owes} for this order, which was to be paid until {}: record what has come, or ask for it",
        order.pay_until()
    );
    open(ExceptionKind::PaymentOverdue, "", detail)
}

/// Planned units become unrouted, so that others can have their stock. No location knows of them. What does not fit one
/// transaction stays planned, and is due still.
fn release_reservations(order: &Order) -> Vec<Event> {
    let planned = order.state.fulfillment_orders.iter();
    let planned = planned.filter(|f| f.status == FulfillmentStatus::Planned);
    let units = planned.flat_map(|found| {
        units_of(order, found, |line| line.open)
            .into_iter()
            .map(|line| UnitsAt {
                line: line.line,
                sku: line.sku,
                units: line.units,
                fulfillment_order: Some(found.id),
                backordered: 0,
            })
    });
    let units = fitting(order, units);
    let fulfillment_orders = order.state.fulfillment_orders.iter();
    fulfillment_orders
        .filter_map(|found| {
            let here = units
                .iter()
                .filter(|u| u.fulfillment_order == Some(found.id));
            let lines: Vec<LineUnits> = here
                .map(|part| LineUnits {
                    line: part.line.clone(),
                    sku: part.sku.clone(),
                    units: part.units,
                })
                .collect();
            (!lines.is_empty()).then(|| recalled(found, lines))
        })
        .collect()
}
