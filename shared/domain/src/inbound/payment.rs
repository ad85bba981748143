//! Facts about payments.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    money::{Currency, Money},
    order::{DisputeFunds, DisputeStatus, RefundStatus},
};

/// Payment facts. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentFact {
    /// The checkout named the intent; nothing else is new.
    Linked,
    /// The provider is working on it.
    Processing,
    /// Authorised; `amount` can be captured.
    Authorized {
        /// Capturable in all.
        amount: i64,
        /// Its currency.
        currency: Currency,
    },
    /// Captured; `amount` in all, and nothing more can be captured.
    Captured {
        /// Captured in all.
        amount: i64,
        /// Its currency.
        currency: Currency,
    },
    /// A part was captured, and the provider keeps the rest of the authorization for further captures.
    PartlyCaptured {
        /// Captured in all.
        amount: i64,
        /// What can still be captured.
        capturable: i64,
        /// The currency of both.
        currency: Currency,
    },
    /// What can be done with the authorization, beside its amount.
    AuthorizationTerms {
        /// Until when it can be captured, UTC; `None`: the provider has not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture_before: Option<Timestamp>,
        /// Whether it can be captured several times.
        multicapture: bool,
    },
    /// An attempt failed.
    Failed {
        /// The provider's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// Cancelled for good.
    Cancelled,
    /// A refund was made or moved on.
    Refund {
        /// The provider's id.
        id: String,
        /// Minor units.
        amount: i64,
        /// Its currency.
        currency: Currency,
        /// How far.
        status: RefundStatus,
        /// The effect that asked for it, if the provider echoes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<u32>,
    },
    /// The customer disputes it; nothing else is told.
    DisputeOpened {
        /// The provider's id.
        id: String,
    },
    /// The dispute ended; nothing else is told.
    DisputeClosed {
        /// The provider's id.
        id: String,
        /// Whether the merchant keeps the money.
        won: bool,
    },
    /// All that the provider knows of a dispute.
    Dispute {
        /// The provider's id.
        id: String,
        /// How far it is.
        status: DisputeStatus,
        /// What is disputed, minor units.
        amount: i64,
        /// Its currency.
        currency: Currency,
        /// The bank's reason, a code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Until when evidence can be sent, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence_due: Option<Timestamp>,
        /// The money that has moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        funds: Option<DisputeFunds>,
        /// What the shop has back in all, minor units of the same currency; left out: the provider does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reinstated: Option<i64>,
    },
    /// A fraud review began.
    ReviewOpened {
        /// The provider's id.
        id: String,
    },
    /// A fraud review ended.
    ReviewClosed {
        /// The provider's id.
        id: String,
        /// Whether the payment was approved.
        approved: bool,
        /// The provider's word for how it ended.
        reason: String,
    },
}

/// What a fact reports of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportedDispute<'a> {
    /// The provider's id.
    pub id: &'a str,
    /// How far it is.
    pub status: DisputeStatus,
    /// What is disputed; `None`: the fact does not say.
    pub amount: Option<Money>,
    /// The money that has moved; `None`: the fact tells of none.
    pub funds: Option<DisputeFunds>,
    /// What the shop has back in all, minor units of the currency of the amount; `None`: the fact does not say.
    pub reinstated: Option<i64>,
}

impl PaymentFact {
    /// What it reports of a dispute; `None`: it is about something else.
    pub fn dispute(&self) -> Option<ReportedDispute<'_>> {
        let only = |id, status| ReportedDispute {
            id,
            status,
            amount: None,
            funds: None,
            reinstated: None,
        };
        match self {
            Self::DisputeOpened { id } => Some(only(id, DisputeStatus::NeedsResponse)),
            Self::DisputeClosed { id, won: true } => Some(only(id, DisputeStatus::Won)),
            Self::DisputeClosed { id, won: false } => Some(only(id, DisputeStatus::Lost)),
            Self::Dispute {
                id,
                status,
                amount: minor,
                currency,
                funds,
                reinstated,
                ..
            } => Some(ReportedDispute {
                id,
                status: *status,
                amount: Some(Money {
                    minor: *minor,
                    currency: *currency,
                }),
                funds: *funds,
                reinstated: *reinstated,
            }),
            Self::Linked
            | Self::Processing
            | Self::Authorized { .. }
            | Self::Captured { .. }
            | Self::PartlyCaptured { .. }
            | Self::AuthorizationTerms { .. }
            | Self::Failed { .. }
            | Self::Cancelled
            | Self::Refund { .. }
            | Self::ReviewOpened { .. }
            | Self::ReviewClosed { .. } => None,
        }
    }
}
