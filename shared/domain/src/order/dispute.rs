//! Disputes: a customer asks their bank for the money back.
//!
//! A gateway tells of a dispute as often as it changes, and each time all that it knows. What is told is put together by
//! its time, so the reports lead to the same dispute in whatever order, and however often, they arrive.
//!
//! While a dispute is open the gateway holds the money back ([`Dispute::funds_withdrawn_at`]): that is neither a refund nor
//! owed again, and the order waits on its hold. What a lost dispute took and did not give back to the shop, the bank has given
//! to the customer: it is counted beside the refunds, so that nobody gives it back a second time. A person may accept it as a
//! credit: so much less is due, for as long as the customer has it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Intent, Payment};
use crate::serde_default::is_default;

/// A dispute as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dispute {
    /// The gateway's id, e.g. `dp_...`.
    pub id: String,
    /// The intent whose money is disputed; empty: it was not told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub intent: String,
    /// How far it is.
    pub status: DisputeStatus,
    /// When it was last told to be so, by the gateway's clock, UTC.
    pub status_at: Timestamp,
    /// What is disputed; `None`: the gateway has not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<DisputeDetails>,
    /// When they were last told, by the gateway's clock, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details_at: Option<Timestamp>,
    /// When the gateway last took the money, by its clock, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funds_withdrawn_at: Option<Timestamp>,
    /// When the gateway last gave the money back to the shop, by its clock, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funds_reinstated_at: Option<Timestamp>,
    /// What the gateway has given back to the shop in all, minor units of the order's currency. A dispute that is won in part
    /// stays lost, and less comes back than was taken. `None`: the gateway has not told, and all came back that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reinstated: Option<i64>,
    /// What of it a person has accepted as a credit, while it is lost; minor units of the order's currency.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credited: i64,
}

/// What a dispute is about. Ordered, so that of two that are told of one second the same one counts everywhere.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct DisputeDetails {
    /// Until when evidence can be sent to the bank, UTC; `None`: none is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_due: Option<Timestamp>,
    /// What is disputed, minor units of the order's currency.
    pub amount: i64,
    /// The bank's reason, a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How far a dispute is. Ordered: of two that are told of one second the later one counts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// Evidence can be sent.
    NeedsResponse,
    /// The bank decides.
    UnderReview,
    /// It has ended, and the shop keeps the money.
    Won,
    /// It has ended, and the customer keeps the money.
    Lost,
}

impl DisputeStatus {
    /// Whether the dispute has ended.
    pub fn is_end(self) -> bool {
        match self {
            Self::NeedsResponse | Self::UnderReview => false,
            Self::Won | Self::Lost => true,
        }
    }

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

/// The way that the money of a dispute went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeFunds {
    /// The gateway took it.
    Withdrawn,
    /// The gateway gave it back to the shop.
    Reinstated,
}

/// What one report says of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeReport {
    /// How far it is.
    pub status: DisputeStatus,
    /// What is disputed; `None`: it does not say.
    pub details: Option<DisputeDetails>,
    /// The money that has moved; `None`: it tells of none.
    pub funds: Option<DisputeFunds>,
    /// What the gateway has given back to the shop in all, minor units of the order's currency; `None`: it does not say.
    pub reinstated: Option<i64>,
}

impl Dispute {
    /// The dispute after its first report, which is of the time `at`.
    pub fn told(id: &str, intent: &str, report: &DisputeReport, at: Timestamp) -> Self {
        let dispute = Self {
            id: id.to_owned(),
            intent: intent.to_owned(),
            status: report.status,
            status_at: at,
            details: None,
            details_at: None,
            funds_withdrawn_at: None,
            funds_reinstated_at: None,
            reinstated: None,
            credited: 0,
        };
        dispute.with(report, at)
    }

    /// The dispute with one more report, of the time `at`. An end is not undone by what is not one; otherwise the latest
    /// report counts.
    #[must_use]
    pub fn with(mut self, report: &DisputeReport, at: Timestamp) -> Self {
        let rank = |status: DisputeStatus, at| (status.is_end(), at, status);
        if rank(report.status, at) > rank(self.status, self.status_at) {
            self.status = report.status;
            self.status_at = at;
        }
        if report.details.is_some()
            && (Some(at), &report.details) > (self.details_at, &self.details)
        {
            self.details = report.details.clone();
            self.details_at = Some(at);
        }
        match report.funds {
            Some(DisputeFunds::Withdrawn) => {
                self.funds_withdrawn_at = self.funds_withdrawn_at.max(Some(at));
            }
            Some(DisputeFunds::Reinstated) => {
                self.funds_reinstated_at = self.funds_reinstated_at.max(Some(at));
            }
            None => {}
        }
        // What was given back is only added to.
        self.reinstated = self.reinstated.max(report.reinstated);
        self
    }

    /// Until when evidence can be sent, UTC.
    pub fn evidence_due(&self) -> Option<Timestamp> {
        self.details.as_ref()?.evidence_due
    }

    /// Whether the gateway has taken the money and not given it back to the shop. Of one second, giving back is later.
    pub fn are_funds_withdrawn(&self) -> bool {
        self.funds_withdrawn_at > self.funds_reinstated_at
    }

    /// Whether the gateway has given money of it back to the shop, and not taken it again.
    pub fn are_funds_reinstated(&self) -> bool {
        self.funds_reinstated_at.is_some() && !self.are_funds_withdrawn()
    }

    /// What of the disputed amount the shop has back, minor units.
    pub fn reinstated_of(&self, disputed: i64) -> i64 {
        if self.are_funds_reinstated() {
            self.reinstated.unwrap_or(disputed).min(disputed)
        } else {
            0
        }
    }

    /// Whether the customer has the money for good, or a part of it: it was lost, and not all was given back to the shop.
    pub fn is_lost(&self) -> bool {
        let disputed = self.details.as_ref().map(|details| details.amount);
        let is_all_back = disputed.is_none_or(|disputed| self.reinstated_of(disputed) == disputed);
        self.status == DisputeStatus::Lost && !(self.are_funds_reinstated() && is_all_back)
    }
}

impl Payment {
    /// The dispute of that id, if its gateway has told how far it is.
    pub fn dispute(&self, id: &str) -> Option<&Dispute> {
        self.dispute_records.iter().find(|dispute| dispute.id == id)
    }

    pub(crate) fn dispute_mut(&mut self, id: &str) -> Option<&mut Dispute> {
        let mut records = self.dispute_records.iter_mut();
        records.find(|dispute| dispute.id == id)
    }

    /// What is disputed, minor units. A gateway that does not tell disputes all that was not refunded.
    pub fn disputed_amount(&self, dispute: &Dispute) -> i64 {
        match &dispute.details {
            Some(details) => details.amount,
            None => {
                let intent = self.disputed_intent(dispute);
                let left = |i: &Intent| i.captured.saturating_sub(self.refunded_of(&i.id)).max(0);
                intent.map_or(0, left)
            }
        }
    }

    /// What a lost dispute has taken and not given back to the shop, minor units: the customer has it from their bank.
    pub fn lost_to(&self, dispute: &Dispute) -> i64 {
        if dispute.is_lost() {
            let disputed = self.disputed_amount(dispute);
            disputed.saturating_sub(dispute.reinstated_of(disputed))
        } else {
            0
        }
    }

    /// A dispute of which no intent was told counts for the first.
    pub(crate) fn disputed_intent(&self, dispute: &Dispute) -> Option<&Intent> {
        if dispute.intent.is_empty() {
            self.intents.first()
        } else {
            self.intent(&dispute.intent)
        }
    }

    /// What the customer's bank has given back of all intents, minor units.
    pub fn lost(&self) -> i64 {
        self.sum_of_lost(|_| true)
    }

    /// What the customer's bank has given back of an intent, minor units.
    pub fn lost_of(&self, intent: &str) -> i64 {
        self.sum_of_lost(|dispute| {
            self.disputed_intent(dispute)
                .is_some_and(|i| i.id == intent)
        })
    }

    fn sum_of_lost(&self, counts: impl Fn(&Dispute) -> bool) -> i64 {
        let disputes = self.dispute_records.iter();
        let counting = disputes.filter(|dispute| counts(dispute));
        let lost = counting.map(|dispute| self.lost_to(dispute));
        lost.fold(0, i64::saturating_add)
    }

    /// What the customer has back: refunds that were made or are on their way, and what lost disputes took.
    pub fn given_back(&self) -> i64 {
        self.refunded().saturating_add(self.lost())
    }
}
