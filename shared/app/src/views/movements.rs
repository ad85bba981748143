//! Every movement of an order's money, read from its commits: they are read for the timeline anyway, so this costs nothing
//! more, and they say who did it and why.

use std::collections::BTreeMap;

use domain::order::{Actor, Commit, Event, Order, RefundStatus};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::commits::commits_of;
use crate::ports::OrderHistory;

/// One movement of money, or a promise of one. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Movement {
    /// The number of its commit in the order's history.
    pub seq: u64,
    /// When it was recorded, UTC.
    pub at: Timestamp,
    /// What moved.
    pub kind: MovementKind,
    /// The payment gateway's id of the payment, the refund or the dispute; the tax service's of a reversal. Left out where
    /// neither has a part in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How much moved.
    pub amount: i64,
    /// Who caused it: of a refund that was asked for here, who asked; otherwise who told of it.
    pub actor: Actor,
    /// Why, a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The number of the effect that asked for it; left out when nobody here did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<u32>,
    /// A person's words, for callers who have asked for personal data with a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// So much more can be captured.
    Authorized,
    /// So much more was captured.
    Captured,
    /// A payment was cancelled: so much can be captured no more.
    Voided,
    /// A refund exists, and is on its way.
    RefundPending,
    /// A refund has succeeded.
    Refunded,
    /// A refund has failed: the customer has not got the money.
    RefundFailed,
    /// A refund was called off.
    RefundCancelled,
    /// The gateway has taken the money of a dispute.
    DisputeFundsWithdrawn,
    /// The gateway has given the money of a dispute back to the shop.
    DisputeFundsReinstated,
    /// The customer keeps so much beyond what is owed.
    CreditGranted,
    /// The customer has not got any more what of a lost dispute was accepted as a credit, and owes it again.
    CreditWithdrawn,
    /// So much of what was owed back is kept.
    FeeKept,
    /// The tax service has reversed so much tax: it is no movement of the customer's money.
    TaxReversed,
}

/// Who asked for an effect, and why.
#[derive(Clone)]
struct Asked {
    actor: Actor,
    reason: Option<String>,
    note: Option<String>,
}

/// The movements, oldest first. Notes only for a caller who has asked for personal data with a reason (`clear`).
pub(super) fn movements(order: &Order, history: &OrderHistory, clear: bool) -> Vec<Movement> {
    let mut ledger = Ledger::default();
    for commit in commits_of(order, history) {
        ledger.read(commit);
    }
    let mut movements = ledger.movements;
    if !clear {
        movements
            .iter_mut()
            .for_each(|movement| movement.note = None);
    }
    movements
}

/// What was reported of an intent, each at its highest.
#[derive(Default)]
struct Reported {
    authorized: i64,
    captured: i64,
}

#[derive(Default)]
struct Ledger {
    intents: BTreeMap<String, Reported>,
    disputes: BTreeMap<String, String>,
    asked: BTreeMap<u32, Asked>,
    movements: Vec<Movement>,
}

impl Ledger {
    fn read(&mut self, commit: &Commit) {
        let body = &commit.body;
        let asked = Asked {
            actor: body.actor.clone(),
            reason: body.events.iter().find_map(reason),
            note: body.events.iter().find_map(note),
        };
        for event in &body.events {
            if let Event::EffectRequested { effect, .. } = event {
                self.asked.insert(*effect, asked.clone());
            } else if let Event::DisputeUpdated { dispute } = event
                && let Some(reason) = dispute.details.as_ref().and_then(|d| d.reason.clone())
            {
                self.disputes.insert(dispute.id.clone(), reason);
            }
            if let Some((kind, id, amount, effect)) = self.moved(event) {
                let by_effect = effect.and_then(|effect| self.asked.get(&effect));
                let Asked {
                    actor,
                    reason,
                    note,
                } = match kind {
                    MovementKind::DisputeFundsWithdrawn | MovementKind::DisputeFundsReinstated => {
                        let reason = id.as_ref().and_then(|id| self.disputes.get(id)).cloned();
                        Asked {
                            reason,
                            ..asked.clone()
                        }
                    }
                    MovementKind::Authorized
                    | MovementKind::Captured
                    | MovementKind::Voided
                    | MovementKind::RefundPending
                    | MovementKind::Refunded
                    | MovementKind::RefundFailed
                    | MovementKind::RefundCancelled
                    | MovementKind::CreditGranted
                    | MovementKind::CreditWithdrawn
                    | MovementKind::FeeKept
                    | MovementKind::TaxReversed => by_effect.unwrap_or(&asked).clone(),
                };
                self.movements.push(Movement {
                    seq: body.seq,
                    at: body.at,
                    kind,
                    id,
                    amount,
                    actor,
                    reason,
                    effect,
                    note,
                });
            }
        }
    }

    /// What an event has moved: how, the gateway's id, the amount, and the effect that asked for it.
    fn moved(&mut self, event: &Event) -> Option<(MovementKind, Option<String>, i64, Option<u32>)> {
        let of = |id: &str| Some(id.to_owned());
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others move no money")]
        Some(match event {
            Event::PaymentAuthorized { intent, amount, .. } => {
                let known = self.intents.entry(intent.clone()).or_default();
                let more = amount.saturating_sub(known.authorized);
                known.authorized = known.authorized.max(*amount);
                (MovementKind::Authorized, of(intent), more, None)
            }
            Event::PaymentCaptured { intent, amount, .. } => {
                let known = self.intents.entry(intent.clone()).or_default();
                let more = amount.saturating_sub(known.captured);
                known.captured = known.captured.max(*amount);
                (MovementKind::Captured, of(intent), more, None)
            }
            Event::PaymentCancelled { intent } => {
                let known = self.intents.entry(intent.clone()).or_default();
                let lost = known.authorized.saturating_sub(known.captured).max(0);
                (MovementKind::Voided, of(intent), lost, None)
            }
            Event::RefundUpdated {
                refund,
                amount,
                status,
                effect,
                ..
            } => {
                let kind = match status {
                    RefundStatus::Pending => MovementKind::RefundPending,
                    RefundStatus::Succeeded => MovementKind::Refunded,
                    RefundStatus::Failed => MovementKind::RefundFailed,
                    RefundStatus::Cancelled => MovementKind::RefundCancelled,
                };
                (kind, of(refund), *amount, *effect)
            }
            Event::DisputeFundsWithdrawn { dispute, amount } => (
                MovementKind::DisputeFundsWithdrawn,
                of(dispute),
                *amount,
                None,
            ),
            Event::DisputeFundsReinstated { dispute, amount } => (
                MovementKind::DisputeFundsReinstated,
                of(dispute),
                *amount,
                None,
            ),
            Event::CreditGranted { refund, amount, .. } => {
                let id = Some(refund.clone()).filter(|id| !id.is_empty());
                (MovementKind::CreditGranted, id, *amount, None)
            }
            Event::CreditWithdrawn { dispute, amount } => {
                (MovementKind::CreditWithdrawn, of(dispute), *amount, None)
            }
            Event::RestockingFeeKept { amount } => (MovementKind::FeeKept, None, *amount, None),
            Event::TaxReversed {
                effect,
                reversal,
                tax,
                ..
            } => (
                MovementKind::TaxReversed,
                reversal.clone(),
                *tax,
                Some(*effect),
            ),
            _ => return None,
        })
    }
}

/// The code of a person's or the gateway's reason for what a commit asks for.
fn reason(event: &Event) -> Option<String> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others give no reason for money to move"
    )]
    match event {
        Event::RefundGranted { reason, .. } => Some(reason.as_str().to_owned()),
        Event::CreditGranted { reason, .. } => reason.as_ref().map(|r| r.as_str().to_owned()),
        Event::UnitsCancelled { reason, .. } => Some(reason.as_str().to_owned()),
        _ => None,
    }
}

fn note(event: &Event) -> Option<String> {
    if let Event::UnitsCancelled { note, .. }
    | Event::RefundGranted { note, .. }
    | Event::EffectRequested { note, .. } = event
    {
        note.clone()
    } else {
        None
    }
}
