//! What the payment gateway and the tax service are asked to do for an order.

use domain::order::{Effect, EffectAction, Order};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Something that the payment gateway, the tax service or a person is asked to do and has not been heard to have done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EffectView {
    /// Its number within the order, counted from 1.
    pub number: u32,
    /// What it is asked to do.
    pub kind: EffectKind,
    /// The payment, by the gateway's id; of one that was recorded, by its id within the order. Left out for a reversal of
    /// tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// For a reversal of tax: the tax service's id of the transaction in which the sale is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_transaction: Option<String>,
    /// For a refund and a capture: the amount; for a reversal of tax: what is reversed, tax included. Minor units of the
    /// order's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// For a reversal of tax: how much of the amount is tax, minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<i64>,
    /// When it, or its last attempt, was requested, UTC.
    pub since: Timestamp,
    /// How far it is.
    pub state: EffectState,
    /// For one that was refused: why, in the words of who refuses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What the payment gateway or the tax service is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Give money back.
    Refund,
    /// Capture money that is authorized.
    Capture,
    /// Give up what can still be captured of a payment of which a part was captured.
    ReleaseRest,
    /// Cancel the payment, so that nothing more can be captured.
    CancelIntent,
    /// Reverse the tax of what was credited.
    ReverseTax,
}

/// How far something is that the payment gateway or the tax service is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectState {
    /// It is being done, and is asked for again until there is an answer.
    Open,
    /// It is a refund, and waits until the tax service has reversed the tax of what was credited, or a person has decided
    /// about that.
    AwaitsTax,
    /// It was refused for good: a person decides whether it is tried again.
    Refused,
    /// A person is to make it, where the money came from, and to record it.
    ByHand,
}

impl EffectView {
    /// The effects of an order that are not confirmed, oldest first.
    pub(super) fn all(order: &Order) -> impl Iterator<Item = Self> {
        let effects = order.state.effects.iter();
        effects.map(|effect| Self::of(order, effect))
    }

    fn of(order: &Order, effect: &Effect) -> Self {
        let (kind, amount) = match &effect.action {
            EffectAction::Refund { amount, .. } => (EffectKind::Refund, Some(*amount)),
            EffectAction::Capture { amount, .. } => (EffectKind::Capture, Some(*amount)),
            EffectAction::ReverseTax(told) => (EffectKind::ReverseTax, Some(told.total().amount)),
            EffectAction::ReleaseRest { .. } => (EffectKind::ReleaseRest, None),
            EffectAction::CancelIntent { .. } => (EffectKind::CancelIntent, None),
        };
        let reversal = effect.action.tax_reversal();
        let state = if order.is_by_hand(effect) {
            EffectState::ByHand
        } else if effect.is_open() && order.awaits_tax(effect) {
            EffectState::AwaitsTax
        } else if effect.is_open() {
            EffectState::Open
        } else {
            EffectState::Refused
        };
        Self {
            number: effect.id,
            kind,
            intent: effect.action.intent().map(str::to_owned),
            tax_transaction: reversal.map(|told| told.transaction.clone()),
            amount,
            tax: reversal.map(|told| told.total().tax),
            since: effect.since,
            state,
            code: effect.refused.clone(),
        }
    }
}
