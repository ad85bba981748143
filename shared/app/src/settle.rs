//! Read, decide, write; and decide again when others were faster.

use domain::{
    change::Change,
    command::{Command, Context},
    decide::decide,
    ids::OrderId,
    order::{Actor, Cause, Order},
    rejection::Rejection,
};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    idempotency::{Once, commit_of, same_request},
    ports::{Ambient, OrderStore, Saved},
};

/// How often a fact is decided again. Each round that is lost was won by another writer, so this many writers
/// may meet at one order before one of them has to come again.
pub(crate) const FACT_ROUNDS: u32 = 32;
/// How often a wish is decided again.
pub(crate) const WISH_ROUNDS: u32 = 16;

/// Who asks, and why.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) actor: Actor,
    pub(crate) why: Why,
    pub(crate) rounds: u32,
    /// Whether the cause is written down also when it changes nothing now.
    pub(crate) noted: bool,
}

/// Why something is asked.
#[derive(Debug, Clone)]
pub(crate) enum Why {
    /// A message or request that has its effect once in an order's life.
    Once(Cause),
    /// Something made us look, and what is due is done. The order's version makes it another cause each time
    /// that the order has moved on, for what is due then is due for a new reason.
    WhatIsDue(Cause),
}

impl Asked {
    /// A fact from outside.
    pub(crate) fn fact(actor: Actor, cause: Cause) -> Self {
        Self {
            actor,
            why: Why::Once(cause),
            rounds: FACT_ROUNDS,
            noted: false,
        }
    }

    /// A person's wish.
    pub(crate) fn wish(actor: &Actor, cause: Cause) -> Self {
        Self {
            actor: actor.clone(),
            why: Why::Once(cause),
            rounds: WISH_ROUNDS,
            noted: false,
        }
    }

    /// What one of our functions does because `trigger` made it look.
    pub(crate) fn due(function: &str, trigger: &Cause) -> Self {
        let why = Why::WhatIsDue(trigger.clone());
        Self {
            actor: Actor::system(function),
            why,
            rounds: WISH_ROUNDS,
            noted: false,
        }
    }

    /// The context of a decision about `order`.
    pub(crate) fn context(&self, order: &Order, now: Timestamp) -> Context {
        let cause = match &self.why {
            Why::Once(cause) => cause.clone(),
            Why::WhatIsDue(trigger) => Cause::new(
                &trigger.source,
                format!("{}@{}", trigger.id, order.state.version),
            ),
        };
        Context {
            now,
            actor: self.actor.clone(),
            cause,
        }
    }
}

/// What a command has come to.
#[derive(Debug)]
pub(crate) enum Settled {
    /// Written.
    Done(Box<Change>),
    /// It was so before, or is not due.
    Already(Box<Order>),
    /// The rules refuse it, for the order as it is here.
    Refused(Box<Order>, Rejection),
}

impl Settled {
    /// The order as it is now.
    pub(crate) fn order(self) -> Result<Order, Failure> {
        match self {
            Self::Done(change) => Ok(change.order),
            Self::Already(order) => Ok(*order),
            Self::Refused(_, rejection) => Err(rejection.into()),
        }
    }

    /// The order as it is now, and whether the request behind `cause` has come before.
    pub(crate) fn once(self, cause: &Cause) -> Result<Once<Order>, Failure> {
        let replayed = match &self {
            Self::Done(_) | Self::Refused(..) => false,
            Self::Already(order) => order.state.causes.contains(&cause.key()),
        };
        Ok(Once {
            value: self.order()?,
            replayed,
        })
    }
}

/// Puts to an order what `command` makes of it (nothing: nothing is due) until it is written, was so before, or
/// the rules refuse it. Only for commands that promise no stock: what to do when stock is gone, routing knows.
pub(crate) async fn settle(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    id: OrderId,
    asked: &Asked,
    command: impl Fn(&Order) -> Option<Command>,
) -> Result<Settled, Failure> {
    for _ in 0..asked.rounds {
        let order = load(store, id).await?;
        let Some(command) = command(&order) else {
            return Ok(Settled::Already(Box::new(order)));
        };
        let context = asked.context(&order, ambient.now());
        refuse_other_words(store, &order, &context.cause).await?;
        let events = match decide(&order, &command, &context) {
            Ok(events) => events,
            Err(rejection) => return Ok(Settled::Refused(Box::new(order), rejection)),
        };
        let known = order.state.causes.contains(&context.cause.key());
        if events.is_empty() && (known || !asked.noted) {
            return Ok(Settled::Already(Box::new(order)));
        }
        let change = sealed(Change::new(&order, events, &context))?;
        match store.save(&change).await? {
            Saved::Done => {
                log(&change);
                return Ok(Settled::Done(Box::new(change)));
            }
            Saved::Moved | Saved::OutOfStock { .. } => {}
            Saved::Taken(reference) => return Err(Failure::Taken(reference)),
        }
    }
    Err(Failure::Contended(asked.rounds))
}

/// The order, or that it is not here.
pub(crate) async fn load(store: &impl OrderStore, id: OrderId) -> Result<Order, Failure> {
    store
        .load(id)
        .await?
        .ok_or_else(|| Failure::NotFound(format!("order {id}")))
}

/// A change, or that it cannot be written as JSON.
pub(crate) fn sealed(change: Result<Change, serde_json::Error>) -> Result<Change, Failure> {
    change.map_err(|error| Failure::Inconsistent(format!("a commit cannot be written: {error}")))
}

pub(crate) fn log(change: &Change) {
    let events: Vec<&str> = change
        .commit
        .body
        .events
        .iter()
        .map(|event| event.name())
        .collect();
    tracing::info!(
        order_id = %change.order.placed.id,
        seq = change.commit.body.seq,
        cause = %change.commit.body.cause.key(),
        events = %events.join(","),
        "order changed"
    );
}

/// A key that the order knows must stand for the same request. Only a request carries a digest, so this costs
/// a read only when one comes again.
async fn refuse_other_words(
    store: &impl OrderStore,
    order: &Order,
    cause: &Cause,
) -> Result<(), Failure> {
    if cause.digest.is_none() || !order.state.causes.contains(&cause.key()) {
        return Ok(());
    }
    let commits = store.commits(order.placed.id).await?;
    match commit_of(&commits, cause) {
        Some(commit) => same_request(&commit.body.cause, cause),
        None => Ok(()),
    }
}
