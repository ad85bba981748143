//! What a person asks to be given back.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Actor;
use crate::{ids::LineId, open_set::open_set, serde_default::is_default};

/// What a person asks to be given back: units of lines, shipping, an amount, or several of them. Amounts are minor units of
/// the order's currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefundRequest {
    /// Units whose cells go back, although they are neither cancelled nor returned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RefundUnits>,
    /// Of the price of shipping.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shipping: i64,
    /// An amount: what is owed and not asked for counts first, the rest is a credit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub amount: i64,
    /// What is kept of what the lines and the shipping are worth.
    #[serde(default, skip_serializing_if = "is_default")]
    pub restocking_fee: i64,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RefundReason>,
}

/// Units of a line that are refunded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefundUnits {
    /// The line.
    pub line: LineId,
    /// How many units.
    pub units: u32,
}

/// A refund that waits for the approval of a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedRefund {
    /// Its number within the order, counted from 1; the subject of its exception.
    pub number: u32,
    /// What is asked for.
    pub refund: RefundRequest,
    /// What would go back when it was asked for, minor units.
    pub amount: i64,
    /// Who asks for it, and so cannot approve it.
    pub by: Actor,
    /// When it was asked for, UTC.
    pub at: Timestamp,
}

open_set! {
    /// Why a person gives money back.
    pub enum RefundReason {
        /// It came damaged.
        Damaged = "DAMAGED",
        /// It is not what was ordered.
        NotAsDescribed = "NOT_AS_DESCRIBED",
        /// It has not come.
        NotReceived = "NOT_RECEIVED",
        /// It came late.
        Late = "LATE",
        /// It costs less now.
        PriceAdjustment = "PRICE_ADJUSTMENT",
        /// As a courtesy.
        Goodwill = "GOODWILL",
        /// Anything else; the note says what.
        Other = "OTHER",
    }
}
