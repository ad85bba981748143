//! Unmatched payments meet their order: what was told of them is applied when it is placed.

use jiff::Timestamp;

use super::{basket, command::decide, placement::Placement};
use crate::{
    evolve::evolve,
    ids::OrderId,
    inbound::{Fact, Inbound, PaymentKey, UnmatchedPayment},
    order::{Actor, ActorKind, Cause, Change, Command, Context, Event, Order, Rejection},
};

/// What a placement finds that was there before the order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met {
    /// Unmatched payments of the order, as they are stored.
    pub payments: Vec<UnmatchedPayment>,
    /// How many unmatched payments name the order by its id or number. It only grows until the order is placed, so it
    /// tells whether another one has come since it was read.
    pub named_by: u64,
    /// Another order of the same customer and basket that was placed about the same time.
    pub duplicate_of: Option<OrderId>,
}

impl Placement {
    /// The placement with what was there before it, each in a commit of its own after the first one: the hold of a possible
    /// duplicate, and payments. What the rules reject is left out and returned.
    ///
    /// # Errors
    /// When a commit cannot be written as JSON.
    pub fn with_met(
        mut self,
        met: Met,
        now: Timestamp,
    ) -> Result<(Self, Vec<Rejection>), serde_json::Error> {
        let mut rejected = Vec::new();
        if let (Some(other), Some(basket)) = (met.duplicate_of, self.basket.as_mut()) {
            basket.duplicate_of = Some(other);
            let (command, context) = basket::hold(other, now);
            match decide(self.order(), &command, &context) {
                Ok(events) => self.then.push(Change::new(self.order(), events, &context)?),
                Err(rejection) => rejected.push(rejection),
            }
        }
        for payment in &met.payments {
            let order = self.order();
            let (events, left) = apply(order, payment, &context(payment, now), &mut rejected);
            let matched = payment.matched(order.placed.id, left);
            if !events.is_empty() {
                let change = Change::new(order, events, &context(payment, now))?;
                self.then.push(change);
            }
            self.matched.push(matched);
        }
        self.named_by = met.named_by;
        Ok((self, rejected))
    }

    /// The order after all of its commits.
    pub fn order(&self) -> &Order {
        let last = self.then.last().unwrap_or(&self.change);
        &last.order
    }

    /// Its commits, in sequence, each with what it changes.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        std::iter::once(&self.change).chain(&self.then)
    }
}

/// The gateway says it, and the order's placement is why it counts now.
fn context(payment: &UnmatchedPayment, now: Timestamp) -> Context {
    let source = payment.facts.first().map(|fact| fact.source.clone());
    Context {
        now,
        actor: Actor {
            kind: ActorKind::PaymentProvider,
            id: source.unwrap_or_default(),
        },
        cause: Cause::new("unmatched", payment.payment.to_string()),
    }
}

/// What the facts cause, and those that are too early, as a refund whose capture was not told yet.
fn apply(
    order: &Order,
    payment: &UnmatchedPayment,
    context: &Context,
    rejected: &mut Vec<Rejection>,
) -> (Vec<Event>, Vec<Inbound>) {
    let mut order = order.clone();
    let mut events = Vec::new();
    let mut left = payment.facts.clone();
    // One fact may be too early for the order as another one has not changed it yet.
    loop {
        let before = left.len();
        let facts = std::mem::take(&mut left);
        for inbound in facts {
            let Some(command) = command(&order, &payment.payment, &inbound) else {
                left.push(inbound);
                continue;
            };
            match decide(&order, &command, context) {
                Ok(caused) => {
                    let next = |order, event: &Event| evolve(order, event, context);
                    order = caused.iter().fold(order, next);
                    events.extend(caused);
                }
                Err(rejection) if rejection.code.is_too_early() => left.push(inbound),
                Err(rejection) => rejected.push(rejection),
            }
        }
        if left.is_empty() || left.len() == before {
            return (events, left);
        }
    }
}

/// The command that records a fact; `None`: it names no intent, and the order has not exactly one.
fn command(order: &Order, key: &PaymentKey, inbound: &Inbound) -> Option<Command> {
    let Fact::Payment { fact, .. } = &inbound.fact else {
        return None;
    };
    let intents: Vec<_> = order.state.payment.gateway_intents().collect();
    let intent = match (key, intents.as_slice()) {
        (PaymentKey::Intent(intent), _) => intent.clone(),
        (PaymentKey::Order(_), [only]) => only.id.clone(),
        (PaymentKey::Order(_), _) => return None,
    };
    Some(Command::RecordPayment {
        intent,
        fact: fact.clone(),
        occurred_at: inbound.occurred_at,
    })
}
