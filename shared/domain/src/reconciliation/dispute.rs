//! Comparing a dispute of the gateway's with the order that it belongs to.

use jiff::Timestamp;

use super::{Difference, DifferenceKind, Figure, GatewayObject};
use crate::{
    inbound::PaymentFact,
    order::{Dispute, DisputeFunds, Order},
};

pub(super) fn of_dispute(
    order: &Order,
    object: &GatewayObject,
    fact: &PaymentFact,
    now: Timestamp,
) -> Option<Vec<Difference>> {
    let reported = fact.dispute()?;
    let (status, funds) = (reported.status, reported.funds);
    let known = order.state.payment.dispute(&object.id);
    let amount = reported.amount.map(|money| money.minor);
    let currency = reported.amount.map(|money| money.currency);
    let known_amount = |known: &Dispute| known.details.as_ref().map(|details| details.amount);
    let differs = |theirs: Option<i64>, ours: Option<i64>| {
        theirs
            .zip(ours)
            .is_some_and(|(theirs, ours)| theirs != ours)
    };
    let kind = match known {
        None => DifferenceKind::DisputeUnknownHere,
        Some(_) if currency.is_some_and(|currency| currency != order.placed.currency) => {
            DifferenceKind::CurrencyDiffers
        }
        Some(known) if known.status != status => DifferenceKind::DisputeStatusDiffers,
        Some(known) if differs(amount, known_amount(known)) => DifferenceKind::DisputeAmountDiffers,
        Some(known) if funds.is_some() && funds != known_funds(known) => {
            DifferenceKind::DisputeFundsDiffer
        }
        Some(known)
            if reported
                .reinstated
                .is_some_and(|_| reported.reinstated != known.reinstated) =>
        {
            DifferenceKind::DisputeFundsDiffer
        }
        Some(_) => return Some(vec![]),
    };
    let (gateway, ours) = if kind == DifferenceKind::DisputeFundsDiffer {
        let figure = |disputed, reinstated, funds| {
            let back = (funds == Some(DisputeFunds::Reinstated)).then_some(reinstated);
            Figure::with_status(back.flatten().or(disputed), funds_status(funds))
        };
        let ours = known.map(|known| {
            let funds = known_funds(known);
            figure(known_amount(known), known.reinstated, funds)
        });
        (figure(amount, reported.reinstated, funds), ours)
    } else {
        let gateway = Figure::with_status(amount, status.as_str());
        (gateway, known.map(of_ours))
    };
    Some(vec![Difference {
        currency,
        gateway,
        ours: ours.unwrap_or_default(),
        ..Difference::found(kind, object, now)
    }])
}

pub(super) fn of_ours(dispute: &Dispute) -> Figure {
    let amount = dispute.details.as_ref().map(|details| details.amount);
    Figure::with_status(amount, dispute.status.as_str())
}

fn known_funds(dispute: &Dispute) -> Option<DisputeFunds> {
    if dispute.are_funds_withdrawn() {
        Some(DisputeFunds::Withdrawn)
    } else {
        let reinstated = dispute.funds_reinstated_at;
        reinstated.map(|_| DisputeFunds::Reinstated)
    }
}

fn funds_status(funds: Option<DisputeFunds>) -> &'static str {
    match funds {
        None => "not_moved",
        Some(DisputeFunds::Withdrawn) => "withdrawn",
        Some(DisputeFunds::Reinstated) => "reinstated",
    }
}
