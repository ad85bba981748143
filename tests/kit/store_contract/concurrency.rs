//! Many concurrent writes of the same thing.

use app::{
    failure::Failure,
    ports::{PlaceOutcome, SaveOutcome, StockMoveOutcome, Store},
};
use domain::{stock::StockLevel, stock::StockMovement};
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::{
    samples::{Samples, fact, here, reservation},
    stock::{level, movement, receive_new_sku},
};

/// How many at once.
const AT_ONCE: usize = 16;

/// Retries while others keep winning, as a queue would.
async fn retry<T>(call: impl AsyncFn() -> Result<T, Failure>) -> T {
    loop {
        match call().await {
            Err(Failure::Contended(_)) => {}
            answer => return answer.unwrap(),
        }
    }
}

fn count<T: PartialEq>(answers: &[T], wanted: &T) -> usize {
    answers.iter().filter(|answer| *answer == wanted).count()
}

pub(super) async fn of_many_changes_on_one_version_one_is_written(
    store: &impl Store,
    samples: &Samples,
) {
    let order = samples.placed(store).await;
    let changes: Vec<_> = (0..AT_ONCE).map(|_| samples.change(&order)).collect();
    let answers = join_all(
        changes
            .iter()
            .map(|change| retry(async || store.save(change).await)),
    )
    .await;
    assert_eq!(count(&answers, &SaveOutcome::Saved), 1);
    assert_eq!(count(&answers, &SaveOutcome::VersionConflict), AT_ONCE - 1);
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

pub(super) async fn many_reservations_never_oversell(store: &impl Store, samples: &Samples) {
    let sku = receive_new_sku(store, samples, 10).await;
    let mut changes = Vec::new();
    for _ in 0..AT_ONCE {
        changes.push(samples.moving(&samples.placed(store).await, vec![reservation(&sku, 1)]));
    }
    let answers = join_all(
        changes
            .iter()
            .map(|change| retry(async || store.save(change).await)),
    )
    .await;
    assert_eq!(count(&answers, &SaveOutcome::Saved), 10);
    let refused = SaveOutcome::OutOfStock {
        sku: sku.clone(),
        location: here(),
    };
    assert_eq!(count(&answers, &refused), AT_ONCE - 10);
    let level = level(store, &sku).await;
    assert_eq!(
        (level.on_hand, level.reserved, level.available()),
        (10, 10, 0)
    );
}

pub(super) async fn concurrent_physical_facts_add_up(store: &impl Store, samples: &Samples) {
    let sku = receive_new_sku(store, samples, 5).await;
    let mut changes = Vec::new();
    for units in 0..AT_ONCE {
        let order = samples.placed(store).await;
        // Half of them take, half of them bring: the sum goes through zero and back.
        let units = i64::try_from(units).unwrap() % 4 - 2;
        changes.push(samples.moving(&order, vec![fact(&sku, units, 0)]));
    }
    let answers = join_all(
        changes
            .iter()
            .map(|change| retry(async || store.save(change).await)),
    )
    .await;
    assert_eq!(count(&answers, &SaveOutcome::Saved), AT_ONCE);
    let level = level(store, &sku).await;
    assert_eq!(level.on_hand, 5 + (-2 - 1 + 1) * 4);
    assert_eq!((level.available(), level.shortfall()), (0, 3));
}

pub(super) async fn one_movement_repeated_concurrently_happens_once(
    store: &impl Store,
    samples: &Samples,
) {
    let empty = StockLevel::empty(samples.sku(), here());
    let sent = movement(samples, &empty, &StockMovement::Received { quantity: 3 });
    let deliveries: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            // Each delivery is decided on its own, so each record is its own.
            let mut commit = sent.clone();
            commit.record.at +=
                SignedDuration::from_millis(i64::try_from(samples.number()).unwrap());
            commit
        })
        .collect();
    let answers = join_all(
        deliveries
            .iter()
            .map(|commit| retry(async || store.move_stock(commit).await)),
    )
    .await;
    assert_eq!(count(&answers, &StockMoveOutcome::Moved), 1);
    assert_eq!(count(&answers, &StockMoveOutcome::Duplicate), AT_ONCE - 1);
    assert_eq!(level(store, &empty.sku).await.on_hand, 3);
}

pub(super) async fn one_key_used_concurrently_places_one_order(
    store: &impl Store,
    samples: &Samples,
) {
    let first = samples.placement("jane@example.com", SignedDuration::ZERO);
    let placements: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let mut placement = samples.placement("jane@example.com", SignedDuration::ZERO);
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
            .map(|placement| retry(async || store.place(placement).await)),
    )
    .await;
    assert_eq!(count(&answers, &PlaceOutcome::Placed), 1);
    assert_eq!(
        answers
            .iter()
            .filter(|answer| matches!(answer, PlaceOutcome::ReferenceTaken(_)))
            .count(),
        AT_ONCE - 1
    );
}
