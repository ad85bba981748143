//! What an order has asked the outside to do: the payment gateway, the tax service, a person, or a location.

use domain::{
    ids::{FulfillmentOrderId, LocationId},
    order::{Commit, EffectAction, LedgerEntry, Order, Performer},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Something that somebody outside is asked to do and has not been heard to have done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EffectView {
    /// Of what is about money or tax: its number within the order, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// What is asked for.
    pub kind: EffectKind,
    /// Who is asked.
    pub performer: Performer,
    /// The key under which it is asked for, however often: the `Idempotency-Key` at the payment gateway, the `webhook-id` of a
    /// request to a location. After an attempt that certainly did nothing there is another one.
    pub key: String,
    /// The payment, by the gateway's id; of one that was recorded, by its id within the order. Left out for a reversal of
    /// tax and a request to a location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// For a reversal of tax: the tax service's id of the transaction in which the sale is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_transaction: Option<String>,
    /// For a request to a location: the fulfillment order that it is about, which says how many units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfillment_order: Option<FulfillmentOrderId>,
    /// For a request to a location: the location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
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

/// What somebody outside is asked to do.
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
    /// Ship the units of a fulfillment order.
    Fulfill,
    /// Not to ship units of a fulfillment order that were to be shipped.
    CancelFulfillment,
}

/// How far something is that somebody outside is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectState {
    /// It is being done, and is asked for again until there is an answer.
    Open,
    /// It is a request to ship, and is not repeated while the order must not move on: a hold stands, or it is not paid any
    /// more.
    Held,
    /// It is a refund, and waits until the tax service has reversed the tax of what was credited, or a person has decided
    /// about that.
    AwaitsTax,
    /// It was refused for good: a person decides whether it is tried again.
    Refused,
    /// A person is to make it, where the money came from, and to record it.
    ByHand,
}

impl EffectView {
    /// The effects of an order that are not confirmed: those about money and tax, oldest first, then those of its fulfillment
    /// orders. `commits` are those of the order.
    pub(super) fn all(order: &Order, commits: &[Commit]) -> impl Iterator<Item = Self> {
        let ledger = order.effects_ledger();
        ledger.map(|entry| Self::of(order, entry, commits))
    }

    fn of(order: &Order, entry: LedgerEntry<'_>, commits: &[Commit]) -> Self {
        let effect = entry.command();
        let action = effect.map(|effect| &effect.action);
        let reversal = action.and_then(EffectAction::tax_reversal);
        let found = entry.fulfillment_order();
        let (kind, amount) = kind_and_amount(entry);
        Self {
            number: effect.map(|effect| effect.id),
            kind,
            performer: order.performer(entry),
            key: entry.key(order.id(), commits),
            intent: action.and_then(EffectAction::intent).map(str::to_owned),
            tax_transaction: reversal.map(|told| told.transaction.clone()),
            fulfillment_order: found.map(|found| found.id),
            location: found.map(|found| found.location.clone()),
            amount,
            tax: reversal.map(|told| told.total().tax),
            since: entry.since(commits),
            state: state(order, entry),
            code: effect.and_then(|effect| effect.refused.clone()),
        }
    }
}

fn kind_and_amount(entry: LedgerEntry<'_>) -> (EffectKind, Option<i64>) {
    let action = match entry {
        LedgerEntry::Command(effect) => &effect.action,
        LedgerEntry::Fulfill(_) => return (EffectKind::Fulfill, None),
        LedgerEntry::Cancel(_) => return (EffectKind::CancelFulfillment, None),
    };
    match action {
        EffectAction::Refund { amount, .. } => (EffectKind::Refund, Some(*amount)),
        EffectAction::Capture { amount, .. } => (EffectKind::Capture, Some(*amount)),
        EffectAction::ReverseTax(told) => (EffectKind::ReverseTax, Some(told.total().amount)),
        EffectAction::ReleaseRest { .. } => (EffectKind::ReleaseRest, None),
        EffectAction::CancelIntent { .. } => (EffectKind::CancelIntent, None),
    }
}

fn state(order: &Order, entry: LedgerEntry<'_>) -> EffectState {
    let is_refused = entry.command().is_some_and(|effect| !effect.is_open());
    match order.performer(entry) {
        Performer::Person => EffectState::ByHand,
        Performer::PaymentGateway | Performer::TaxService if is_refused => EffectState::Refused,
        Performer::PaymentGateway | Performer::TaxService | Performer::Location
            if order.is_due(entry) =>
        {
            EffectState::Open
        }
        Performer::PaymentGateway | Performer::TaxService => EffectState::AwaitsTax,
        Performer::Location => EffectState::Held,
    }
}
