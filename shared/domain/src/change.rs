//! A change: everything that one commit writes, derived from the order before and the events.
//!
//! Whoever stores a change writes all of it or nothing: state, commit, stock, backorder queue and references are
//! one transaction.

use std::collections::BTreeMap;

use crate::{
    backorder::Backorder,
    command::Context,
    evolve::evolve,
    ids::{LocationId, OrderId, Sku},
    order::{Commit, CommitBody, Event, FulfillmentLine, Order, ShipmentLine},
    stock::StockDelta,
};

/// Everything that one commit writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The order afterwards; its state's version is the commit's sequence number.
    pub order: Order,
    /// The commit.
    pub commit: Commit,
    /// What it does to stock, one entry a (SKU, location).
    pub stock: Vec<StockDelta>,
    /// Places in the backorder queue as they become; zero units: the place is left.
    pub backorders: Vec<Backorder>,
    /// Names by which the order is found from now on.
    pub references: Vec<Reference>,
}

/// A name by which an order is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// The payment provider's intent.
    Intent(String),
    /// The shop's own number, `shop/number`.
    Number(String),
    /// The idempotency key under which the order was placed.
    IdempotencyKey(String),
    /// A carrier's tracking number.
    Tracking(String),
}

/// A reference and the order that it leads to.
pub type Found = (Reference, OrderId);

impl Change {
    /// What `events` make of `order`; the order of an unplaced order has version 0.
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
                add(&mut stock, delta);
            }
            references.extend(references_of(event));
            after = evolve(after, event, context);
        }
        let body = CommitBody {
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
        let moved = |delta: &StockDelta| delta.on_hand != 0 || delta.reserved != 0;
        let stock = stock.into_values().filter(moved).collect();
        Ok(Self {
            order: after,
            commit,
            stock,
            backorders,
            references,
        })
    }
}

/// Folds stored commits over a freshly placed order: the state that they add up to.
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
    order.state.causes.remember(&commit.body.cause.key());
}

fn add(stock: &mut BTreeMap<(Sku, LocationId), StockDelta>, delta: StockDelta) {
    match stock.entry((delta.sku.clone(), delta.location.clone())) {
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(delta);
        }
        std::collections::btree_map::Entry::Occupied(mut entry) => {
            let sum = entry.get_mut();
            sum.on_hand = sum.on_hand.saturating_add(delta.on_hand);
            sum.reserved = sum.reserved.saturating_add(delta.reserved);
            sum.promise |= delta.promise;
        }
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
        Event::ShipmentShipped { shipment, .. } => shipment
            .tracking
            .iter()
            .cloned()
            .map(Reference::Tracking)
            .collect(),
        _ => Vec::new(),
    }
}

/// What one event does to stock, given the order just before it.
pub fn stock_deltas(order: &Order, event: &Event) -> Vec<StockDelta> {
    let sku = |line: &crate::ids::LineId| order.placed.line(line).map(|(_, l)| l.sku.clone());
    let delta =
        |sku: &Sku, location: &LocationId, on_hand: i64, reserved: i64, promise: bool| StockDelta {
            sku: sku.clone(),
            location: location.clone(),
            on_hand,
            reserved,
            promise,
        };
    let tracked =
        |id: &crate::ids::FulfillmentOrderId| order.fulfillment_order(*id).filter(|f| !f.untracked);
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other events move no stock"
    )]
    match event {
        Event::OrderRouted {
            fulfillment_orders, ..
        }
        | Event::BackorderReleased {
            fulfillment_orders, ..
        } => {
            let reserve = |location: &LocationId, l: &FulfillmentLine| {
                sku(&l.line).map(|sku| delta(&sku, location, 0, i64::from(l.open), true))
            };
            let tracked = fulfillment_orders.iter().filter(|f| !f.untracked);
            tracked
                .flat_map(|f| f.lines.iter().filter_map(move |l| reserve(&f.location, l)))
                .collect()
        }
        Event::UnitsCancelled { units, .. } => units
            .iter()
            .filter_map(|u| {
                let at = tracked(u.fulfillment_order.as_ref()?)?;
                Some(delta(
                    &u.sku,
                    &at.location,
                    0,
                    i64::from(u.units).saturating_neg(),
                    false,
                ))
            })
            .collect(),
        Event::FulfillmentRejected {
            fulfillment_order,
            location,
            lines,
            missing,
            ..
        } => {
            let back = |units: u32| i64::from(units).saturating_neg();
            let gone = |units: u32| if *missing { back(units) } else { 0 };
            let lines = lines
                .iter()
                .filter(|_| tracked(fulfillment_order).is_some());
            lines
                .map(|l| delta(&l.sku, location, gone(l.units), back(l.units), false))
                .collect()
        }
        Event::UnitsShortShipped {
            fulfillment_order,
            location,
            lines,
        } => {
            let back = |units: u32| i64::from(units).saturating_neg();
            let lines = lines
                .iter()
                .filter(|_| tracked(fulfillment_order).is_some());
            lines
                .map(|l| delta(&l.sku, location, back(l.units), back(l.units), false))
                .collect()
        }
        Event::ShipmentShipped {
            shipment,
            location,
            untracked: false,
        } => {
            let left = |l: &ShipmentLine| {
                let all = i64::from(l.units.saturating_add(l.unasked)).saturating_neg();
                sku(&l.line).map(|sku| {
                    delta(
                        &sku,
                        location,
                        all,
                        i64::from(l.units).saturating_neg(),
                        false,
                    )
                })
            };
            shipment.lines.iter().filter_map(left).collect()
        }
        _ => Vec::new(),
    }
}

fn backorders(before: &Order, after: &Order) -> Vec<Backorder> {
    let lines = after
        .placed
        .lines
        .iter()
        .zip(before.state.lines.iter().zip(&after.state.lines));
    lines
        .filter(|(_, (old, new))| old.backordered != new.backordered)
        .map(|(line, (_, new))| Backorder {
            priority: after.placed.terms.priority,
            placed_at: after.placed.placed_at,
            order: after.placed.id,
            line: line.id.clone(),
            sku: line.sku.clone(),
            units: new.backordered,
        })
        .collect()
}
