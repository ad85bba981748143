//! Requests to locations are effects of the order, as refunds are: in one ledger until they are confirmed.

use std::collections::BTreeSet;

use app::ports::OrderStore;
use domain::{
    ids::OrderId,
    order::{LedgerEntry, Performer},
};

use crate::{
    story::story,
    world::{Draft, World},
};

/// The keys of what the order has asked of its locations and waits for.
async fn keys(world: &World, id: OrderId) -> BTreeSet<String> {
    let order = world.order(id).await;
    let commits = world.store.commits(id).await.expect("a store");
    let ledger = order.effects_ledger();
    let asked = ledger.filter(|entry| order.performer(*entry) == Performer::Location);
    asked.map(|entry| entry.key(id, &commits)).collect()
}

/// The ids of all requests that a location has received so far.
fn received(world: &World, location: &str) -> BTreeSet<String> {
    let requests = world.requests().into_iter();
    let theirs = requests.filter(|sent| sent.location.to_string() == location);
    theirs.map(|sent| sent.id).collect()
}

story!(a_location_sees_the_key_of_the_effect_until_it_confirms_it);
async fn a_location_sees_the_key_of_the_effect_until_it_confirms_it(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let fulfill = keys(world, order).await;
    assert_eq!(fulfill.len(), 1);
    assert_eq!(received(world, "berlin"), fulfill);
    world.minutes_pass(10);
    world.sweeps();
    world.settle().await;
    assert_eq!(received(world, "berlin"), fulfill, "repeated as it was");

    world.cancels(order, &[]).await.expect("a cancellation");
    world.settle().await;
    let both = keys(world, order).await;
    assert_eq!(both.len(), 2, "to ship, and not to ship");
    assert_eq!(received(world, "berlin"), both);
    world.accepts("berlin", order).await;
    world.settle().await;
    let cancel: BTreeSet<String> = both.difference(&fulfill).cloned().collect();
    assert_eq!(keys(world, order).await, cancel);
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(keys(world, order).await, BTreeSet::new());
    let ended = world.order(order).await;
    assert!(
        ended
            .effects_ledger()
            .all(|entry| matches!(entry, LedgerEntry::Command(_)))
    );
}
