//! Events as sentences, for the timeline. Agents read these words.

use domain::{
    ids::{FulfillmentOrderId, ShipmentId},
    money::Money,
    order::{
        CancelReason, Dispute, DisputeStatus, EffectAction, Event, LineUnits, Order, RefundStatus,
    },
};

/// An event as a sentence. `order` is the order just before it. The sentence contains no personal data: a note is a field
/// of its own.
pub(super) fn sentence(order: &Order, event: &Event) -> String {
    let money = |minor: i64| {
        Money {
            minor,
            currency: order.placed.currency,
        }
        .to_string()
    };
    match event {
        Event::OrderPlaced {
            number,
            total,
            currency,
            ..
        } => {
            format!(
                "Order {number} placed for {}",
                Money {
                    minor: *total,
                    currency: *currency
                }
            )
        }
        Event::PaymentLinked { intent } => format!("Payment {intent} belongs to this order"),
        Event::PaymentProcessing { .. } => {
            "The payment provider is processing the payment".to_owned()
        }
        Event::PaymentAuthorized { amount, .. } => format!("{} authorised", money(*amount)),
        Event::AuthorizationTermsReported {
            intent,
            capture_before,
            multicapture,
        } => {
            let times = if *multicapture {
                "several times"
            } else {
                "once"
            };
            match capture_before {
                Some(end) => format!("{intent} can be captured {times}, until {end}"),
                None => format!("{intent} can be captured {times}"),
            }
        }
        Event::PaymentCaptured {
            amount,
            capturable: 0,
            ..
        } => format!("{} captured", money(*amount)),
        Event::PaymentCaptured {
            amount, capturable, ..
        } => format!(
            "{} captured, {} can still be captured",
            money(*amount),
            money(*capturable)
        ),
        Event::PaymentFailed {
            code: Some(code), ..
        } => format!("The payment failed: {code}"),
        Event::PaymentFailed { code: None, .. } => "The payment failed".to_owned(),
        Event::PaymentCancelled { .. } => "The payment was cancelled".to_owned(),
        Event::PaymentRecorded {
            kind,
            reference,
            amount,
            ..
        } => format!(
            "Payment of {} recorded: {} {reference}",
            money(*amount),
            kind.as_str().replace('_', " ")
        ),
        Event::RefundUpdated { amount, status, .. } => {
            format!("Refund of {} {}", money(*amount), refund(*status))
        }
        Event::DisputeOpened { dispute } => {
            format!("The customer disputes the payment ({dispute})")
        }
        Event::DisputeUpdated { dispute } => dispute_told(&money, dispute),
        Event::DisputeFundsWithdrawn { dispute, amount } => format!(
            "{} taken by the payment provider for the dispute {dispute}",
            money(*amount)
        ),
        Event::DisputeFundsReinstated { dispute, amount } => format!(
            "{} of the dispute {dispute} given back to the shop",
            money(*amount)
        ),
        Event::DisputeClosed { dispute, won: true } => format!("The dispute {dispute} was won"),
        Event::DisputeClosed {
            dispute,
            won: false,
        } => format!("The dispute {dispute} was lost"),
        Event::HoldPlaced {
            handle,
            reason: Some(reason),
            ..
        } => format!("Put on hold ({handle}): {reason}"),
        Event::HoldPlaced {
            handle,
            until: Some(until),
            ..
        } => {
            format!("Put on hold ({handle}) until {until}")
        }
        Event::HoldPlaced {
            handle,
            until: None,
            ..
        } => format!("Put on hold ({handle})"),
        Event::HoldReleased { handle, .. } => format!("Hold released ({handle})"),
        Event::OrderReleased {} => "Paid, and no hold: ready to be routed".to_owned(),
        Event::OrderResumed { .. } => "Secured again, and no hold: moves on".to_owned(),
        Event::OrderRouted {
            fulfillment_orders,
            decision,
        } => {
            let locations: Vec<&str> = fulfillment_orders
                .iter()
                .map(|f| f.location.as_str())
                .collect();
            if locations.is_empty() {
                "No location can ship it now".to_owned()
            } else {
                let retried = if decision.attempt > 1 {
                    ", decided again because stock or order had changed"
                } else {
                    ""
                };
                format!("Routed to {}{retried}", locations.join(", "))
            }
        }
        Event::UnitsBackordered { lines } => format!("Backordered: {}", units(lines)),
        Event::BackorderReleased {
            fulfillment_orders, ..
        } => {
            let locations: Vec<&str> = fulfillment_orders
                .iter()
                .map(|f| f.location.as_str())
                .collect();
            format!("Backorder released: routed to {}", locations.join(", "))
        }
        Event::FulfillmentRequested { fulfillment_orders } => {
            format!("Sent to {}", locations(order, fulfillment_orders))
        }
        Event::RequestsRepeated { fulfillment_orders } => {
            format!("Sent again to {}", locations(order, fulfillment_orders))
        }
        Event::RequestsTakenBack {
            fulfillment_orders,
            reason,
        } => {
            let at = locations(order, fulfillment_orders);
            format!("Not sent to {at} yet: no connection ({reason})")
        }
        Event::FulfillmentAccepted { fulfillment_order } => {
            format!("Accepted by {}", location(order, *fulfillment_order))
        }
        Event::PickingStarted { fulfillment_order } => {
            format!("Being picked at {}", location(order, *fulfillment_order))
        }
        Event::FulfillmentPacked { fulfillment_order } => {
            format!("Packed at {}", location(order, *fulfillment_order))
        }
        Event::FulfillmentRejected {
            location,
            reason,
            lines,
            ..
        } => {
            format!("Rejected by {location} ({reason}): {}", units(lines))
        }
        Event::UnitsShortShipped {
            location, lines, ..
        } => format!("Short at {location}: {}", units(lines)),
        Event::LocationAllowed { sku, location, .. } => {
            format!("{sku} may be routed to {location} again")
        }
        Event::FulfillmentClosing {
            fulfillment_order,
            totals_known,
            ..
        } => {
            let rest = match totals_known {
                true => "shipments that left are still to be reported",
                false => "shipments that left earlier may still be reported",
            };
            format!(
                "{} will ship nothing more; {rest}",
                location(order, *fulfillment_order)
            )
        }
        Event::FulfillmentClosingEnded { fulfillment_order } => format!(
            "{} has not told of all shipments that have left",
            location(order, *fulfillment_order)
        ),
        Event::UnitsReclaimed {
            location, units, ..
        } => {
            let parts: Vec<String> = units
                .iter()
                .map(|u| format!("{} x {}", u.released, u.sku))
                .collect();
            format!("{location} has shipped after all: {}", parts.join(", "))
        }
        Event::WriteOffReversed {
            location, lines, ..
        } => format!("Cancelled by {location} and not missing: {}", units(lines)),
        Event::SurplusReleased {
            location, lines, ..
        } => format!("No longer needed from {location}: {}", units(lines)),
        Event::ShipmentShipped {
            shipment, location, ..
        } => {
            let shipped: u32 = shipment
                .lines
                .iter()
                .map(|l| l.units)
                .fold(0, u32::saturating_add);
            let unexpected: u32 = shipment
                .lines
                .iter()
                .map(|l| l.unexpected)
                .fold(0, u32::saturating_add);
            let contents = match (shipped, unexpected) {
                (shipped, 0) => counted(shipped),
                (0, unexpected) => format!("{} not requested", counted(unexpected)),
                (shipped, unexpected) => {
                    format!("{}, and {unexpected} not requested", counted(shipped))
                }
            };
            let by = shipment
                .carrier
                .as_deref()
                .map_or_else(String::new, |carrier| format!(" with {carrier}"));
            let tracking = shipment
                .tracking
                .as_deref()
                .map_or_else(String::new, |number| format!(", {number}"));
            format!(
                "Shipment {} left {location}{by}{tracking}: {contents}",
                shipment.reference
            )
        }
        Event::ShipmentInTransit { shipment, .. } => {
            format!("Shipment {} is on its way", reference(order, shipment))
        }
        Event::ShipmentOutForDelivery { shipment, .. } => {
            format!(
                "Shipment {} is out for delivery",
                reference(order, shipment)
            )
        }
        Event::ShipmentDelivered { shipment, .. } => {
            format!("Shipment {} was delivered", reference(order, shipment))
        }
        Event::ShipmentException {
            shipment, reason, ..
        } => {
            let why = reason
                .as_deref()
                .map_or_else(String::new, |reason| format!(": {reason}"));
            format!(
                "Shipment {} has an exception{why}",
                reference(order, shipment)
            )
        }
        Event::ShipmentReturned { shipment, .. } => {
            format!(
                "Shipment {} is returned to the sender",
                reference(order, shipment)
            )
        }
        Event::ShipmentStepRepeated { shipment, step, .. } => {
            let step = step.as_str().replace('_', " ");
            format!(
                "Shipment {}: {step}, reported again",
                reference(order, shipment)
            )
        }
        Event::CancellationRequested {
            fulfillment_order,
            lines,
            ..
        } => {
            format!(
                "Cancellation requested from {}: {}",
                location(order, *fulfillment_order),
                units(lines)
            )
        }
        Event::CancellationRefused {
            lines,
            winner,
            by,
            at,
            ..
        } => {
            format!("Not cancelled, {winner} by {by} at {at}: {}", units(lines))
        }
        Event::RecallRequested {
            fulfillment_order,
            lines,
        } => {
            let at = location(order, *fulfillment_order);
            format!(
                "Not paid any more: {at} was asked to stop: {}",
                units(lines)
            )
        }
        Event::UnitsRecalled {
            location, lines, ..
        } => {
            format!(
                "Taken back from {location} until they are paid: {}",
                units(lines)
            )
        }
        Event::UnitsCancelled { units, reason, .. } => {
            let units: Vec<String> = units
                .iter()
                .map(|u| format!("{} x {}", u.units, u.sku))
                .collect();
            format!("Cancelled{}: {}", because(reason), units.join(", "))
        }
        Event::RefundOwed { amount, .. } => format!("Refund of {} owed", money(*amount)),
        Event::RefundGranted {
            lines,
            shipping,
            reason,
            ..
        } => {
            let mut parts: Vec<String> = Vec::new();
            if !lines.is_empty() {
                parts.push(units(lines));
            }
            if *shipping > 0 {
                parts.push(format!("{} of the shipping", money(*shipping)));
            }
            let reason = reason.as_str().to_ascii_lowercase().replace('_', " ");
            format!("Refunded ({reason}): {}", parts.join(", "))
        }
        Event::RestockingFeeKept { amount } => {
            format!("{} kept as a restocking fee", money(*amount))
        }
        Event::RefundProposed { number, amount, .. } => {
            let amount = money(*amount);
            format!("Refund {number} of {amount} waits for the approval of somebody else")
        }
        Event::CreditGranted {
            refund,
            amount,
            on_account,
            ..
        } if refund.is_empty() && on_account == amount => {
            format!("{} less is due on the account", money(*amount))
        }
        Event::CreditGranted { refund, amount, .. } if refund.is_empty() => {
            format!("{} given back beyond what is owed", money(*amount))
        }
        Event::PaymentAsked {
            intent,
            not_found: 0,
        } => format!("The payment gateway was asked about {intent}: not paid"),
        Event::PaymentAsked { intent, .. } => {
            format!("The payment gateway was asked about {intent}: it does not know it")
        }
        Event::OrderExpired { .. } => "The time to pay is over, and nothing was paid".to_owned(),
        Event::EffectRequested { action, .. } => match action {
            EffectAction::Refund { intent, amount } => {
                format!("Refund of {} of {intent} requested", money(*amount))
            }
            EffectAction::Capture { intent, amount, .. } => {
                format!("Capture of {} of {intent} requested", money(*amount))
            }
            EffectAction::ReleaseRest { intent } => {
                format!("Release of what is left of {intent} requested")
            }
            EffectAction::CancelIntent { intent } => {
                format!("Cancellation of {intent} requested")
            }
            EffectAction::ReverseTax(reversal) => {
                let total = reversal.total();
                format!(
                    "Reversal of {} with a tax of {} of {} at {} requested",
                    money(total.amount),
                    money(total.tax),
                    reversal.transaction,
                    reversal.service
                )
            }
        },
        Event::EffectRetried {
            effect, attempt, ..
        } => {
            format!(
                "Command {effect} is tried again (attempt {})",
                attempt.saturating_add(1)
            )
        }
        Event::EffectRefused { effect, code } => {
            format!("Command {effect} is refused: {code}")
        }
        Event::EffectEnded {
            effect, lost: true, ..
        } => format!(
            "Command {effect} to the payment gateway is given up: a lost dispute took the money"
        ),
        Event::EffectEnded {
            effect,
            dismissed: true,
            ..
        } => format!("Command {effect} is dismissed"),
        Event::EffectEnded { effect, .. } => {
            format!("Command {effect} is done")
        }
        Event::TaxReversed {
            transaction,
            amount,
            tax,
            ..
        } => format!(
            "The tax service has reversed {} with a tax of {} of {transaction}",
            money(*amount),
            money(*tax)
        ),
        Event::CreditGranted { refund, amount, .. } => {
            let amount = money(*amount);
            format!("{refund} accepted as a credit: {amount} less is due")
        }
        Event::CreditWithdrawn { dispute, amount } => {
            let amount = money(*amount);
            format!(
                "The shop has the money of {dispute} back, so the credit for it has ended: {amount} more is due"
            )
        }
        Event::ExceptionOpened { id, detail, .. } => format!("Exception {id}: {detail}"),
        Event::ExceptionTaken { id, owner } => format!("Exception {id} taken by {owner}"),
        Event::ExceptionClosed { id, outcome, .. } => {
            format!(
                "Exception {id} closed: {}",
                outcome.as_str().replace('_', " ")
            )
        }
    }
}

/// Why units were cancelled, when nobody asked for it.
fn because(reason: &CancelReason) -> &'static str {
    match reason {
        CancelReason::PaymentFailed => ", the payment failed and no other came in time",
        CancelReason::PaymentCancelled => ", the payment was cancelled",
        CancelReason::NotPaid => ", not paid in time",
        CancelReason::CustomerRequested
        | CancelReason::OutOfStock
        | CancelReason::Fraud
        | CancelReason::PlacedByMistake
        | CancelReason::AlreadyShipped
        | CancelReason::Other
        | CancelReason::Unknown(_) => "",
    }
}

fn refund(status: RefundStatus) -> &'static str {
    match status {
        RefundStatus::Pending => "is pending",
        RefundStatus::Succeeded => "was made",
        RefundStatus::Failed => "failed",
        RefundStatus::Cancelled => "was cancelled",
    }
}

fn counted(units: u32) -> String {
    if units == 1 {
        "1 unit".to_owned()
    } else {
        format!("{units} units")
    }
}

fn units(lines: &[LineUnits]) -> String {
    lines
        .iter()
        .map(|line| format!("{} x {}", line.units, line.sku))
        .collect::<Vec<_>>()
        .join(", ")
}

fn locations(order: &Order, ids: &[FulfillmentOrderId]) -> String {
    let names: Vec<_> = ids.iter().map(|id| location(order, *id)).collect();
    names.join(", ")
}

fn location(order: &Order, id: FulfillmentOrderId) -> String {
    order
        .fulfillment_order(id)
        .map_or_else(|| id.to_string(), |found| found.location.to_string())
}

fn reference(order: &Order, id: &ShipmentId) -> String {
    let found = order
        .state
        .shipments
        .iter()
        .find(|shipment| shipment.id == *id);
    found.map_or_else(|| id.to_string(), |shipment| shipment.reference.clone())
}

fn dispute_told(money: &impl Fn(i64) -> String, dispute: &Dispute) -> String {
    let status = match dispute.status {
        DisputeStatus::NeedsResponse => "needs a response",
        DisputeStatus::UnderReview => "is reviewed by the bank",
        DisputeStatus::Won => "was won",
        DisputeStatus::Lost => "was lost",
    };
    let mut text = format!("The dispute {}", dispute.id);
    if let Some(details) = &dispute.details {
        text.push_str(&format!(" of {}", money(details.amount)));
    }
    text.push_str(&format!(" {status}"));
    if let Some(due) = dispute.evidence_due().filter(|_| !dispute.status.is_end()) {
        text.push_str(&format!("; evidence can be sent until {due}"));
    }
    text
}
