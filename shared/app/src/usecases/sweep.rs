//! The sweep: finds overdue work and sends it to its queue again. One order or SKU that cannot be read costs itself only.

use std::collections::BTreeSet;

use domain::{
    health::HealthState,
    ids::{LocationId, OrderId},
    order::{Cause, Command, Order, REDRIVE_AFTER_S},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    availability::{Network, has_free_stock},
    execute::{CommandRequest, execute},
    hold::release_expired,
    unmatched_payments::close_old,
};
use crate::{
    failure::Failure,
    ports::{Clock, PageRequest, Redrive, Store},
};

pub use domain::order::ShownAfter;

/// Items that a sweep reads per page.
pub const PAGE_ITEMS: u32 = 100;
/// Pages that a sweep reads of each index; what is left is the next sweep's, or a further message's.
pub const PAGES_MAX: u32 = 20;
/// How long the sweep leaves an order alone that it cannot read, in seconds.
pub const UNREADABLE_PAUSE_S: i64 = 3600;

/// Finds SKUs that have both backorders and free stock, and orders whose progress is overdue, and sends each to the
/// queue of the function that is responsible. Releases expired holds. An order that it has sent is due again after a
/// pause that doubles, so the head of the index moves on, whatever becomes of the order; while a location of the order is
/// down the pause stays short, so that it gets its requests soon after it is up. A location that leaves a request unanswered, or
/// makes no progress with what it has accepted, is shown to a person after the times in `shown_after`. Closes unmatched
/// payments that no order has named. From `stop_at` on nothing
/// new is begun: the next sweep goes on, or a further message.
///
/// # Errors
/// When the store or a queue does not answer; what was sent before remains sent.
pub async fn sweep(
    store: &impl Store,
    clock: &impl Clock,
    redrive: &impl Redrive,
    shown_after: ShownAfter,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let now = clock.now();
    // The SKUs may not take the time of the orders; a further message goes on with them.
    let half = stop_at.duration_since(now).checked_div(2);
    let half_time = now.checked_add(half.unwrap_or_default()).unwrap_or(stop_at);
    sweep_skus(store, clock, redrive, None, half_time).await?;
    sweep_orders(store, clock, redrive, shown_after, stop_at).await?;
    close_old(store, clock, (PAGES_MAX, PAGE_ITEMS), stop_at).await
}

/// Finds SKUs that have both backorders and free stock, from a cursor on. A further message goes on when there are many.
///
/// # Errors
/// As [`sweep`].
pub async fn sweep_skus(
    store: &impl Store,
    clock: &impl Clock,
    redrive: &impl Redrive,
    after: Option<String>,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let network = Network::read(store).await?;
    let mut sent: u32 = 0;
    let mut request = PageRequest {
        limit: PAGE_ITEMS,
        after,
    };
    for page in 1..=PAGES_MAX {
        let skus = store.backordered_skus(&request).await?;
        for sku in &skus.items {
            let stock = match store.sku(sku).await {
                Ok(stock) => stock,
                Err(failure) if failure.is_of_one_item() => {
                    tracing::error!(%sku, error = %failure.chain(), "a SKU cannot be read");
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            if !stock.backorders.is_empty() && has_free_stock(&network, sku, &stock) {
                redrive.sku(sku).await?;
                sent = sent.saturating_add(1);
            }
        }
        let Some(next) = skus.next else { break };
        if page == PAGES_MAX || clock.now() >= stop_at {
            redrive.sweep(&next).await?;
            break;
        }
        request.after = Some(next);
    }
    tracing::info!(messages = sent, "SKUs swept");
    Ok(())
}

/// What one sweep looks at orders with.
struct Look {
    now: Timestamp,
    shown_after: ShownAfter,
    /// Locations that are down.
    down: BTreeSet<LocationId>,
}

async fn sweep_orders(
    store: &impl Store,
    clock: &impl Clock,
    redrive: &impl Redrive,
    shown_after: ShownAfter,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let now = clock.now();
    let look = Look {
        now,
        shown_after,
        down: locations_down(store).await?,
    };
    let (mut swept, mut unreadable): (u32, u32) = (0, 0);
    let mut request = PageRequest {
        limit: PAGE_ITEMS,
        after: None,
    };
    for _ in 0..PAGES_MAX {
        let page = store.overdue(now, &request).await?;
        for id in &page.items {
            if clock.now() >= stop_at {
                tracing::warn!(swept, unreadable, "out of time; the next sweep goes on");
                return Ok(());
            }
            match sweep_order(store, clock, redrive, *id, &look).await {
                Ok(()) => swept = swept.saturating_add(1),
                Err(failure) if failure.is_of_one_item() => {
                    tracing::error!(order_id = %id, error = %failure.chain(), "an overdue order cannot be driven");
                    let pause = SignedDuration::from_secs(UNREADABLE_PAUSE_S);
                    let until = now.checked_add(pause).unwrap_or(Timestamp::MAX);
                    store.postpone(*id, None, until).await?;
                    unreadable = unreadable.saturating_add(1);
                }
                Err(failure) => return Err(failure),
            }
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    tracing::info!(swept, unreadable, "orders swept");
    Ok(())
}

async fn sweep_order(
    store: &impl Store,
    clock: &impl Clock,
    redrive: &impl Redrive,
    id: OrderId,
    look: &Look,
) -> Result<(), Failure> {
    let Look {
        now,
        shown_after,
        down,
    } = look;
    let now = *now;
    // The index may lag behind the order.
    let Some(order) = store.load(id).await? else {
        return Ok(());
    };
    if release_expired(store, clock, &order).await? {
        return Ok(());
    }
    let (silent_s, overdue_s) = (shown_after.silent_s, shown_after.overdue_s);
    let silence = |order: &Order| {
        let mut silent = order.silent(silent_s, now);
        silent.next()?;
        Some(Command::ReportSilence { after_s: silent_s })
    };
    let order = show(store, clock, order, "silence", silence).await?;
    let overdue = |order: &Order| {
        let mut overdue = order.overdue_fulfillment_orders(overdue_s, now);
        overdue.next()?;
        Some(Command::ReportOverdue { after_s: overdue_s })
    };
    let order = show(store, clock, order, "overdue", overdue).await?;
    for (owed, _) in order.owes().into_iter().filter(|(_, due)| *due <= now) {
        tracing::warn!(order_id = %id, owes = ?owed, since = %order.state.changed_at, "overdue");
        redrive.order(id, owed).await?;
    }
    let version = Some(order.state.version);
    let until = if owes_a_request_to(&order, down) {
        let pause = SignedDuration::from_secs(REDRIVE_AFTER_S);
        now.checked_add(pause).unwrap_or(Timestamp::MAX)
    } else {
        order.due_again(*shown_after, now)
    };
    store.postpone(id, version, until).await
}

/// The locations that get no requests, except for probes.
async fn locations_down(store: &impl Store) -> Result<BTreeSet<LocationId>, Failure> {
    let health = match store.health().await {
        Ok(health) => health,
        Err(failure) if failure.is_of_one_item() => {
            tracing::error!(error = %failure.chain(), "the health of a location cannot be read");
            Vec::new()
        }
        Err(failure) => return Err(failure),
    };
    let down = health
        .into_iter()
        .filter(|health| health.state() == HealthState::Down);
    Ok(down.map(|health| health.location).collect())
}

/// Whether the order owes a request to one of these locations.
fn owes_a_request_to(order: &Order, locations: &BTreeSet<LocationId>) -> bool {
    let mut found = order.state.fulfillment_orders.iter();
    found.any(|found| locations.contains(&found.location) && order.owes_request(found))
}

/// Shows a person what a location does not do, while `command` says that there is something to show.
async fn show(
    store: &impl Store,
    clock: &impl Clock,
    order: Order,
    what: &str,
    command: impl Fn(&Order) -> Option<Command>,
) -> Result<Order, Failure> {
    if command(&order).is_none() {
        return Ok(order);
    }
    let request = CommandRequest::due("replenishment", &Cause::new("sweep", what));
    execute(store, clock, order.placed.id, &request, command)
        .await?
        .order()
}
