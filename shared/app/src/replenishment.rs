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

mod serve;
mod sweep;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    backorder::Backorder,
    ids::{LineId, LocationId, OrderId, Sku},
    order::Cause,
};
use jiff::Timestamp;

use self::serve::{Served, serve};
pub use self::sweep::sweep;
use crate::{
    failure::Failure,
    messages::{BusEvent, Message},
    ports::{Ambient, Redrive, SkuView, Store},
    settle::{Asked, load},
    supply::{Network, has_free_stock},
};

/// Releases in one message; what is left is handed on as a new message.
pub const RELEASES_PER_MESSAGE: u32 = 25;
/// Waiting orders that one message looks at.
pub const LOOKS_PER_MESSAGE: u32 = 300;
/// Lost races in one message.
const RACES_PER_MESSAGE: u32 = 64;

/// Handles the body of a message on replenishment's queue.
///
/// # Errors
/// [`Failure::Malformed`] when it names nothing to replenish, and as [`drain`] and [`sweep()`].
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
        Message::Drain(sku) => {
            drain(
                store,
                ambient,
                redrive,
                &sku,
                &Cause::new("sweep", sku.as_str()),
            )
            .await
        }
        Message::Sweep => sweep(store, ambient, redrive).await,
        Message::Redrive(_) => Err(Failure::Malformed(
            "a message about an order, on replenishment's queue".to_owned(),
        )),
    }
}

/// SKUs that an order which ships complete still waits for after some of its units were cancelled: it may have been
/// those that kept it waiting.
async fn completed(store: &impl Store, event: &BusEvent) -> Result<Vec<Sku>, Failure> {
    let Some(id) = event.order.filter(|_| event.name == "UnitsCancelled") else {
        return Ok(Vec::new());
    };
    let order = load(store, id).await?;
    let lines = order.placed.lines.iter().zip(&order.state.lines);
    let waiting =
        lines.filter(|(_, state)| order.placed.terms.ship_complete && state.backordered > 0);
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
        let outcome = serve(
            store,
            ambient,
            &network,
            (waiter, &view),
            run.since,
            &run.asked,
        )
        .await?;
        let now = ambient.now();
        run.note(waiter, outcome, now);
        if outcome != Served::PassedOver {
            view = store.sku(sku).await?;
            run.look_at_shelves(&view, now);
        }
    }
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
        let more = |(location, units): (&LocationId, &i64)| {
            *units > self.free.get(location).copied().unwrap_or(0)
        };
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
        let waiting = || {
            view.waiting
                .iter()
                .find(|w| !self.passed_over.contains(&(w.order, w.line.clone())))
        };
        if has_free_stock(network, sku, view) {
            waiting()
        } else {
            None
        }
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
    view.levels
        .iter()
        .map(|level| (level.location.clone(), level.available()))
        .collect()
}
