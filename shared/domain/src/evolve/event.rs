//! The one entry: the order after an event.

use super::{
    cancellation, closing, fulfillment, payment, recall, reclaim, refund, routing, shipment,
};
use crate::order::{
    Context, Effect, EffectAction, Event, Exception, ExceptionKind, ExceptionOutcome,
    FulfillmentStatus, Hold, Order, Refund, ShipmentStatus, SurplusRefund, Tender, ended_dispute,
    ended_hold,
};

/// The order after an event.
pub fn evolve(mut order: Order, event: &Event, context: &Context) -> Order {
    apply(&mut order, event, context);
    recall::note_unpaid(&mut order, context);
    // The status follows the facts along the table and never leaves it: a refunded order stays refunded although
    // the refund failed later (the payment axis and an exception say so).
    let derived = order.derived_status();
    if order.state.status.reaches(derived) {
        order.state.status = derived;
    }
    order
}

fn apply(order: &mut Order, event: &Event, context: &Context) {
    match event {
        Event::OrderPlaced {
            intent,
            contact_version,
            ..
        } => {
            order.state.contact_version = *contact_version;
            if let Some(id) = intent {
                payment::intent_mut(order, id);
            }
        }
        Event::PaymentLinked { intent } => {
            payment::intent_mut(order, intent);
        }
        Event::PaymentProcessing { intent, at } => payment::process(order, intent, *at),
        Event::PaymentAuthorized { intent, amount, at } => {
            payment::authorize(order, intent, *amount, *at);
        }
        Event::AuthorizationTermsReported {
            intent,
            capture_before,
            multicapture,
        } => {
            let intent = payment::intent_mut(order, intent);
            intent.capture_before = *capture_before;
            intent.multicapture = *multicapture;
        }
        Event::PaymentCaptured {
            intent,
            amount,
            capturable,
        } => payment::capture(order, intent, *amount, *capturable),
        Event::PaymentFailed { intent, at, .. } => payment::fail(order, intent, *at),
        Event::PaymentCancelled { intent } => payment::intent_mut(order, intent).cancelled = true,
        Event::PaymentRecorded {
            payment,
            kind,
            reference,
            amount,
            ..
        } => {
            let at_placement = order.state.version == 0;
            let recorded = payment::intent_mut(order, payment);
            recorded.captured = *amount;
            recorded.tender = Some(Tender {
                kind: kind.clone(),
                reference: reference.clone(),
                at_placement,
                refunds_asked: 0,
            });
        }
        Event::RefundUpdated {
            refund,
            amount,
            status,
            intent,
            effect,
        } => {
            let reported = Refund {
                id: refund.clone(),
                amount: *amount,
                status: *status,
                intent: intent.clone(),
                effect: *effect,
            };
            payment::update_refund(order, reported);
        }
        Event::DisputeOpened { dispute } => order.state.payment.disputes.push(dispute.clone()),
        Event::DisputeClosed { dispute, .. } => {
            order.state.payment.disputes.retain(|d| d != dispute);
            order.state.causes.remember(&ended_dispute(dispute));
        }
        Event::DisputeUpdated { dispute } => payment::update_dispute(order, dispute),
        // The dispute itself says where its money is.
        Event::DisputeFundsWithdrawn { .. } | Event::DisputeFundsReinstated { .. } => {}
        Event::HoldPlaced {
            kind,
            handle,
            until,
            reason,
        } => order.state.holds.push(Hold {
            kind: kind.clone(),
            handle: handle.clone(),
            by: context.actor.clone(),
            at: context.now,
            until: *until,
            reason: reason.clone(),
        }),
        Event::HoldReleased { handle, .. } => {
            order.state.holds.retain(|h| h.handle != *handle);
            order.state.causes.remember(&ended_hold(handle));
        }
        Event::OrderReleased {} | Event::OrderResumed { .. } => {}
        Event::OrderRouted {
            fulfillment_orders, ..
        } => {
            routing::assign(order, fulfillment_orders, |l| &mut l.unrouted);
        }
        Event::BackorderReleased {
            fulfillment_orders, ..
        } => {
            routing::assign(order, fulfillment_orders, |l| &mut l.backordered);
        }
        Event::UnitsBackordered { lines } => routing::backorder(order, lines),
        Event::FulfillmentRequested { fulfillment_orders } => {
            for id in fulfillment_orders {
                fulfillment::request(order, *id, context);
            }
        }
        Event::RequestsRepeated { fulfillment_orders } => {
            for id in fulfillment_orders {
                fulfillment::repeat(order, *id);
            }
        }
        Event::RequestsTakenBack {
            fulfillment_orders, ..
        } => {
            for id in fulfillment_orders {
                fulfillment::take_back(order, *id);
            }
        }
        Event::FulfillmentAccepted { fulfillment_order } => {
            fulfillment::advance(
                order,
                *fulfillment_order,
                FulfillmentStatus::Accepted,
                context,
            );
        }
        Event::PickingStarted { fulfillment_order } => {
            fulfillment::advance(
                order,
                *fulfillment_order,
                FulfillmentStatus::Picking,
                context,
            );
        }
        Event::FulfillmentPacked { fulfillment_order } => {
            fulfillment::advance(
                order,
                *fulfillment_order,
                FulfillmentStatus::Packed,
                context,
            );
        }
        Event::FulfillmentRejected {
            fulfillment_order,
            location,
            lines,
            missing,
            at,
            ..
        } => {
            let id = *fulfillment_order;
            let declined = (at.unwrap_or(context.now), *missing);
            fulfillment::return_to_routing(order, id, location, lines, declined, context);
            if *missing {
                fulfillment::write_off(order, id, lines);
            }
        }
        Event::UnitsShortShipped {
            fulfillment_order,
            location,
            lines,
            at,
        } => {
            let id = *fulfillment_order;
            let declined = (at.unwrap_or(context.now), true);
            fulfillment::return_to_routing(order, id, location, lines, declined, context);
            fulfillment::write_off(order, id, lines);
        }
        Event::LocationAllowed { line, location, .. } => order
            .state
            .declined
            .retain(|declined| declined.line != *line || declined.location != *location),
        Event::FulfillmentClosing {
            fulfillment_order,
            until,
            totals_known,
            at,
        } => closing::start(order, *fulfillment_order, *until, *totals_known, *at),
        Event::FulfillmentClosingEnded { fulfillment_order } => {
            closing::end(order, *fulfillment_order);
        }
        Event::UnitsReclaimed {
            fulfillment_order,
            units,
            ..
        } => reclaim::reclaim(order, *fulfillment_order, units, context),
        Event::WriteOffReversed {
            fulfillment_order,
            location,
            lines,
        } => fulfillment::reverse_write_off(order, *fulfillment_order, location, lines),
        Event::SurplusReleased {
            fulfillment_order,
            lines,
            missing,
            ..
        } => reclaim::release_surplus(order, *fulfillment_order, lines, *missing, context),
        Event::ShipmentShipped { shipment, .. } => shipment::ship(order, shipment, context),
        Event::ShipmentInTransit { shipment, at } => {
            shipment::step(order, *shipment, ShipmentStatus::InTransit, *at, context);
        }
        Event::ShipmentOutForDelivery { shipment, at } => {
            shipment::step(
                order,
                *shipment,
                ShipmentStatus::OutForDelivery,
                *at,
                context,
            );
        }
        Event::ShipmentDelivered { shipment, at } => {
            shipment::step(order, *shipment, ShipmentStatus::Delivered, *at, context);
        }
        Event::ShipmentException { shipment, at, .. } => {
            shipment::step(order, *shipment, ShipmentStatus::Exception, *at, context);
        }
        Event::ShipmentReturned { shipment, at } => {
            shipment::step(
                order,
                *shipment,
                ShipmentStatus::ReturnedToSender,
                *at,
                context,
            );
        }
        Event::ShipmentStepRepeated { shipment, step, at } => {
            shipment::step(order, *shipment, *step, Some(*at), context);
        }
        Event::CancellationRequested {
            fulfillment_order,
            lines,
            reason,
        } => {
            cancellation::request(order, *fulfillment_order, lines, reason);
        }
        Event::CancellationRefused {
            fulfillment_order,
            lines,
            requested,
            winner,
            ..
        } => {
            if *requested {
                cancellation::refuse(order, *fulfillment_order, lines, winner);
                fulfillment::answered(order, *fulfillment_order, context);
            }
        }
        Event::RecallRequested {
            fulfillment_order,
            lines,
        } => recall::request(order, *fulfillment_order, lines),
        Event::UnitsRecalled {
            fulfillment_order,
            lines,
            ..
        } => recall::take_back(order, *fulfillment_order, lines, context),
        Event::UnitsCancelled { units, .. } => cancellation::cancel(order, units, context),
        Event::RefundOwed {
            lines, shipping, ..
        } => refund::owe(order, lines, *shipping),
        Event::RefundGranted {
            lines, shipping, ..
        } => refund::grant(order, lines, *shipping),
        Event::RestockingFeeKept { amount } => {
            let payment = &mut order.state.payment;
            payment.restocking_fees = payment.restocking_fees.saturating_add(*amount);
        }
        Event::RefundProposed {
            number,
            refund: asked,
            amount,
            ..
        } => refund::propose(order, *number, (asked, *amount), context),
        Event::CreditGranted {
            refund,
            amount,
            on_account,
            ..
        } => {
            let payment = &mut order.state.payment;
            payment.credits = payment.credits.saturating_add(*amount);
            payment.account_credits = payment.account_credits.saturating_add(*on_account);
            if let Some(dispute) = payment.dispute_mut(refund) {
                dispute.credited = dispute.credited.saturating_add(*amount);
            }
        }
        Event::CreditWithdrawn { dispute, amount } => {
            let payment = &mut order.state.payment;
            payment.credits = payment.credits.saturating_sub(*amount);
            if let Some(dispute) = payment.dispute_mut(dispute) {
                dispute.credited = dispute.credited.saturating_sub(*amount);
            }
        }
        Event::PaymentAsked { intent, not_found } => {
            let intent = payment::intent_mut(order, intent);
            intent.asked_at = Some(context.now);
            intent.not_found = *not_found;
        }
        Event::OrderExpired { .. } => order.state.expired = true,
        Event::EffectRequested {
            effect,
            action,
            by_person,
            surplus,
            ..
        } => {
            let payment = &mut order.state.payment;
            if *surplus > 0 {
                payment.surplus_refunds.push(SurplusRefund {
                    effect: *effect,
                    amount: *surplus,
                });
            }
            if let EffectAction::Refund { intent, amount } = action
                && !by_person
            {
                payment.refunds_commanded = payment.refunds_commanded.saturating_add(*amount);
                let mut intents = payment.intents.iter_mut();
                let found = intents.find(|known| known.id == *intent);
                if let Some(tender) = found.and_then(|found| found.tender.as_mut()) {
                    tender.refunds_asked = tender.refunds_asked.saturating_add(*amount);
                }
            }
            if let EffectAction::Capture {
                intent,
                keeps_rest: true,
                ..
            } = action
            {
                let intent = payment::intent_mut(order, intent);
                intent.partial_captures = intent.partial_captures.saturating_add(1);
            }
            if let EffectAction::ReverseTax(reversal) = action {
                refund::reverse_tax(order, reversal);
            }
            order.state.effects_requested = order.state.effects_requested.max(*effect);
            order.state.effects.push(Effect {
                id: *effect,
                action: action.clone(),
                since: context.now,
                attempt: 0,
                refused: None,
            });
        }
        Event::EffectRetried {
            effect, attempt, ..
        } => {
            if let Some(found) = effect_mut(order, *effect) {
                found.attempt = *attempt;
                found.since = context.now;
                found.refused = None;
            }
        }
        Event::EffectRefused { effect, code } => {
            if let Some(found) = effect_mut(order, *effect) {
                found.refused = Some(code.clone());
            }
        }
        Event::EffectEnded { effect, lost, .. } => {
            let ended = order.effect(*effect).map(|known| &known.action);
            if let Some(EffectAction::Refund { amount, .. }) = ended
                && *lost
            {
                let owed = amount.saturating_sub(order.surplus_of(*effect));
                let payment = &mut order.state.payment;
                payment.refunds_commanded = payment.refunds_commanded.saturating_sub(owed);
            }
            order.state.effects.retain(|known| known.id != *effect);
        }
        // The end of its effect tells the order.
        Event::TaxReversed { .. } => {}
        Event::ExceptionOpened {
            id,
            kind,
            subject,
            detail,
        } => {
            order.state.exceptions_opened = order.state.exceptions_opened.max(*id);
            order.state.exceptions.push(Exception {
                id: *id,
                kind: kind.clone(),
                subject: subject.clone(),
                at: context.now,
                detail: detail.clone(),
                owner: None,
            });
            if *kind == ExceptionKind::PaymentUnresolved {
                payment::intent_mut(order, subject).shown_unresolved = true;
            } else if *kind == ExceptionKind::AuthorizationEnding {
                let intent = order.state.payment.intent(subject);
                let ends = intent.and_then(|intent| order.authorization_ends(intent));
                payment::intent_mut(order, subject).shown_ending = ends;
            } else if matches!(
                kind,
                ExceptionKind::PaymentOutstanding | ExceptionKind::PaymentOverdue
            ) {
                order.state.payment.shown_outstanding = true;
            } else if *kind == ExceptionKind::FulfillmentOverdue {
                fulfillment::show_overdue(order, subject);
            }
        }
        Event::ExceptionTaken { id, owner } => {
            let mut open = order.state.exceptions.iter_mut();
            if let Some(open) = open.find(|open| open.id == *id) {
                open.owner = Some(owner.clone());
            }
        }
        Event::ExceptionClosed {
            id, kind, outcome, ..
        } => {
            let mut open = order.state.exceptions.iter();
            let closed = open.find(|open| open.id == *id);
            if let Some(subject) = closed.map(|closed| closed.subject.clone()) {
                if *kind == ExceptionKind::RefundAwaitsApproval {
                    refund::end_proposal(order, &subject);
                }
                let is_by_person = *outcome != ExceptionOutcome::NoLongerTrue;
                let is_about_location = matches!(
                    kind,
                    ExceptionKind::LocationSilent | ExceptionKind::RequestRefused
                );
                if is_about_location && is_by_person {
                    fulfillment::close_silence(order, &subject, context);
                }
                if *kind == ExceptionKind::ExpiryAwaitsGateway && is_by_person {
                    order.state.payment.awaiting_gateway_closed_at = Some(context.now);
                }
            }
            order.state.exceptions.retain(|open| open.id != *id);
        }
    }
}

fn effect_mut(order: &mut Order, id: u32) -> Option<&mut Effect> {
    order.state.effects.iter_mut().find(|known| known.id == id)
}
