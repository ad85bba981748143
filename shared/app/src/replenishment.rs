//! Serves those who wait, first in, first out, whenever stock may have become available; and drives again
//! whatever is overdue.
//!
//! The queue of a SKU is drained from its head: each order in turn takes what it can have of what is there
//! (policy `strict_partial`). One is passed over only when it can take nothing: a hold stands, no location that
//! has units may ship to it, or it ships complete and not all of it is there. Each release is one transaction on
//! the order; after each, the shelves are read again, and when more has come meanwhile, or a race was lost, the
//! queue is looked at from its head again. So whoever comes later never gets what an earlier one could have had.
//!
//! If we die between two releases, those released are released and the rest still waits: the message comes again,
//! and the sweep finds SKUs that have both waiters and free stock.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    backorder::Backorder,
    command::Command,
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, Sku},
    order::{Cause, Order},
    route::{Decision, Demand, route},
};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    holds::release_ended,
    messages::{BusEvent, Message},
    ports::{Ambient, Page, Redrive, Saved, SkuView, Store},
    routing::{Plan, carry_out},
    settle::{Asked, load},
    supply::{Network, demand, has_free_stock, inputs, views},
};

/// Releases in one message; what is left is handed on as a new message.
pub const RELEASES_PER_MESSAGE: u32 = 25;
/// Waiting orders that one message looks at.
pub const LOOKS_PER_MESSAGE: u32 = 300;
/// Lost races in one message.
const RACES_PER_MESSAGE: u32 = 64;
/// Items that a sweep reads at once, and pages that it reads at most.
const SWEEP_PAGE: u32 = 100;
const SWEEP_PAGES: u32 = 20;

/// Handles the body of a message on replenishment's queue.
///
/// # Errors
/// [`Failure::Malformed`] when it names nothing to replenish, and as [`drain`] and [`sweep`].
pub async fn on_message(
    store: &impl Store,
    ambient: &impl Ambient,
    redrive: &impl Redrive,
    body: &str,
) -> Result<(), Failure> {
    match Message::read(body)? {
        Message::Event(event) => {
            let trigger = Cause::new("bus", event.id.as_str());
            let mut skus: BTreeSet<Sku> = event.skus()?.into_iter().collect();
            skus.extend(completed(store, &event).await?);
            for sku in skus {
                drain(store, ambient, redrive, &sku, &trigger).await?;
            }
            Ok(())
        }
        Message::Drain(sku) => drain(store, ambient, redrive, &sku, &Cause::new("sweep", sku.as_str())).await,
        Message::Sweep => sweep(store, ambient, redrive).await,
        Message::Redrive(_) => {
            Err(Failure::Malformed("a message about an order, on replenishment's queue".to_owned()))
        }
    }
}

/// SKUs that an order which ships complete still waits for after some of its units were cancelled: it may have been
/// those that kept it waiting.
async fn completed(store: &impl Store, event: &BusEvent) -> Result<Vec<Sku>, Failure> {
    let Some(id) = event.order.filter(|_| event.name == "UnitsCancelled") else { return Ok(Vec::new()) };
    let order = load(store, id).await?;
    let lines = order.placed.lines.iter().zip(&order.state.lines);
    let waiting = lines.filter(|(_, state)| order.placed.terms.ship_complete && state.backordered > 0);
    Ok(waiting.map(|(line, _)| line.sku.clone()).collect())
}

/// Serves the queue of a SKU from its head, as far as the stock goes.
///
/// # Errors
/// What the store reports; releases made before it stand.
pub async fn drain(
    store: &impl Store,
    ambient: &impl Ambient,
    redrive: &impl Redrive,
    sku: &Sku,
    trigger: &Cause,
) -> Result<(), Failure> {
    let start = ambient.now();
    let mut view = store.sku(sku).await?;
    if view.waiting.is_empty() {
        return Ok(());
    }
    let mut run = Run::new(trigger, &view, start);
    let network = Network::read(store).await?;
    loop {
        let Some(waiter) = run.next(&network, sku, &view) else {
            return Ok(());
        };
        if run.is_over() {
            return run.hand_on(redrive, sku).await;
        }
        let outcome = serve(store, ambient, &network, waiter, &view, &run).await?;
        let now = ambient.now();
        run.note(waiter, outcome, now);
        if outcome != Served::PassedOver {
            view = store.sku(sku).await?;
            run.look_at_shelves(&view, now);
        }
    }
}

/// What has become of one who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Served {
    /// Units were released.
    Released,
    /// It can take nothing of what is there.
    PassedOver,
    /// Others were faster.
    Raced,
}

/// How far the draining of one queue has come.
struct Run {
    asked: Asked,
    /// When the oldest thing was read that a decision now rests on, UTC.
    since: Timestamp,
    /// Those who can take nothing of what was there when they were looked at.
    passed_over: BTreeSet<(OrderId, LineId)>,
    /// What was free at each location when the shelves were last read.
    free: BTreeMap<LocationId, i64>,
    releases: u32,
    looks: u32,
    races: u32,
}

impl Run {
    fn new(trigger: &Cause, view: &SkuView, now: Timestamp) -> Self {
        Self {
            asked: Asked::due("replenishment", trigger),
            since: now,
            passed_over: BTreeSet::new(),
            free: free(view),
            releases: 0,
            looks: 0,
            races: 0,
        }
    }

    /// When more is there than before, those who were passed over may have it: the queue starts anew.
    fn look_at_shelves(&mut self, view: &SkuView, now: Timestamp) {
        let free = free(view);
        let more =
            |(location, units): (&LocationId, &i64)| *units > self.free.get(location).copied().unwrap_or(0);
        if free.iter().any(more) {
            self.start_anew(now);
        }
        self.free = free;
    }

    fn start_anew(&mut self, now: Timestamp) {
        self.passed_over.clear();
        self.since = now;
    }

    /// The first in the queue that has not been passed over, as long as there is something to have.
    fn next<'a>(&self, network: &Network, sku: &Sku, view: &'a SkuView) -> Option<&'a Backorder> {
        let waiting = || view.waiting.iter().find(|w| !self.passed_over.contains(&(w.order, w.line.clone())));
        if has_free_stock(network, sku, view) { waiting() } else { None }
    }

    fn note(&mut self, waiter: &Backorder, outcome: Served, now: Timestamp) {
        self.looks = self.looks.saturating_add(1);
        match outcome {
            Served::Released => self.releases = self.releases.saturating_add(1),
            Served::PassedOver => {
                self.passed_over.insert((waiter.order, waiter.line.clone()));
            }
            Served::Raced => {
                self.races = self.races.saturating_add(1);
                self.start_anew(now);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.releases >= RELEASES_PER_MESSAGE
            || self.looks >= LOOKS_PER_MESSAGE
            || self.races >= RACES_PER_MESSAGE
    }

    /// Hands the rest on, if there was any progress; else the same would be found again and again.
    async fn hand_on(&self, redrive: &impl Redrive, sku: &Sku) -> Result<(), Failure> {
        if self.releases > 0 {
            return redrive.sku(sku).await;
        }
        if self.races >= RACES_PER_MESSAGE {
            return Err(Failure::Contended(self.races));
        }
        tracing::warn!(%sku, looks = self.looks, "free stock, and nobody near the head of the queue can take it");
        Ok(())
    }
}

fn free(view: &SkuView) -> BTreeMap<LocationId, i64> {
    view.levels.iter().map(|level| (level.location.clone(), level.available())).collect()
}

/// Gives one who waits what it can have.
async fn serve(
    store: &impl Store,
    ambient: &impl Ambient,
    network: &Network,
    waiter: &Backorder,
    view: &SkuView,
    run: &Run,
) -> Result<Served, Failure> {
    let Some(order) = store.load(waiter.order).await? else {
        return Err(Failure::Inconsistent(format!("order {} waits and is not there", waiter.order)));
    };
    if !order.is_ready() {
        return Ok(Served::PassedOver);
    }
    let Some(demands) = wanted(&order, waiter) else {
        return Ok(Served::PassedOver);
    };
    let mut shelves =
        if order.placed.terms.ship_complete { views(store, &demands).await? } else { BTreeMap::new() };
    shelves.insert(waiter.sku.clone(), view.clone());
    let decision = route(&inputs(&order, demands, network, &shelves, Some(&waiter.sku), run.since));
    if decision.assignments.is_empty() {
        return Ok(Served::PassedOver);
    }
    match carry_out(store, ambient, &order, Plan { decision, as_command: released }, &run.asked).await? {
        Saved::Done => Ok(Served::Released),
        Saved::Moved | Saved::OutOfStock { .. } => Ok(Served::Raced),
        Saved::Taken(reference) => Err(Failure::Taken(reference)),
    }
}

/// What the order asks for at this place of the queue: the units of the line, or of all lines when it ships
/// complete. None when it cannot be had this way: nothing waits any more, or part of a complete order is yet to
/// be routed.
fn wanted(order: &Order, waiter: &Backorder) -> Option<Vec<Demand>> {
    let backordered = |place: usize| order.state.lines.get(place).map_or(0, |line| line.backordered);
    let demands: Vec<Demand> = if order.placed.terms.ship_complete {
        let places = 0..order.placed.lines.len();
        places.filter_map(|place| demand(order, place, backordered(place))).collect()
    } else {
        let (place, _) = order.placed.line(&waiter.line)?;
        demand(order, place, backordered(place)).into_iter().collect()
    };
    let incomplete = order.placed.terms.ship_complete && order.unrouted() > 0;
    (!demands.is_empty() && !incomplete).then_some(demands)
}

fn released(decision: Box<Decision>, ids: Vec<FulfillmentOrderId>) -> Command {
    Command::ReleaseBackorder { decision, ids }
}

/// Looks for whatever should have happened and has not: SKUs that someone waits for although there is stock, and
/// orders that owe progress. Each is handed to the function that it is for. Holds whose time is over end here.
///
/// # Errors
/// What the store or a queue reports; what was handed on before it stays so.
pub async fn sweep(
    store: &impl Store,
    ambient: &impl Ambient,
    redrive: &impl Redrive,
) -> Result<(), Failure> {
    let now = ambient.now();
    let skus = sweep_skus(store, redrive).await?;
    let orders = sweep_orders(store, ambient, redrive, now).await?;
    tracing::info!(skus, orders, "swept");
    Ok(())
}

async fn sweep_skus(store: &impl Store, redrive: &impl Redrive) -> Result<u32, Failure> {
    let network = Network::read(store).await?;
    let mut driven: u32 = 0;
    let mut page = Page { limit: SWEEP_PAGE, after: None };
    for _ in 0..SWEEP_PAGES {
        let listed = store.waiting_skus(&page).await?;
        for sku in &listed.items {
            let view = store.sku(sku).await?;
            if !view.waiting.is_empty() && has_free_stock(&network, sku, &view) {
                redrive.sku(sku).await?;
                driven = driven.saturating_add(1);
            }
        }
        match listed.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    Ok(driven)
}

async fn sweep_orders(
    store: &impl Store,
    ambient: &impl Ambient,
    redrive: &impl Redrive,
    now: Timestamp,
) -> Result<u32, Failure> {
    let mut driven: u32 = 0;
    let mut page = Page { limit: SWEEP_PAGE, after: None };
    for _ in 0..SWEEP_PAGES {
        let listed = store.overdue(now, &page).await?;
        for id in &listed.items {
            // The index may lag behind the order.
            let Some(order) = store.load(*id).await? else {
                continue;
            };
            if release_ended(store, ambient, &order).await? {
                driven = driven.saturating_add(1);
                continue;
            }
            let overdue = order.due_at().is_some_and(|due| due <= now);
            if let Some(owed) = order.owes().filter(|_| overdue) {
                tracing::warn!(order_id = %id, owes = ?owed, since = %order.state.changed_at, "overdue");
                redrive.order(*id, owed).await?;
                driven = driven.saturating_add(1);
            }
        }
        match listed.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    Ok(driven)
}
