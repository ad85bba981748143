//! What is published of a stored event, field by field.
//!
//! The stored event and the published one are two types on purpose. A commit keeps all that the audit trail needs
//! (a person's note, the routing inputs); the bus gets what a consumer needs, named field by field, so that a new
//! field is published only by a decision made here. Nothing on the bus is personal data: a consumer that needs a name
//! or an address reads the order from the API, with the permission to see it.

use domain::{
    order::{Dispute as StoredDispute, EffectAction, Event, FulfillmentOrder},
    routing::Decision,
    stock::{StockEvent, StockRecord},
};

use super::{catalogue::PublishedEvent, payloads::*};

/// The longest explanation that is published, in characters; the order keeps all of it.
const EXPLANATION_MAX: usize = 4_000;

impl PublishedEvent {
    /// What is published of an event; `None`: it is not published. Every field is listed, so that a new one is published or
    /// ignored by an explicit decision.
    pub fn of_event(event: &Event) -> Option<Self> {
        Some(match event.clone() {
            Event::OrderPlaced {
                number,
                total,
                currency,
                shop,
                digest: _,
                intent,
                destination,
                contact_version,
            } => Self::OrderPlaced(Placed {
                shop,
                destination,
                contact_version,
                number,
                total,
                currency,
                intent,
            }),
            // Internal: how a payment is matched to its order.
            Event::PaymentLinked { intent: _ } => return None,
            Event::PaymentProcessing { intent, at: _ } => {
                Self::PaymentProcessing(Intent { intent })
            }
            Event::PaymentAuthorized {
                intent,
                amount,
                at: _,
            } => Self::PaymentAuthorized(IntentAmount {
                intent,
                amount,
                capturable: 0,
            }),
            // Internal: how captures are commanded.
            Event::AuthorizationTermsReported { .. } => return None,
            Event::PaymentCaptured {
                intent,
                amount,
                capturable,
            } => Self::PaymentCaptured(IntentAmount {
                intent,
                amount,
                capturable,
            }),
            Event::PaymentFailed {
                intent,
                code,
                at: _,
            } => Self::PaymentFailed(IntentFailure {
                intent,
                code: code.map(code_or_other),
            }),
            Event::PaymentCancelled { intent } => Self::PaymentCancelled(Intent { intent }),
            // The reference is for those who may read the order, and a note may name a person.
            Event::PaymentRecorded {
                payment,
                kind,
                reference: _,
                amount,
                note: _,
            } => Self::PaymentRecorded(RecordedPayment {
                payment,
                kind,
                amount,
            }),
            Event::RefundUpdated {
                refund,
                amount,
                status,
                intent,
                effect,
            } => Self::RefundUpdated(RefundState {
                refund,
                amount,
                status,
                intent: Some(intent).filter(|intent| !intent.is_empty()),
                effect,
            }),
            Event::DisputeOpened { dispute } => Self::DisputeOpened(Dispute { dispute }),
            Event::DisputeUpdated { dispute } => Self::DisputeUpdated(dispute_state(*dispute)),
            Event::DisputeFundsWithdrawn { dispute, amount } => {
                Self::DisputeFundsWithdrawn(DisputeAmount { dispute, amount })
            }
            Event::DisputeFundsReinstated { dispute, amount } => {
                Self::DisputeFundsReinstated(DisputeAmount { dispute, amount })
            }
            Event::DisputeClosed { dispute, won } => {
                Self::DisputeClosed(DisputeEnd { dispute, won })
            }
            // The reason is for those who may read the order.
            Event::HoldPlaced {
                kind,
                handle,
                until,
                reason: _,
            } => Self::HoldPlaced(HoldStart {
                kind,
                handle,
                until,
            }),
            Event::HoldReleased {
                handle,
                backordered_skus,
            } => Self::HoldReleased(HoldEnd {
                handle,
                backordered_skus,
            }),
            // Who works on it is in the order's history.
            Event::ExceptionTaken { .. } => return None,
            Event::OrderReleased {} => Self::OrderReleased(NoFields {}),
            Event::OrderResumed { backordered_skus } => {
                Self::OrderResumed(Resumed { backordered_skus })
            }
            Event::OrderRouted {
                fulfillment_orders,
                decision,
            } => Self::OrderRouted(routed(fulfillment_orders, *decision)),
            Event::UnitsBackordered { lines } => Self::UnitsBackordered(Lines { lines }),
            Event::BackorderReleased {
                fulfillment_orders,
                decision,
            } => Self::BackorderReleased(routed(fulfillment_orders, *decision)),
            Event::FulfillmentRequested { fulfillment_orders } => {
                Self::FulfillmentRequested(FulfillmentOrderIds { fulfillment_orders })
            }
            // The next `FulfillmentRequested` says that it is sent.
            Event::RequestsRepeated { .. } | Event::RequestsTakenBack { .. } => return None,
            // What has happened has an event of its own: a refund, a capture, a cancelled payment.
            Event::EffectEnded { .. } => return None,
            // What it asks for is published when it is approved.
            Event::RefundProposed { .. } => return None,
            // What follows from it has an event of its own.
            Event::PaymentAsked { .. } => return None,
            // Consumers know the step.
            Event::ShipmentStepRepeated { .. } => return None,
            Event::FulfillmentAccepted { fulfillment_order } => {
                Self::FulfillmentAccepted(FulfillmentOrderRef { fulfillment_order })
            }
            Event::PickingStarted { fulfillment_order } => {
                Self::PickingStarted(FulfillmentOrderRef { fulfillment_order })
            }
            Event::FulfillmentPacked { fulfillment_order } => {
                Self::FulfillmentPacked(FulfillmentOrderRef { fulfillment_order })
            }
            Event::FulfillmentRejected {
                fulfillment_order,
                location,
                reason,
                lines,
                missing,
                at,
            } => {
                let reason = code_or_other(reason);
                Self::FulfillmentRejected(RejectedFulfillment {
                    fulfillment_order,
                    location,
                    reason,
                    lines,
                    missing,
                    at,
                })
            }
            Event::UnitsShortShipped {
                fulfillment_order,
                location,
                lines,
                at,
            } => Self::UnitsShortShipped(ShortShipped {
                fulfillment_order,
                location,
                lines,
                at,
            }),
            Event::LocationAllowed {
                line,
                sku,
                location,
            } => Self::LocationAllowed(AllowedLocation {
                line,
                sku,
                location,
            }),
            Event::FulfillmentClosing {
                fulfillment_order,
                until,
                totals_known,
                at: _,
            } => Self::FulfillmentClosing(ClosingFulfillment {
                fulfillment_order,
                until,
                totals_known,
            }),
            // An exception that is published says it.
            Event::FulfillmentClosingEnded { .. } => return None,
            Event::UnitsReclaimed {
                fulfillment_order,
                location,
                units,
            } => Self::UnitsReclaimed(Reclaimed {
                fulfillment_order,
                location,
                units,
            }),
            Event::WriteOffReversed {
                fulfillment_order,
                location,
                lines,
            } => Self::WriteOffReversed(ReversedWriteOff {
                fulfillment_order,
                location,
                lines,
            }),
            Event::SurplusReleased {
                fulfillment_order,
                location,
                lines,
                missing,
                at,
            } => Self::SurplusReleased(ReleasedSurplus {
                fulfillment_order,
                location,
                lines,
                missing,
                at,
            }),
            Event::ShipmentShipped {
                shipment,
                location,
                untracked: _,
            } => Self::ShipmentShipped(ShippedShipment { shipment, location }),
            Event::ShipmentInTransit { shipment, at } => {
                Self::ShipmentInTransit(ShipmentRef { shipment, at })
            }
            Event::ShipmentOutForDelivery { shipment, at } => {
                Self::ShipmentOutForDelivery(ShipmentRef { shipment, at })
            }
            Event::ShipmentDelivered { shipment, at } => {
                Self::ShipmentDelivered(ShipmentRef { shipment, at })
            }
            Event::ShipmentException {
                shipment,
                reason,
                at,
            } => Self::ShipmentException(ShipmentProblem {
                shipment,
                at,
                reason: reason.map(code_or_other),
            }),
            Event::ShipmentReturned { shipment, at } => {
                Self::ShipmentReturned(ShipmentRef { shipment, at })
            }
            Event::CancellationRequested {
                fulfillment_order,
                lines,
                reason,
            } => Self::CancellationRequested(RequestedCancellation {
                fulfillment_order,
                lines,
                reason,
            }),
            Event::CancellationRefused {
                fulfillment_order,
                lines,
                winner,
                by,
                at,
                requested,
            } => Self::CancellationRefused(RefusedCancellation {
                fulfillment_order,
                lines,
                winner,
                by,
                at,
                requested,
            }),
            Event::RecallRequested {
                fulfillment_order,
                lines,
            } => Self::RecallRequested(RequestedRecall {
                fulfillment_order,
                lines,
            }),
            Event::UnitsRecalled {
                fulfillment_order,
                location,
                lines,
            } => Self::UnitsRecalled(Recalled {
                fulfillment_order,
                location,
                lines,
            }),
            // A note may name a person.
            Event::UnitsCancelled {
                units,
                reason,
                note: _,
            } => Self::UnitsCancelled(Cancelled { units, reason }),
            Event::RefundOwed {
                lines,
                amount,
                shipping,
            } => Self::RefundOwed(OwedRefund {
                lines,
                amount,
                shipping,
            }),
            // A note may name a person.
            Event::RefundGranted {
                lines,
                shipping,
                reason,
                note: _,
            } => Self::RefundGranted(GrantedRefund {
                lines,
                shipping,
                reason,
            }),
            Event::RestockingFeeKept { amount } => Self::RestockingFeeKept(KeptFee { amount }),
            Event::CreditGranted {
                refund,
                amount,
                reason,
                on_account: _,
            } => Self::CreditGranted(Credit {
                refund,
                amount,
                reason,
            }),
            Event::CreditWithdrawn { dispute, amount } => {
                Self::CreditWithdrawn(WithdrawnCredit { dispute, amount })
            }
            Event::OrderExpired { reason } => Self::OrderExpired(Expired { reason }),
            // The words of a person are for those who may read the order.
            Event::EffectRequested { effect, action, .. }
            | Event::EffectRetried { effect, action, .. } => match action {
                EffectAction::Refund { intent, amount } => Self::RefundRequested(RequestedAmount {
                    effect,
                    intent,
                    amount,
                }),
                EffectAction::Capture { intent, amount, .. } => {
                    Self::CaptureRequested(RequestedAmount {
                        effect,
                        intent,
                        amount,
                    })
                }
                EffectAction::ReleaseRest { intent } | EffectAction::CancelIntent { intent } => {
                    Self::VoidRequested(RequestedIntent { effect, intent })
                }
                EffectAction::ReverseTax(reversal) => {
                    let total = reversal.total();
                    Self::TaxReversalRequested(RequestedTaxReversal {
                        effect,
                        service: reversal.service,
                        transaction: reversal.transaction,
                        amount: total.amount,
                        tax: total.tax,
                    })
                }
            },
            Event::TaxReversed {
                effect,
                transaction,
                reversal,
                amount,
                tax,
            } => Self::TaxReversed(ReversedTax {
                effect,
                transaction,
                reversal,
                amount,
                tax,
            }),
            Event::EffectRefused { effect, code } => Self::EffectRefused(RefusedEffect {
                effect,
                code: code_or_other(code),
            }),
            // Details and notes are for those who may read the order.
            Event::ExceptionOpened {
                id,
                kind,
                subject: _,
                detail: _,
            } => Self::ExceptionOpened(OpenedException { id: Some(id), kind }),
            Event::ExceptionClosed {
                id,
                kind,
                outcome,
                note: _,
            } => Self::ExceptionClosed(ClosedException { id, kind, outcome }),
        })
    }

    /// What is published of a movement's record, in order. The movements come first, so that the ids of their events do
    /// not depend on exceptions.
    pub fn of_stock_record(record: &StockRecord) -> Vec<Self> {
        let StockRecord {
            schema: _,
            at: _,
            actor: _,
            cause: _,
            events,
            unchanged: _,
            exceptions_opened,
            // Who works on it is for those who may read exceptions.
            exceptions_taken: _,
            exceptions_closed,
        } = record;
        let movements = events.iter().map(Self::of_stock_event);
        // Details and notes are for those who may read exceptions.
        let opened = exceptions_opened.iter().map(|opened| {
            Self::StockExceptionOpened(OpenedStockException {
                id: Some(opened.id),
                kind: opened.kind.clone(),
                sku: opened.sku.clone(),
                location: opened.location.clone(),
            })
        });
        let closed = exceptions_closed.iter().map(|closed| {
            Self::StockExceptionClosed(ClosedStockException {
                id: Some(closed.id),
                kind: closed.kind.clone(),
                sku: closed.sku.clone(),
                location: closed.location.clone(),
                outcome: closed.outcome.clone(),
            })
        });
        movements.chain(opened).chain(closed).collect()
    }

    fn of_stock_event(event: &StockEvent) -> Self {
        match event.clone() {
            StockEvent::StockReceived(change) => Self::StockReceived(change),
            StockEvent::StockCounted(change) => Self::StockCounted(change),
            StockEvent::StockAdjusted(change) => Self::StockAdjusted(change),
            StockEvent::SafetyStockChanged(change) => Self::SafetyStockChanged(change),
        }
    }
}

fn routed(fulfillment_orders: Vec<FulfillmentOrder>, decision: Decision) -> Routed {
    // The inputs (every candidate with its stock) and the exclusions stay in the order's history.
    let Decision {
        engine: _,
        inputs: _,
        assignments: _,
        unplaced,
        exclusions: _,
        exclusions_unlisted: _,
        truncated,
        explanation,
        attempt,
    } = decision;
    let explanation = explanation.chars().take(EXPLANATION_MAX).collect();
    Routed {
        fulfillment_orders,
        unplaced,
        explanation,
        attempt,
        truncated,
    }
}

/// A code of an external system, if it is 1 to 64 of `A-Z a-z 0-9 _ - .`; any other text stays in the order's history and is published as
/// `other`, because it may contain personal data.
fn code_or_other(text: String) -> String {
    let fits = (1..=64).contains(&text.len());
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if fits && plain {
        text
    } else {
        "other".to_owned()
    }
}

fn dispute_state(dispute: StoredDispute) -> DisputeState {
    let funds_withdrawn = dispute.are_funds_withdrawn();
    let disputed = dispute.details.as_ref().map(|details| details.amount);
    let back = disputed.map_or(0, |disputed| dispute.reinstated_of(disputed));
    let StoredDispute {
        id,
        intent,
        status,
        status_at: _,
        details,
        details_at: _,
        funds_withdrawn_at: _,
        funds_reinstated_at: _,
        reinstated: _,
        credited: _,
    } = dispute;
    let evidence_due = details.as_ref().and_then(|details| details.evidence_due);
    let amount = details.as_ref().map(|details| details.amount);
    let reason = details.and_then(|details| details.reason);
    DisputeState {
        dispute: id,
        intent: Some(intent).filter(|intent| !intent.is_empty()),
        status,
        amount,
        reason: reason.map(code_or_other),
        evidence_due,
        funds_withdrawn,
        reinstated: back,
    }
}
