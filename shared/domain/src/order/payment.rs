//! The payment axis: what the payment provider has reported, one entry for each payment intent.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Dispute, SurplusRefund, Tender};
use crate::serde_default::is_default;

/// How often the provider lets one payment be captured. The last time, all that is due is captured.
pub const CAPTURES_MAX: u32 = 50;

/// Everything known of an order's payment. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// Payment intents that were reported, or named at placement; and payments that were recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<Intent>,
    /// Refunds that the provider has reported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// Open disputes, by the provider's id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<String>,
    /// Disputes, those that have ended included, as their gateway has told of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dispute_records: Vec<Dispute>,
    /// Given back beyond what units and shipping are worth: refunds that nobody had asked for and that a person has
    /// accepted, and what people give of their own accord. They lower what is due. Minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credits: i64,
    /// Of the credits, what has lowered what the order owes on its account, and moved no money. Minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub account_credits: i64,
    /// Of what is owed back, how much was asked of the gateway without a person, whatever has become of it; less what was given
    /// up because a lost dispute took the money, whoever had asked for it: that is asked for again once it is owed again. So it
    /// may be negative. What was paid too much is not in it. Minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refunds_commanded: i64,
    /// Refunds of what was paid too much, whatever has become of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surplus_refunds: Vec<SurplusRefund>,
    /// Of the price of shipping, how much people have given back beside units. Minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shipping_granted: i64,
    /// Of the price of shipping, how much has been recorded as owed back beside what lines are owed. Minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shipping_owed: i64,
    /// Whether a person was shown that money has not come which the customer was to pay after the goods had gone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shown_outstanding: bool,
    /// When a person last closed the exception that the order cannot expire because the payment gateway has not answered, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaiting_gateway_closed_at: Option<Timestamp>,
    /// What was kept of refunds, minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub restocking_fees: i64,
}

/// One payment intent: an attempt to collect money.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Intent {
    /// The provider's id, e.g. `pi_...`.
    pub id: String,
    /// Authorised and not yet captured, at its highest.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authorized: i64,
    /// Captured so far.
    #[serde(default, skip_serializing_if = "is_default")]
    pub captured: i64,
    /// After a capture: what can still be captured. Most providers give up the rest of an authorization when a part
    /// of it is captured, so it is 0 unless a capture said otherwise.
    #[serde(default, skip_serializing_if = "is_default")]
    pub capturable_after_capture: i64,
    /// When it was authorized first, as far as we know, by the provider's clock, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorized_at: Option<Timestamp>,
    /// Until when it can be captured, as the provider says, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_before: Option<Timestamp>,
    /// The provider says that it can be captured several times.
    #[serde(default, skip_serializing_if = "is_default")]
    pub multicapture: bool,
    /// How often we have asked for a capture of a part that keeps the rest.
    #[serde(default, skip_serializing_if = "is_default")]
    pub partial_captures: u32,
    /// The provider is working on it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub processing: bool,
    /// The last attempt failed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failed: bool,
    /// Cancelled for good; what was captured before stays captured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cancelled: bool,
    /// When the attempt that `processing` and `failed` tell of took place, by the provider's clock, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_at: Option<Timestamp>,
    /// Whether a person was shown that it has been processing for very long.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shown_unresolved: bool,
    /// The end of its authorization, UTC, of which a person was shown that it is near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_ending: Option<Timestamp>,
    /// When the provider was asked about it last and the answer was noted, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// How often in a row the provider did not know it, as far as it matters: see
    /// [`NOT_FOUND_TIMES`](super::NOT_FOUND_TIMES).
    #[serde(default, skip_serializing_if = "is_default")]
    pub not_found: u32,
    /// Of a payment that was recorded here and was not made at the gateway: where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<Tender>,
}

impl Intent {
    /// What can still be captured, minor units.
    pub fn capturable(&self) -> i64 {
        if self.cancelled {
            0
        } else if self.captured > 0 {
            self.capturable_after_capture
        } else {
            self.authorized
        }
    }

    /// Whether a part of it can be captured and the rest kept for another capture.
    pub fn keeps_rest(&self) -> bool {
        let is_allowed = self.multicapture || self.capturable_after_capture > 0;
        is_allowed && self.partial_captures.saturating_add(1) < CAPTURES_MAX
    }

    /// Whether the last attempt is with the provider, which has not said how it ended.
    pub fn is_processing(&self) -> bool {
        self.processing
            && !self.failed
            && !self.cancelled
            && self.captured == 0
            && self.authorized == 0
    }

    /// Whether nothing has come of it that stays: money, the promise of money, or its end.
    pub fn is_unresolved(&self) -> bool {
        !self.cancelled && self.captured == 0 && self.authorized == 0
    }

    /// Whether more was authorized than was captured, and it can be captured no more because it was cancelled.
    pub fn lost_authorization(&self) -> bool {
        self.cancelled && self.authorized > self.captured
    }
}

/// One refund at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refund {
    /// The provider's id, e.g. `re_...`.
    pub id: String,
    /// Amount, minor units.
    pub amount: i64,
    /// How far it is.
    pub status: RefundStatus,
    /// The intent that it gives back from; empty: it was not told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub intent: String,
    /// The effect that asked for it; `None`: nobody here did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<u32>,
}

impl Refund {
    /// Whether the money is back or on its way.
    pub fn is_live(&self) -> bool {
        match self.status {
            RefundStatus::Pending | RefundStatus::Succeeded => true,
            RefundStatus::Failed | RefundStatus::Cancelled => false,
        }
    }
}

/// How far a refund is. Ordered: a later one is never overwritten by an earlier one that arrives late.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Under way.
    Pending,
    /// The money is back.
    Succeeded,
    /// It failed; that can come days after `succeeded`.
    Failed,
    /// It was called off.
    Cancelled,
}

/// The payment status, a function of the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// No report yet.
    Pending,
    /// The provider is working on it.
    Processing,
    /// Authorised, not captured.
    Authorized,
    /// Captured.
    Captured,
    /// Part of what was captured went back, by refunds or by disputes that were lost.
    PartiallyRefunded,
    /// All that was captured went back, by refunds or by disputes that were lost.
    Refunded,
    /// Cancelled before capture.
    Voided,
    /// The last attempt failed.
    Failed,
    /// The customer disputes it at their bank, which has not decided.
    Disputed,
}

impl Payment {
    /// Captured so far over all intents.
    pub fn captured(&self) -> i64 {
        self.intents
            .iter()
            .map(|i| i.captured)
            .fold(0, i64::saturating_add)
    }

    /// What can still be captured over all intents.
    pub fn capturable(&self) -> i64 {
        self.intents
            .iter()
            .map(Intent::capturable)
            .fold(0, i64::saturating_add)
    }

    /// Captured, and what can still be captured; what was given back is not taken off. Money that a gateway holds back while
    /// a dispute is open counts as captured.
    pub fn pledged(&self) -> i64 {
        self.captured().saturating_add(self.capturable())
    }

    /// Money that is secured: captured less given back by us or by a bank, and what can still be captured.
    pub fn secured(&self) -> i64 {
        self.pledged().saturating_sub(self.given_back())
    }

    /// Credits that have left, or are to leave, the captured money, minor units.
    pub fn credits_of_money(&self) -> i64 {
        self.credits.saturating_sub(self.account_credits)
    }

    /// Whether the provider is working on an intent and has not said how it ended.
    pub fn is_processing(&self) -> bool {
        self.intents.iter().any(Intent::is_processing)
    }

    /// Whether every intent was cancelled and nothing was captured.
    pub fn is_gone(&self) -> bool {
        self.captured() == 0 && !self.intents.is_empty() && self.intents.iter().all(|i| i.cancelled)
    }

    /// Refunded or on its way back.
    pub fn refunded(&self) -> i64 {
        self.sum_of_refunds(Refund::is_live)
    }

    /// Refunded of an intent or on its way back. A refund of which no intent was told counts for the gateway's first.
    pub fn refunded_of(&self, intent: &str) -> i64 {
        let first = self.gateway_intents().next();
        let is_first = first.is_some_and(|first| first.id == intent);
        self.sum_of_refunds(|r| {
            r.is_live() && (r.intent == intent || (r.intent.is_empty() && is_first))
        })
    }

    fn sum_of_refunds(&self, counts: impl Fn(&Refund) -> bool) -> i64 {
        let refunds = self.refunds.iter().filter(|refund| counts(refund));
        refunds.map(|r| r.amount).fold(0, i64::saturating_add)
    }

    /// The intent of that id.
    pub fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.iter().find(|i| i.id == id)
    }

    /// The status that the facts add up to.
    pub fn status(&self) -> PaymentStatus {
        // What a lost dispute took, the customer has as surely as a refund.
        let (captured, given_back) = (self.captured(), self.given_back());
        if !self.disputes.is_empty() {
            PaymentStatus::Disputed
        } else if captured > 0 && given_back >= captured {
            PaymentStatus::Refunded
        } else if captured > 0 && given_back > 0 {
            PaymentStatus::PartiallyRefunded
        } else if captured > 0 {
            PaymentStatus::Captured
        } else if self.capturable() > 0 {
            PaymentStatus::Authorized
        } else if self.is_processing() {
            PaymentStatus::Processing
        } else if !self.intents.is_empty() && self.intents.iter().all(|i| i.cancelled) {
            PaymentStatus::Voided
        } else if self.intents.iter().any(|i| i.failed) {
            PaymentStatus::Failed
        } else {
            PaymentStatus::Pending
        }
    }
}

/// The key under which an order remembers that a dispute has ended, so that its opening has no effect when it
/// arrives late.
pub fn ended_dispute(dispute: &str) -> String {
    format!("dispute-ended:{dispute}")
}
