//! Drains the backorder queue of one SKU.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{LineId, LocationId, OrderId, Sku},
    order::Cause,
    stock::Backorder,
};
use jiff::Timestamp;

use super::release::{Attempt, release};
use crate::{
    failure::Failure,
    ports::{Clock, IdGenerator, Redrive, SkuStock, Store},
    usecases::{
        availability::{Network, has_free_stock},
        execute::CommandRequest,
    },
};

/// The most releases per message; the rest is continued in a new message.
pub const RELEASES_PER_MESSAGE: u32 = 25;
/// The most backorders that one message examines.
pub const BACKORDERS_PER_MESSAGE: u32 = 300;
/// The most races that one message may lose.
pub const LOST_RACES_PER_MESSAGE: u32 = 64;

/// Releases the backorders of a SKU from the head of the queue, as far as the stock goes. From `stop_at` on, and at the
/// limits above, the rest is continued in a new message.
///
/// # Errors
/// [`Failure::OutOfTime`] when the time was over before anything was released; what the store reports. Releases written
/// before it remain.
pub async fn drain(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    redrive: &impl Redrive,
    sku: &Sku,
    trigger: &Cause,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let start = env.now();
    let mut stock = store.sku(sku).await?;
    if stock.backorders.is_empty() {
        return Ok(());
    }
    let mut run = Run::new(trigger, &stock, start);
    let network = Network::read(store).await?;
    loop {
        let Some(backorder) = run.next(&network, sku, &stock) else {
            return Ok(());
        };
        if run.is_at_limit() {
            return run.continue_later(redrive, sku).await;
        }
        // At least one backorder is examined, so that a message that begins late still gets somewhere.
        if run.examined > 0 && env.now() >= stop_at {
            return run.out_of_time(redrive, sku).await;
        }
        let attempt = release(
            store,
            env,
            &network,
            (backorder, &stock),
            run.since,
            &run.request,
        )
        .await;
        let attempt = match attempt {
            // An order that cannot be read must not keep the others waiting.
            Err(failure) if failure.is_of_one_item() => {
                tracing::error!(order_id = %backorder.order, error = %failure.chain(), "a backorder cannot be released");
                Attempt::PassedOver
            }
            attempt => attempt?,
        };
        let now = env.now();
        run.record(backorder, attempt, now);
        if attempt != Attempt::PassedOver {
            stock = store.sku(sku).await?;
            run.compare_stock(&stock, now);
        }
    }
}

/// The progress of draining one queue.
struct Run {
    request: CommandRequest,
    /// When the oldest data was read that the next decision uses, UTC.
    since: Timestamp,
    /// Backorders that could take nothing of the stock when they were examined.
    passed_over: BTreeSet<(OrderId, LineId)>,
    /// Free units per location when the stock was last read.
    free: BTreeMap<LocationId, i64>,
    releases: u32,
    examined: u32,
    lost_races: u32,
}

impl Run {
    fn new(trigger: &Cause, stock: &SkuStock, now: Timestamp) -> Self {
        Self {
            request: CommandRequest::due("replenishment", trigger),
            since: now,
            passed_over: BTreeSet::new(),
            free: free(stock),
            releases: 0,
            examined: 0,
            lost_races: 0,
        }
    }

    /// When more is free than before, the backorders that were passed over may take it: the queue starts over.
    fn compare_stock(&mut self, stock: &SkuStock, now: Timestamp) {
        let free = free(stock);
        let more = |(location, units): (&LocationId, &i64)| {
            *units > self.free.get(location).copied().unwrap_or(0)
        };
        if free.iter().any(more) {
            self.start_over(now);
        }
        self.free = free;
    }

    fn start_over(&mut self, now: Timestamp) {
        self.passed_over.clear();
        self.since = now;
    }

    /// The first backorder that has not been passed over; none when no stock is free.
    fn next<'a>(&self, network: &Network, sku: &Sku, stock: &'a SkuStock) -> Option<&'a Backorder> {
        if !has_free_stock(network, sku, stock) {
            return None;
        }
        stock
            .backorders
            .iter()
            .find(|b| !self.passed_over.contains(&(b.order, b.line.clone())))
    }

    fn record(&mut self, backorder: &Backorder, attempt: Attempt, now: Timestamp) {
        self.examined = self.examined.saturating_add(1);
        match attempt {
            Attempt::Released => self.releases = self.releases.saturating_add(1),
            Attempt::PassedOver => {
                self.passed_over
                    .insert((backorder.order, backorder.line.clone()));
            }
            Attempt::LostRace => {
                self.lost_races = self.lost_races.saturating_add(1);
                self.start_over(now);
            }
        }
    }

    fn is_at_limit(&self) -> bool {
        self.releases >= RELEASES_PER_MESSAGE
            || self.examined >= BACKORDERS_PER_MESSAGE
            || self.lost_races >= LOST_RACES_PER_MESSAGE
    }

    /// Sends a message for the rest if anything was released. Without a release the next message might stop at the same
    /// point, so this one is tried again, with growing pauses and an end.
    async fn out_of_time(&self, redrive: &impl Redrive, sku: &Sku) -> Result<(), Failure> {
        if self.releases == 0 {
            return Err(Failure::OutOfTime);
        }
        tracing::info!(%sku, releases = self.releases, "out of time; continued in a new message");
        redrive.sku(sku).await
    }

    /// Sends a message for the rest if anything was released; without a release, the next message would stop at the
    /// same point.
    async fn continue_later(&self, redrive: &impl Redrive, sku: &Sku) -> Result<(), Failure> {
        if self.releases > 0 {
            return redrive.sku(sku).await;
        }
        if self.lost_races >= LOST_RACES_PER_MESSAGE {
            return Err(Failure::Contended(self.lost_races));
        }
        tracing::warn!(%sku, examined = self.examined, "free stock, and no backorder near the head of the queue can take it");
        Ok(())
    }
}

fn free(stock: &SkuStock) -> BTreeMap<LocationId, i64> {
    stock
        .levels
        .iter()
        .map(|level| (level.location.clone(), level.available()))
        .collect()
}
