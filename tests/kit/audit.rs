//! The whole table as the checker of the rules wants it, read through the ports, so from any store.

use std::collections::BTreeSet;

use app::ports::Store;
use domain::{
    ids::{AccountId, OrderId, Sku},
    invariants::{OrderRecord, Snapshot, check},
};

/// Reads these orders, these causes of stock movements, and every SKU that they name.
pub async fn read(
    store: &impl Store,
    orders: impl IntoIterator<Item = OrderId>,
    movements: &BTreeSet<String>,
) -> Snapshot {
    let rules = store.rules().await.expect("rules");
    let locations = store.locations().await.expect("locations");
    let mut table = Snapshot {
        rules: vec![rules],
        locations,
        ..Snapshot::default()
    };
    let mut skus: BTreeSet<Sku> = BTreeSet::new();
    let mut accounts: BTreeSet<AccountId> = BTreeSet::new();
    for id in orders {
        let order = store.load(id).await.expect("a store").expect("an order");
        skus.extend(order.placed.lines.iter().map(|line| line.sku.clone()));
        accounts.extend(order.account().cloned());
        let commits = store.commits(id).await.expect("commits");
        table.orders.push(OrderRecord { order, commits });
    }
    for cause in movements {
        let record = store
            .movement(cause)
            .await
            .expect("a store")
            .expect("a record");
        skus.extend(record.events.iter().map(|event| event.change().sku.clone()));
        table.records.push(record);
    }
    for sku in skus {
        let view = store.sku(&sku).await.expect("a view");
        table.levels.extend(view.levels);
        table.backorders.extend(view.backorders);
    }
    let mut found = Vec::new();
    for id in &accounts {
        found.extend(store.account(id).await.expect("a store"));
    }
    table.accounts = Some(found);
    table
}

/// Fails when a rule is broken.
pub fn rules_hold(table: &Snapshot) {
    let violations = check(table);
    assert!(violations.is_empty(), "{violations:#?}");
}
