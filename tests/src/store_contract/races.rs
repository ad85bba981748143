//! What is told or wanted many times at once.

use app::{
    failure::Failure,
    ports::{SaveOutcome, StockMoveOutcome, Store},
};
use domain::{inbound::StockMovement, stock::StockLevel};
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::{
    Desk, fact, here, promise,
    stock::{level, movement, shelve},
};

/// How many at once.
const CROWD: usize = 16;

/// Asks again while others keep winning, as a queue would.
async fn insist<T>(ask: impl AsyncFn() -> Result<T, Failure>) -> T {
    loop {
        match ask().await {
            Err(Failure::Contended(_)) => {}
            answer => return answer.unwrap(),
        }
    }
}

fn count<T: PartialEq>(answers: &[T], wanted: &T) -> usize {
    answers.iter().filter(|answer| *answer == wanted).count()
}

pub(super) async fn of_many_changes_on_one_version_one_is_written(store: &impl Store, desk: &Desk) {
    let order = desk.placed(store).await;
    let changes: Vec<_> = (0..CROWD).map(|_| desk.change(&order)).collect();
    let answers = join_all(
        changes
            .iter()
            .map(|change| insist(async || store.save(change).await)),
    )
    .await;
    assert_eq!(count(&answers, &SaveOutcome::Saved), 1);
    assert_eq!(count(&answers, &SaveOutcome::VersionConflict), CROWD - 1);
    let winner = answers
        .iter()
        .position(|answer| *answer == SaveOutcome::Saved)
        .unwrap();
    assert_eq!(
        store.load(order.placed.id).await.unwrap().unwrap(),
        changes[winner].order
    );
    assert_eq!(store.commits(order.placed.id).await.unwrap().len(), 2);
}

pub(super) async fn many_promises_never_oversell(store: &impl Store, desk: &Desk) {
    let sku = shelve(store, desk, 10).await;
    let mut changes = Vec::new();
    for _ in 0..CROWD {
        changes.push(desk.moving(&desk.placed(store).await, vec![promise(&sku, 1)]));
    }
    let answers = join_all(
        changes
            .iter()
            .map(|change| insist(async || store.save(change).await)),
    )
    .await;
    assert_eq!(count(&answers, &SaveOutcome::Saved), 10);
    let refused = SaveOutcome::OutOfStock {
        sku: sku.clone(),
        location: here(),
    };
    assert_eq!(count(&answers, &refused), CROWD - 10);
    let level = level(store, &sku).await;
    assert_eq!(
        (level.on_hand, level.reserved, level.available()),
        (10, 10, 0)
    );
}

pub(super) async fn physical_facts_add_up_however_they_meet(store: &impl Store, desk: &Desk) {
    let sku = shelve(store, desk, 5).await;
    let mut changes = Vec::new();
    for units in 0..CROWD {
        let order = desk.placed(store).await;
        // Half of them take, half of them bring: the sum goes through zero and back.
        let units = i64::try_from(units).unwrap() % 4 - 2;
        changes.push(desk.moving(&order, vec![fact(&sku, units, 0)]));
    }
    let answers = join_all(
        changes
            .iter()
            .map(|change| insist(async || store.save(change).await)),
    )
    .await;
    assert_eq!(count(&answers, &SaveOutcome::Saved), CROWD);
    let level = level(store, &sku).await;
    assert_eq!(level.on_hand, 5 + (-2 - 1 + 1) * 4);
    assert_eq!((level.available(), level.shortfall()), (0, 3));
}

pub(super) async fn one_movement_told_many_times_at_once_happens_once(
    store: &impl Store,
    desk: &Desk,
) {
    let empty = StockLevel::empty(desk.sku(), here());
    let told = movement(desk, &empty, &StockMovement::Received { quantity: 3 });
    let tellers: Vec<_> = (0..CROWD)
        .map(|_| {
            // Each delivery is decided on its own, so each record is its own.
            let mut commit = told.clone();
            commit.record.at += SignedDuration::from_millis(i64::try_from(desk.number()).unwrap());
            commit
        })
        .collect();
    let answers = join_all(
        tellers
            .iter()
            .map(|commit| insist(async || store.move_stock(commit).await)),
    )
    .await;
    assert_eq!(count(&answers, &StockMoveOutcome::Moved), 1);
    assert_eq!(count(&answers, &StockMoveOutcome::Duplicate), CROWD - 1);
    assert_eq!(level(store, &empty.sku).await.on_hand, 3);
}

pub(super) async fn one_key_used_many_times_at_once_places_one_order(
    store: &impl Store,
    desk: &Desk,
) {
    let first = desk.placement("jane@example.com", SignedDuration::ZERO);
    let placements: Vec<_> = (0..CROWD)
        .map(|_| {
            let mut placement = desk.placement("jane@example.com", SignedDuration::ZERO);
            placement
                .change
                .references
                .clone_from(&first.change.references);
            placement
        })
        .collect();
    let answers = join_all(
        placements
            .iter()
            .map(|placement| insist(async || store.place(placement).await)),
    )
    .await;
    assert_eq!(count(&answers, &SaveOutcome::Saved), 1);
    assert_eq!(
        answers
            .iter()
            .filter(|answer| matches!(answer, SaveOutcome::ReferenceTaken(_)))
            .count(),
        CROWD - 1
    );
}
