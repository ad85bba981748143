//! Comparing a payment of the gateway's with the order that it belongs to.

use jiff::Timestamp;

use super::{Difference, DifferenceKind, Figure, GatewayObject};
use crate::{
    inbound::PaymentFact,
    money::Currency,
    order::{Intent, Order},
};

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

pub(super) fn of_payment(
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
