//! Reads an order, decides, writes; after a lost race it starts over.

use domain::{
    decide::decide,
    ids::OrderId,
    order::Change,
    order::Rejection,
    order::{Actor, Cause, Order},
    order::{Command, Context},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    idempotency::{Idempotent, check_same_request, commit_of},
    taken::taken,
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore, RememberOutcome, SaveOutcome},
};

/// How often a fact from outside is decided before it fails as contended. Each lost round was won by another writer,
/// so this many writers may meet at one order before one of them has to be retried by its queue.
pub const FACT_ROUNDS: u32 = 32;
/// How often a request, or what is due, is decided before it fails as contended.
pub const REQUEST_ROUNDS: u32 = 16;

/// How long an API request that changed nothing is remembered, so that a late copy changes nothing either.
pub const UNCHANGED_REQUEST_TTL: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Who sends a command, and why.
#[derive(Debug, Clone)]
pub(crate) struct CommandRequest {
    pub(crate) actor: Actor,
    pub(crate) trigger: Trigger,
    pub(crate) rounds: u32,
    /// Whether the cause is recorded even when it changes nothing, so that a later copy is recognised.
    pub(crate) record_always: bool,
}

/// Why a command is sent.
#[derive(Debug, Clone)]
pub(crate) enum Trigger {
    /// A message or request that takes effect once in an order's life.
    Request(Cause),
    /// An event or the sweep made a function look at the order; it does what is due. The order's version is part of
    /// the cause: after the order has changed, what is due then is due for a new reason.
    Due(Cause),
}

impl CommandRequest {
    /// For a fact from outside.
    pub(crate) fn from_fact(actor: Actor, cause: Cause) -> Self {
        Self {
            actor,
            trigger: Trigger::Request(cause),
            rounds: FACT_ROUNDS,
            record_always: false,
        }
    }

    /// For a request of a person or a shop.
    pub(crate) fn new(actor: &Actor, cause: Cause) -> Self {
        Self {
            actor: actor.clone(),
            trigger: Trigger::Request(cause),
            rounds: REQUEST_ROUNDS,
            record_always: false,
        }
    }

    /// For what one of our functions does because of `trigger`.
    pub(crate) fn due(function: &str, trigger: &Cause) -> Self {
        Self {
            actor: Actor::system(function),
            trigger: Trigger::Due(trigger.clone()),
            rounds: REQUEST_ROUNDS,
            record_always: false,
        }
    }

    /// The context of a decision about `order`.
    pub(crate) fn context(&self, order: &Order, now: Timestamp) -> Context {
        let cause = match &self.trigger {
            Trigger::Request(cause) => cause.clone(),
            Trigger::Due(trigger) => Cause::new(
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

/// The outcome of a command.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Written.
    Done(Box<Change>),
    /// It had happened before, or is not due.
    Unchanged(Box<Order>),
    /// The same API request came before and changed nothing then, so it changes nothing now.
    UnchangedBefore(Box<Order>),
    /// The rules reject it for the order as it is here.
    Rejected(Box<Order>, Rejection),
}

impl Outcome {
    /// The order as it is now.
    pub(crate) fn order(self) -> Result<Order, Failure> {
        match self {
            Self::Done(change) => Ok(change.order),
            Self::Unchanged(order) | Self::UnchangedBefore(order) => Ok(*order),
            Self::Rejected(_, rejection) => Err(rejection.into()),
        }
    }

    /// The order as it is now, and whether the request of `cause` was applied before.
    pub(crate) fn idempotent(self, cause: &Cause) -> Result<Idempotent<Order>, Failure> {
        let replayed = match &self {
            Self::Done(_) | Self::Rejected(..) => false,
            Self::UnchangedBefore(_) => true,
            Self::Unchanged(order) => order.state.causes.contains(&cause.key()),
        };
        Ok(Idempotent {
            value: self.order()?,
            replayed,
        })
    }
}

/// Applies to an order the command that `command` returns for it (none: nothing is due) until it is written, is found
/// to have happened before, or is rejected. Only for commands that reserve no stock: those go through
/// `commit_decision`, which decides again on fresh stock levels.
pub(crate) async fn execute(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    request: &CommandRequest,
    command: impl Fn(&Order) -> Option<Command>,
) -> Result<Outcome, Failure> {
    for _ in 0..request.rounds {
        let order = load(store, id).await?;
        let Some(command) = command(&order) else {
            return Ok(Outcome::Unchanged(Box::new(order)));
        };
        let context = request.context(&order, clock.now());
        refuse_reused_key(store, &order, &context.cause).await?;
        let events = match decide(&order, &command, &context) {
            Ok(events) => events,
            // What changed nothing before may have become impossible since.
            Err(_) if changed_nothing_before(store, &order, &context.cause).await? => {
                return Ok(Outcome::UnchangedBefore(Box::new(order)));
            }
            Err(rejection) => return Ok(Outcome::Rejected(Box::new(order), rejection)),
        };
        let applied = order.state.causes.contains(&context.cause.key());
        if events.is_empty() && (applied || !request.record_always) {
            if applied || context.cause.digest.is_none() {
                return Ok(Outcome::Unchanged(Box::new(order)));
            }
            match remember(store, order, &context).await? {
                Some(outcome) => return Ok(outcome),
                None => continue,
            }
        }
        if changed_nothing_before(store, &order, &context.cause).await? {
            return Ok(Outcome::UnchangedBefore(Box::new(order)));
        }
        let change = seal(Change::new(&order, events, &context))?;
        match store.save(&change).await? {
            SaveOutcome::Saved => {
                log(&change);
                return Ok(Outcome::Done(Box::new(change)));
            }
            SaveOutcome::VersionConflict | SaveOutcome::OutOfStock { .. } => {}
            SaveOutcome::ReferenceTaken(reference) => return Err(taken(store, reference).await),
        }
    }
    Err(Failure::Contended(request.rounds))
}

/// Remembers an API request that changes nothing: otherwise a copy that comes after the order has changed could have an
/// effect that nobody wants any more. `None`: the order has changed meanwhile.
async fn remember(
    store: &impl OrderStore,
    order: Order,
    context: &Context,
) -> Result<Option<Outcome>, Failure> {
    let until = context
        .now
        .checked_add(UNCHANGED_REQUEST_TTL)
        .unwrap_or(Timestamp::MAX);
    let outcome = store.remember_unchanged(&order, &context.cause, until);
    match outcome.await? {
        RememberOutcome::Remembered => Ok(Some(Outcome::Unchanged(Box::new(order)))),
        RememberOutcome::Known(before) => {
            check_same_request(&before, &context.cause)?;
            Ok(Some(Outcome::UnchangedBefore(Box::new(order))))
        }
        RememberOutcome::VersionConflict => Ok(None),
    }
}

/// Whether an API request is remembered as one that changed nothing. Read after the order, and remembered only while the
/// order is at the version that was decided on: so either this read finds the request, or the order is older than that.
async fn changed_nothing_before(
    store: &impl OrderStore,
    order: &Order,
    cause: &Cause,
) -> Result<bool, Failure> {
    if cause.digest.is_none() {
        return Ok(false);
    }
    match store.remembered_unchanged(order.placed.id, cause).await? {
        Some(before) => check_same_request(&before, cause).map(|()| true),
        None => Ok(false),
    }
}

/// The order; [`Failure::NotFound`] when it is not stored.
pub(crate) async fn load(store: &impl OrderStore, id: OrderId) -> Result<Order, Failure> {
    store
        .load(id)
        .await?
        .ok_or_else(|| Failure::NotFound(format!("order {id}")))
}

/// The change; [`Failure::Inconsistent`] when its commit cannot be written as JSON.
pub(crate) fn seal(change: Result<Change, serde_json::Error>) -> Result<Change, Failure> {
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

/// An idempotency key that the order has recorded must stand for the same request. Only requests carry a digest, so
/// this reads the commits only when a request is repeated.
async fn refuse_reused_key(
    store: &impl OrderStore,
    order: &Order,
    cause: &Cause,
) -> Result<(), Failure> {
    if cause.digest.is_none() || !order.state.causes.contains(&cause.key()) {
        return Ok(());
    }
    let commits = store.commits(order.placed.id).await?;
    match commit_of(&commits, cause) {
        Some(commit) => check_same_request(&commit.body.cause, cause),
        None => Ok(()),
    }
}
