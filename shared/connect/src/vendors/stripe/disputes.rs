//! What a dispute says, as a fact of the domain. The object is whole in every event; the event's type says whether it has
//! ended and whether money has moved.

use domain::{
    inbound::PaymentFact,
    money::Currency,
    order::{DisputeFunds, DisputeStatus},
};
use jiff::Timestamp;

use super::{
    facts::{Outcome, id, money},
    payloads::Dispute,
    references::of_related_object,
};
use crate::{
    fields::{code, require},
    parse::ParseError,
};

pub(super) fn updated(dispute: &Dispute) -> Outcome {
    fact(dispute, open_status(dispute), None)
}

pub(super) fn funds_withdrawn(dispute: &Dispute) -> Outcome {
    fact(dispute, open_status(dispute), Some(DisputeFunds::Withdrawn))
}

pub(super) fn funds_reinstated(dispute: &Dispute) -> Outcome {
    fact(
        dispute,
        open_status(dispute),
        Some(DisputeFunds::Reinstated),
    )
}

pub(super) fn closed(dispute: &Dispute) -> Outcome {
    let status = require("data.object.status", dispute.status.as_deref())?;
    fact(dispute, final_status(status), None)
}

/// The dispute as a list has it. Stripe adds a balance transaction when it takes the money, and another one when it gives the
/// money back.
pub(super) fn as_it_is(dispute: &Dispute) -> Outcome {
    let funds = match dispute.balance_transactions.as_deref() {
        None | Some([]) => None,
        Some([_]) => Some(DisputeFunds::Withdrawn),
        Some([_, _, ..]) => Some(DisputeFunds::Reinstated),
    };
    fact(dispute, open_status(dispute), funds)
}

/// The status of an event that is not about the end; the object may have ended all the same.
fn open_status(dispute: &Dispute) -> DisputeStatus {
    match dispute.status.as_deref() {
        Some("under_review" | "warning_under_review") => DisputeStatus::UnderReview,
        Some(ended @ ("won" | "lost" | "warning_closed" | "prevented")) => final_status(ended),
        // A status of a later API version is shown to a person with the rest.
        _ => DisputeStatus::NeedsResponse,
    }
}

/// An inquiry that was closed counts as won. Any other final status is shown to a person as lost.
fn final_status(status: &str) -> DisputeStatus {
    match status {
        "won" | "warning_closed" => DisputeStatus::Won,
        _ => DisputeStatus::Lost,
    }
}

fn fact(dispute: &Dispute, status: DisputeStatus, funds: Option<DisputeFunds>) -> Outcome {
    let Some(order) =
        of_related_object(dispute.metadata.as_ref(), dispute.payment_intent.as_ref())?
    else {
        return Ok(None);
    };
    let (amount, currency) = money("amount", dispute.amount, dispute.currency)?;
    let due = dispute.evidence_details.as_ref().and_then(|e| e.due_by);
    let evidence_due = due.filter(|due| *due > 0).map(|due| {
        let path = "data.object.evidence_details.due_by";
        Timestamp::from_second(due).map_err(|_| ParseError::field(path, "not a time"))
    });
    let fact = PaymentFact::Dispute {
        id: id(dispute.id.as_deref())?,
        status,
        amount,
        currency,
        reason: dispute.reason.as_deref().and_then(code),
        evidence_due: evidence_due.transpose()?,
        funds,
        reinstated: reinstated(dispute, currency),
    };
    Ok(Some((order, fact)))
}

/// What the shop has back. A dispute that is won in part ends as `lost`, and only the balance transactions tell how much came
/// back: <https://support.stripe.com/questions/dispute-for-full-charge-amount-after-a-partial-refund-was-issued>. An account
/// that is kept in another currency does not tell it in the dispute's.
fn reinstated(dispute: &Dispute, currency: Currency) -> Option<i64> {
    let moved = dispute.balance_transactions.as_deref()?.iter();
    let told = moved.filter(|moved| {
        let of = moved.currency.as_deref();
        of.is_some_and(|of| of.eq_ignore_ascii_case(currency.as_str()))
    });
    let back = told.filter_map(|moved| moved.amount.filter(|amount| *amount > 0));
    back.reduce(i64::saturating_add)
}
