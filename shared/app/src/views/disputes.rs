//! The disputes of an order's payment.

use domain::order::{Dispute, DisputeStatus, Order};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// A dispute. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DisputeView {
    /// The payment gateway's id.
    pub id: String,
    /// The payment, by the gateway's id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub intent: String,
    /// How far it is.
    pub status: DisputeStatus,
    /// What is disputed; a gateway that does not tell disputes all that was not refunded.
    pub amount: i64,
    /// The bank's reason, a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when evidence can be sent to the bank, UTC; left out when none is asked for, or the dispute has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_due: Option<Timestamp>,
    /// Whether the gateway has taken the money and not given it back to the shop. That is no refund.
    pub funds_withdrawn: bool,
    /// Whether the gateway has given money of it back to the shop.
    pub funds_reinstated: bool,
    /// What of the amount the shop has back. Of a dispute that is won in part it is less than the amount.
    pub reinstated: i64,
}

impl DisputeView {
    /// The disputes of an order of which the gateway has told, oldest first, those that have ended included.
    pub(super) fn all(order: &Order) -> impl Iterator<Item = Self> {
        let payment = &order.state.payment;
        let disputes = payment.dispute_records.iter();
        disputes.map(|dispute| Self::of(dispute, payment.disputed_amount(dispute)))
    }

    fn of(dispute: &Dispute, amount: i64) -> Self {
        let funds_withdrawn = dispute.are_funds_withdrawn();
        Self {
            id: dispute.id.clone(),
            intent: dispute.intent.clone(),
            status: dispute.status,
            amount,
            reason: dispute.details.as_ref().and_then(|d| d.reason.clone()),
            evidence_due: dispute.evidence_due().filter(|_| !dispute.status.is_end()),
            funds_withdrawn,
            funds_reinstated: dispute.are_funds_reinstated(),
            reinstated: dispute.reinstated_of(amount),
        }
    }
}
