//! Answers to requests about refunds.

use domain::ids::OrderId;
use schemars::JsonSchema;
use serde::Serialize;

use super::{effects::EffectState, money::Money};
use crate::usecases::refund::{RefundPart, RequestedRefund};

/// A refund as it is asked of the payment gateway, or waits for a second person. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RequestedRefundView {
    /// The order.
    pub order: OrderId,
    /// Whether it was only tried out: then nothing was asked for.
    pub preview: bool,
    /// Whether it is asked of the gateway, lowers an account, or waits for a second person.
    pub state: RefundState,
    /// For one that waits: the number of the exception with which a second person approves it; of a preview, the one that it
    /// would have had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<u32>,
    /// What the customer gets back. Of one that waits, with what will lower what the order owes on its account.
    pub amount: i64,
    /// What lowers what the order owes on its account: no money moves. Left out when it is nothing, or not decided yet.
    #[serde(skip_serializing_if = "is_nothing")]
    pub on_account: i64,
    /// How much of both is beyond what is owed, and lowers what is due.
    pub credit: i64,
    /// What is kept of it.
    #[serde(skip_serializing_if = "is_nothing")]
    pub restocking_fee: i64,
    /// The payments that it is taken from; none yet, when it waits.
    pub parts: Vec<RefundPartView>,
    /// The order's money right after it was asked for.
    pub money: Money,
}

/// How far a refund is that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// The payment gateway is asked to make it.
    Requested,
    /// No money goes back: the order owes so much less on its account.
    Credited,
    /// No money goes back: what it is worth went back before, or it is worth nothing.
    NothingOwed,
    /// Nothing is asked of the gateway before somebody else has approved it.
    AwaitsApproval,
}

fn is_nothing(amount: &i64) -> bool {
    *amount == 0
}

/// What is taken from one payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefundPartView {
    /// The number of the effect within the order; of a preview, the one that it would have had.
    pub effect: u32,
    /// The payment, by the gateway's id.
    pub intent: String,
    /// What is taken from it.
    pub amount: i64,
}

impl RequestedRefundView {
    /// The refund as it was asked for, or was tried out.
    pub fn of(refund: &RequestedRefund, preview: bool) -> Self {
        let state = match refund.awaits_approval {
            Some(_) => RefundState::AwaitsApproval,
            None if refund.parts.is_empty() && refund.on_account > 0 => RefundState::Credited,
            None if refund.parts.is_empty() => RefundState::NothingOwed,
            None => RefundState::Requested,
        };
        Self {
            order: refund.order.id(),
            preview,
            state,
            exception: refund.awaits_approval,
            amount: refund.amount,
            on_account: refund.on_account,
            credit: refund.credit,
            restocking_fee: refund.restocking_fee,
            parts: refund.parts.iter().map(RefundPartView::of).collect(),
            money: Money::of(&refund.order),
        }
    }
}

impl RefundPartView {
    fn of(part: &RefundPart) -> Self {
        Self {
            effect: part.effect,
            intent: part.intent.clone(),
            amount: part.amount,
        }
    }
}

/// An effect that is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RetriedEffectView {
    /// The order.
    pub order: OrderId,
    /// The effect's number within the order.
    pub effect: u32,
    /// How far it is after the request.
    pub state: EffectState,
}
