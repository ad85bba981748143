//! The sweep: finds work whose message was lost, so that a lost message delays an order and never strands it.

use jiff::Timestamp;

use super::{
    availability::{Network, has_free_stock},
    hold::release_expired,
};
use crate::{
    failure::Failure,
    ports::{Clock, PageRequest, Redrive, Store},
};

/// Items that a sweep reads per page.
pub const PAGE_ITEMS: u32 = 100;
/// Pages that a sweep reads of each index.
pub const PAGES_MAX: u32 = 20;

/// Finds SKUs that have both backorders and free stock, and orders whose progress is overdue, and sends each to the
/// function that is responsible. Releases expired holds.
///
/// # Errors
/// What the store or a queue reports; what was sent before remains sent.
pub async fn sweep(
    store: &impl Store,
    clock: &impl Clock,
    redrive: &impl Redrive,
) -> Result<(), Failure> {
    let now = clock.now();
    let skus = sweep_skus(store, redrive).await?;
    let orders = sweep_orders(store, clock, redrive, now).await?;
    tracing::info!(skus, orders, "swept");
    Ok(())
}

async fn sweep_skus(store: &impl Store, redrive: &impl Redrive) -> Result<u32, Failure> {
    let network = Network::read(store).await?;
    let mut sent: u32 = 0;
    let mut request = PageRequest {
        limit: PAGE_ITEMS,
        after: None,
    };
    for _ in 0..PAGES_MAX {
        let page = store.backordered_skus(&request).await?;
        for sku in &page.items {
            let stock = store.sku(sku).await?;
            if !stock.backorders.is_empty() && has_free_stock(&network, sku, &stock) {
                redrive.sku(sku).await?;
                sent = sent.saturating_add(1);
            }
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    Ok(sent)
}

async fn sweep_orders(
    store: &impl Store,
    clock: &impl Clock,
    redrive: &impl Redrive,
    now: Timestamp,
) -> Result<u32, Failure> {
    let mut sent: u32 = 0;
    let mut request = PageRequest {
        limit: PAGE_ITEMS,
        after: None,
    };
    for _ in 0..PAGES_MAX {
        let page = store.overdue(now, &request).await?;
        for id in &page.items {
            // The index may lag behind the order.
            let Some(order) = store.load(*id).await? else {
                continue;
            };
            if release_expired(store, clock, &order).await? {
                sent = sent.saturating_add(1);
                continue;
            }
            for (owed, _) in order.owes().into_iter().filter(|(_, due)| *due <= now) {
                tracing::warn!(order_id = %id, owes = ?owed, since = %order.state.changed_at, "overdue");
                redrive.order(*id, owed).await?;
                sent = sent.saturating_add(1);
            }
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    Ok(sent)
}
