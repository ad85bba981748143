//! Comparing an object of the gateway's with the order that it belongs to.

use jiff::Timestamp;

use super::{Difference, DifferenceKind, Figure, GatewayObject, ObjectKind};
use crate::{
    inbound::PaymentFact,
    money::Currency,
    order::{Dispute, DisputeFunds, DisputeStatus, Intent, Order, RefundStatus},
};

/// In what an object and its order differ. `payment`: the intent that it belongs to, empty when it names none; `facts`: what
/// the gateway says of the object. Nothing, when it says nothing of money.
pub fn compare(
    order: &Order,
    object: &GatewayObject,
    payment: &str,
    facts: &[PaymentFact],
    now: Timestamp,
) -> Vec<Difference> {
    let found = match object.kind {
        ObjectKind::Payment => of_payment(order, object, facts, now),
        ObjectKind::Refund => facts
            .iter()
            .find_map(|fact| of_refund(order, object, fact, now))
            .unwrap_or_default(),
        ObjectKind::Dispute => facts
            .iter()
            .find_map(|fact| of_dispute(order, object, fact, now))
            .unwrap_or_default(),
    };
    let payment = (object.kind != ObjectKind::Payment && !payment.is_empty()).then_some(payment);
    let found = found.into_iter().map(|difference| Difference {
        payment: payment.map(str::to_owned),
        order: Some(order.id()),
        currency: difference.currency.or(Some(order.placed.currency)),
        ..difference
    });
    found.collect()
}

/// The difference of an object that an order has and the gateway does not know; none, when the order does not have it.
pub fn missing(order: &Order, object: &GatewayObject, now: Timestamp) -> Option<Difference> {
    let state = &order.state.payment;
    let (kind, payment, ours) = match object.kind {
        ObjectKind::Payment => {
            let intent = state.intent(&object.id)?;
            let amount = intent.captured.max(intent.capturable());
            let kind = DifferenceKind::PaymentMissingAtGateway;
            (kind, None, Figure::amount(amount))
        }
        ObjectKind::Refund => {
            let refund = state.refunds.iter().find(|r| r.id == object.id)?;
            let ours = Figure::with_status(Some(refund.amount), refund_status(refund.status));
            let kind = DifferenceKind::RefundMissingAtGateway;
            (kind, Some(refund.intent.clone()), ours)
        }
        ObjectKind::Dispute => {
            let dispute = state.dispute(&object.id)?;
            let kind = DifferenceKind::DisputeMissingAtGateway;
            (kind, Some(dispute.intent.clone()), of_ours(dispute))
        }
    };
    Some(Difference {
        payment: payment.filter(|payment| !payment.is_empty()),
        order: Some(order.id()),
        currency: Some(order.placed.currency),
        ours,
        ..Difference::found(kind, object, now)
    })
}

/// What the gateway says of the money of a payment, in minor units.
pub(super) struct PaymentMoney {
    pub(super) captured: i64,
    pub(super) capturable: i64,
    pub(super) currency: Currency,
}

impl PaymentMoney {
    /// Of what is told of a payment; none, when that tells of no money.
    pub(super) fn of(facts: &[PaymentFact]) -> Option<Self> {
        let is_cancelled = facts.contains(&PaymentFact::Cancelled);
        let money = |fact: &PaymentFact| {
            let (captured, capturable, currency) = match fact {
                PaymentFact::Authorized { amount, currency } => (0, *amount, *currency),
                PaymentFact::Captured { amount, currency } => (*amount, 0, *currency),
                PaymentFact::PartlyCaptured {
                    amount,
                    capturable,
                    currency,
                } => (*amount, *capturable, *currency),
                PaymentFact::Linked
                | PaymentFact::Processing
                | PaymentFact::AuthorizationTerms { .. }
                | PaymentFact::Failed { .. }
                | PaymentFact::Cancelled
                | PaymentFact::Refund { .. }
                | PaymentFact::DisputeOpened { .. }
                | PaymentFact::DisputeClosed { .. }
                | PaymentFact::Dispute { .. }
                | PaymentFact::ReviewOpened { .. }
                | PaymentFact::ReviewClosed { .. } => return None,
            };
            Some(Self {
                captured,
                capturable: if is_cancelled { 0 } else { capturable },
                currency,
            })
        };
        let found = facts.iter().find_map(money);
        found.filter(|money| money.captured > 0 || money.capturable > 0)
    }

    pub(super) fn figure(&self) -> Figure {
        if self.captured > 0 {
            Figure::with_status(Some(self.captured), "captured")
        } else {
            Figure::with_status(Some(self.capturable), "authorized")
        }
    }
}

fn of_payment(
    order: &Order,
    object: &GatewayObject,
    facts: &[PaymentFact],
    now: Timestamp,
) -> Vec<Difference> {
    let found = |kind| Difference::found(kind, object, now);
    let known = order.state.payment.intent(&object.id);
    let money = PaymentMoney::of(facts);
    if let Some(money) = &money
        && money.currency != order.placed.currency
    {
        return vec![Difference {
            currency: Some(money.currency),
            gateway: money.figure(),
            ..found(DifferenceKind::CurrencyDiffers)
        }];
    }
    let (known, money) = match (known, money) {
        (None, None) => return vec![],
        (None, Some(money)) => {
            return vec![Difference {
                gateway: money.figure(),
                ..found(DifferenceKind::PaymentUnknownHere)
            }];
        }
        (Some(known), money) => (known, money),
    };
    let theirs = |of: fn(&PaymentMoney) -> i64| money.as_ref().map_or(0, of);
    let pairs = [
        (
            DifferenceKind::CapturedDiffers,
            theirs(|money| money.captured),
            known.captured,
        ),
        (
            DifferenceKind::CapturableDiffers,
            theirs(|money| money.capturable),
            Intent::capturable(known),
        ),
    ];
    // What can still be captured follows from what was.
    let differing = pairs.into_iter().find(|(_, gateway, ours)| gateway != ours);
    differing
        .map(|(kind, gateway, ours)| Difference {
            gateway: Figure::amount(gateway),
            ours: Figure::amount(ours),
            ..found(kind)
        })
        .into_iter()
        .collect()
}

fn of_refund(
    order: &Order,
    object: &GatewayObject,
    fact: &PaymentFact,
    now: Timestamp,
) -> Option<Vec<Difference>> {
    let PaymentFact::Refund {
        id,
        amount,
        currency,
        status,
        ..
    } = fact
    else {
        return None;
    };
    let mut refunds = order.state.payment.refunds.iter();
    let known = refunds.find(|known| known.id == *id);
    let gateway = Figure::with_status(Some(*amount), refund_status(*status));
    let kind = match known {
        _ if *currency != order.placed.currency => DifferenceKind::CurrencyDiffers,
        None => DifferenceKind::RefundUnknownHere,
        Some(known) if known.amount != *amount => DifferenceKind::RefundAmountDiffers,
        Some(known) if known.status != *status => DifferenceKind::RefundStatusDiffers,
        Some(_) => return Some(vec![]),
    };
    let ours =
        known.map(|known| Figure::with_status(Some(known.amount), refund_status(known.status)));
    Some(vec![Difference {
        currency: Some(*currency),
        gateway,
        ours: ours.unwrap_or_default(),
        ..Difference::found(kind, object, now)
    }])
}

fn of_dispute(
    order: &Order,
    object: &GatewayObject,
    fact: &PaymentFact,
    now: Timestamp,
) -> Option<Vec<Difference>> {
    let (status, money, funds) = told_of_dispute(fact)?;
    let known = order.state.payment.dispute(&object.id);
    let amount = money.map(|(amount, _)| amount);
    let known_amount = |known: &Dispute| known.details.as_ref().map(|details| details.amount);
    let differs = |theirs: Option<i64>, ours: Option<i64>| {
        theirs
            .zip(ours)
            .is_some_and(|(theirs, ours)| theirs != ours)
    };
    let kind = match known {
        None => DifferenceKind::DisputeUnknownHere,
        Some(_) if money.is_some_and(|(_, currency)| currency != order.placed.currency) => {
            DifferenceKind::CurrencyDiffers
        }
        Some(known) if known.status != status => DifferenceKind::DisputeStatusDiffers,
        Some(known) if differs(amount, known_amount(known)) => DifferenceKind::DisputeAmountDiffers,
        Some(known) if funds.is_some() && funds != known_funds(known) => {
            DifferenceKind::DisputeFundsDiffer
        }
        Some(_) => return Some(vec![]),
    };
    let (gateway, ours) = if kind == DifferenceKind::DisputeFundsDiffer {
        let figure = |amount, funds| Figure::with_status(amount, funds_status(funds));
        let ours = known.map(|known| figure(known_amount(known), known_funds(known)));
        (figure(amount, funds), ours)
    } else {
        let gateway = Figure::with_status(amount, status.as_str());
        (gateway, known.map(of_ours))
    };
    Some(vec![Difference {
        currency: money.map(|(_, currency)| currency),
        gateway,
        ours: ours.unwrap_or_default(),
        ..Difference::found(kind, object, now)
    }])
}

type DisputeTold = (DisputeStatus, Option<(i64, Currency)>, Option<DisputeFunds>);

/// The status, the amount and the money that has moved, as a fact about a dispute tells of them.
pub(super) fn told_of_dispute(fact: &PaymentFact) -> Option<DisputeTold> {
    match fact {
        PaymentFact::DisputeOpened { .. } => Some((DisputeStatus::NeedsResponse, None, None)),
        PaymentFact::DisputeClosed { won: true, .. } => Some((DisputeStatus::Won, None, None)),
        PaymentFact::DisputeClosed { won: false, .. } => Some((DisputeStatus::Lost, None, None)),
        PaymentFact::Dispute {
            status,
            amount,
            currency,
            funds,
            ..
        } => Some((*status, Some((*amount, *currency)), *funds)),
        PaymentFact::Linked
        | PaymentFact::Processing
        | PaymentFact::Authorized { .. }
        | PaymentFact::Captured { .. }
        | PaymentFact::PartlyCaptured { .. }
        | PaymentFact::AuthorizationTerms { .. }
        | PaymentFact::Failed { .. }
        | PaymentFact::Cancelled
        | PaymentFact::Refund { .. }
        | PaymentFact::ReviewOpened { .. }
        | PaymentFact::ReviewClosed { .. } => None,
    }
}

fn of_ours(dispute: &Dispute) -> Figure {
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

pub(super) fn refund_status(status: RefundStatus) -> &'static str {
    match status {
        RefundStatus::Pending => "pending",
        RefundStatus::Succeeded => "succeeded",
        RefundStatus::Failed => "failed",
        RefundStatus::Cancelled => "cancelled",
    }
}
