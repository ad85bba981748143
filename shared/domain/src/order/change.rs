//! A change: everything that one commit writes, derived from the order before and the events.
//!
//! Whoever stores a change writes all of it or nothing: state, commit, stock, backorders and references are one
//! transaction.

use std::collections::BTreeMap;

use super::{
    Commit, CommitBody, Context, Event, Order, Reference, TenderKind, reference::by_precedence,
};
use crate::{
    account::AccountDelta,
    evolve::evolve,
    ids::{LocationId, Sku},
    schema,
    stock::{Backorder, StockDelta, add_delta, stock_deltas},
};

/// Most items of one DynamoDB transaction.
pub const TRANSACTION_ITEMS_MAX: usize = 100;
/// Items that every change writes: the order's state and the commit.
pub(crate) const ITEMS_OF_EVERY_CHANGE: usize = 2;

/// Everything that one commit writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The order afterwards; its state's version is the commit's sequence number.
    pub order: Order,
    pub commit: Commit,
    /// What it does to stock levels, one entry for each (SKU, location).
    pub stock: Vec<StockDelta>,
    /// Backorders as they are afterwards; one of zero units is removed from the queue.
    pub backorders: Vec<Backorder>,
    /// What it does to what the order's account owes.
    pub account: Option<AccountDelta>,
    /// Names by which the order is found from now on, each once, in the order in which a conflict is reported.
    pub references: Vec<Reference>,
}

impl Change {
    /// What `events` make of `order`; an order that is not yet placed has version 0.
    ///
    /// # Errors
    /// When the commit cannot be written as JSON.
    pub fn new(
        order: &Order,
        events: Vec<Event>,
        context: &Context,
    ) -> Result<Self, serde_json::Error> {
        let mut after = order.clone();
        let mut stock: BTreeMap<(Sku, LocationId), StockDelta> = BTreeMap::new();
        let mut references = Vec::new();
        for event in &events {
            for delta in stock_deltas(&after, event) {
                add_delta(&mut stock, delta);
            }
            references.extend(references_of(event));
            after = evolve(after, event, context);
        }
        let body = CommitBody {
            schema: schema::VERSION,
            seq: order.state.version.saturating_add(1),
            at: context.now,
            actor: context.actor.clone(),
            cause: context.cause.clone(),
            events,
            prev_hash: order.state.head.clone(),
        };
        let commit = Commit::seal(body)?;
        apply_head(&mut after, &commit);
        let backorders = backorders(order, &after);
        let account = AccountDelta::between(order, &after);
        Ok(Self {
            order: after,
            commit,
            stock: stock
                .into_values()
                .filter(|delta| !delta.is_empty())
                .collect(),
            backorders,
            account,
            references: by_precedence(references),
        })
    }

    /// Adds a name by which the order is found from now on.
    #[must_use]
    pub fn with_reference(mut self, reference: Reference) -> Self {
        self.references.push(reference);
        self.references = by_precedence(self.references);
        self
    }

    /// How many items the change writes; at most [`TRANSACTION_ITEMS_MAX`].
    pub fn items(&self) -> usize {
        let parts = [
            self.stock.len(),
            self.backorders.len(),
            self.references.len(),
            usize::from(self.account.is_some()),
        ];
        parts
            .into_iter()
            .fold(ITEMS_OF_EVERY_CHANGE, usize::saturating_add)
    }
}

/// Folds stored commits over an order that is not yet placed: the order as they leave it.
pub fn fold(unplaced: Order, commits: &[Commit]) -> Order {
    commits.iter().fold(unplaced, |order, commit| {
        let context = Context {
            now: commit.body.at,
            actor: commit.body.actor.clone(),
            cause: commit.body.cause.clone(),
        };
        let mut order = commit
            .body
            .events
            .iter()
            .fold(order, |order, event| evolve(order, event, &context));
        apply_head(&mut order, commit);
        order
    })
}

fn apply_head(order: &mut Order, commit: &Commit) {
    order.state.version = commit.body.seq;
    order.state.head.clone_from(&commit.hash);
    order.state.changed_at = commit.body.at;
    if commit.body.remembers_cause() {
        order.state.causes.remember(&commit.body.cause.key());
    }
}

fn references_of(event: &Event) -> Vec<Reference> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other events give the order no new name"
    )]
    match event {
        Event::OrderPlaced {
            intent: Some(intent),
            ..
        }
        | Event::PaymentLinked { intent } => {
            vec![Reference::Intent(intent.clone())]
        }
        Event::PaymentRecorded {
            kind: TenderKind::BankTransfer,
            reference,
            ..
        } => vec![Reference::Transfer(reference.clone())],
        Event::ShipmentShipped { shipment, .. } => shipment
            .tracking
            .iter()
            .cloned()
            .map(Reference::Tracking)
            .collect(),
        _ => Vec::new(),
    }
}

fn backorders(before: &Order, after: &Order) -> Vec<Backorder> {
    let mut backorders = Vec::new();
    for (line, state) in after.lines() {
        let units_before = before
            .line(&line.id)
            .map_or(0, |(_, state)| state.backordered);
        if units_before != state.backordered {
            backorders.push(after.backorder(line, state.backordered));
        }
    }
    backorders
}
