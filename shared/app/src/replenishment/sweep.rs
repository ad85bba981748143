//! The sweep: nothing waits for luck.

use jiff::Timestamp;

use crate::{
    failure::Failure,
    holds::release_ended,
    ports::{Ambient, Page, Redrive, Store},
    supply::{Network, has_free_stock},
};

/// Items that a sweep reads at once, and pages that it reads at most.
const PAGE: u32 = 100;
const PAGES: u32 = 20;

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
    let mut page = Page {
        limit: PAGE,
        after: None,
    };
    for _ in 0..PAGES {
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
    let mut page = Page {
        limit: PAGE,
        after: None,
    };
    for _ in 0..PAGES {
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
