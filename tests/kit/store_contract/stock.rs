//! Reservations take only what is available, and physical facts are never refused.

use app::ports::{SaveOutcome, StockMoveOutcome, Store};
use domain::{
    ids::Sku,
    order::Change,
    order::{Context, Order},
    stock::Backorder,
    stock::StockMovement,
    stock::{MovementOutcome, StockCommit, StockDelta, StockLevel, StockRecord},
};
use jiff::SignedDuration;

use super::samples::{Samples, fact, here, minutes, reservation};

/// A movement of one level, as decided on `before`.
pub(super) fn movement(
    samples: &Samples,
    before: &StockLevel,
    movement: &StockMovement,
) -> StockCommit {
    movement_at(samples, before, movement, 2)
}

/// A movement that happened some minutes after the start.
pub(super) fn movement_at(
    samples: &Samples,
    before: &StockLevel,
    movement: &StockMovement,
    minute: i64,
) -> StockCommit {
    let Context { now, actor, cause } = samples.context(SignedDuration::from_mins(20));
    let outcome = movement.apply_to(before, minutes(minute));
    let MovementOutcome::Moved(after, event) = outcome else {
        panic!("{outcome:?}");
    };
    StockCommit {
        levels: vec![(before.clone(), after)],
        record: StockRecord {
            events: vec![event],
            ..StockRecord::new(now, actor, cause)
        },
    }
}

/// Receives units of a new SKU.
pub(super) async fn receive_new_sku(store: &impl Store, samples: &Samples, units: u32) -> Sku {
    let sku = samples.sku();
    let received = StockMovement::Received { quantity: units };
    let commit = movement(samples, &StockLevel::empty(sku.clone(), here()), &received);
    assert_eq!(
        store.move_stock(&commit).await.unwrap(),
        StockMoveOutcome::Moved
    );
    sku
}

pub(super) async fn level(store: &impl Store, sku: &Sku) -> StockLevel {
    let mut levels = store.sku(sku).await.unwrap().levels;
    assert_eq!(levels.len(), 1, "{sku}");
    levels.remove(0)
}

async fn figures(store: &impl Store, sku: &Sku) -> (i64, i64, i64, i64) {
    let level = level(store, sku).await;
    (
        level.on_hand,
        level.reserved,
        level.available(),
        level.shortfall(),
    )
}

/// Writes a change that moves stock, whatever the order's version is by now.
pub(super) async fn moves(
    store: &impl Store,
    samples: &Samples,
    order: &Order,
    delta: StockDelta,
) -> SaveOutcome {
    let read = store.load(order.placed.id).await.unwrap().unwrap();
    store
        .save(&samples.moving(&read, vec![delta]))
        .await
        .unwrap()
}

pub(super) async fn a_reservation_takes_what_is_available_and_no_more(
    store: &impl Store,
    samples: &Samples,
) {
    let (order, sku) = (
        samples.placed(store).await,
        receive_new_sku(store, samples, 5).await,
    );
    let refused = SaveOutcome::OutOfStock {
        sku: sku.clone(),
        location: here(),
    };
    assert_eq!(
        moves(store, samples, &order, reservation(&sku, 6)).await,
        refused
    );
    assert_eq!(figures(store, &sku).await, (5, 0, 5, 0));
    assert_eq!(
        moves(store, samples, &order, reservation(&sku, 3)).await,
        SaveOutcome::Saved
    );
    assert_eq!(figures(store, &sku).await, (5, 3, 2, 0));
    let kept = movement(
        samples,
        &level(store, &sku).await,
        &StockMovement::SafetyStock { units: 1 },
    );
    assert_eq!(
        store.move_stock(&kept).await.unwrap(),
        StockMoveOutcome::Moved
    );
    assert_eq!(
        moves(store, samples, &order, reservation(&sku, 2)).await,
        refused,
        "safety stock is not available"
    );
    assert_eq!(
        moves(store, samples, &order, reservation(&sku, 1)).await,
        SaveOutcome::Saved
    );
    assert_eq!(figures(store, &sku).await, (5, 4, 0, 0));
}

pub(super) async fn a_physical_fact_is_never_refused(store: &impl Store, samples: &Samples) {
    let order = samples.placed(store).await;
    let sku = receive_new_sku(store, samples, 4).await;
    let mut steps = vec![(reservation(&sku, 4), (4, 4, 0, 0))];
    // A shipment takes reserved units: what is available does not change.
    steps.push((fact(&sku, -1, -1), (3, 3, 0, 0)));
    // A shipment takes units that were not reserved for it: stock falls below what is reserved.
    steps.push((fact(&sku, -2, 0), (1, 3, 0, 2)));
    steps.push((fact(&sku, -1, -1), (0, 2, 0, 2)));
    // Units that are freed first make up for what is missing.
    steps.push((fact(&sku, 0, -1), (0, 1, 0, 1)));
    steps.push((fact(&sku, 3, 0), (3, 1, 2, 0)));
    // And below zero again, by more than there was.
    steps.push((fact(&sku, -9, -1), (-6, 0, 0, 6)));
    for (delta, expected) in steps {
        assert_eq!(
            moves(store, samples, &order, delta.clone()).await,
            SaveOutcome::Saved,
            "{delta:?}"
        );
        assert_eq!(figures(store, &sku).await, expected, "{delta:?}");
    }
    let unknown = samples.sku();
    assert_eq!(
        moves(store, samples, &order, fact(&unknown, -2, 0)).await,
        SaveOutcome::Saved
    );
    assert_eq!(
        figures(store, &unknown).await,
        (-2, 0, 0, 2),
        "a level that was not stored before"
    );
    let other = samples.sku();
    assert_eq!(
        moves(store, samples, &order, fact(&other, -1, -1)).await,
        SaveOutcome::Saved
    );
    assert_eq!(figures(store, &other).await, (-1, -1, 0, 0));
}

pub(super) async fn a_movement_happens_once(store: &impl Store, samples: &Samples) {
    let empty = StockLevel::empty(samples.sku(), here());
    let received = movement(samples, &empty, &StockMovement::Received { quantity: 7 });
    let key = received.record.cause.key();
    assert_eq!(store.movement(&key).await.unwrap(), None);
    assert_eq!(
        store.move_stock(&received).await.unwrap(),
        StockMoveOutcome::Moved
    );
    assert_eq!(
        store.movement(&key).await.unwrap(),
        Some(received.record.clone())
    );

    // The same cause, decided again on what it finds.
    let now = level(store, &empty.sku).await;
    let mut again = movement(samples, &now, &StockMovement::Received { quantity: 7 });
    again.record.cause = received.record.cause.clone();
    assert_eq!(
        store.move_stock(&again).await.unwrap(),
        StockMoveOutcome::Duplicate
    );
    assert_eq!(figures(store, &empty.sku).await, (7, 0, 7, 0));
}

pub(super) async fn a_movement_on_a_level_that_has_changed_is_a_conflict(
    store: &impl Store,
    samples: &Samples,
) {
    let sku = receive_new_sku(store, samples, 7).await;
    let read = level(store, &sku).await;
    let order = samples.placed(store).await;
    assert_eq!(
        moves(store, samples, &order, reservation(&sku, 2)).await,
        SaveOutcome::Saved
    );
    let count = movement(samples, &read, &StockMovement::counted(6));
    assert_eq!(
        store.move_stock(&count).await.unwrap(),
        StockMoveOutcome::Conflict
    );
    assert_eq!(
        store.movement(&count.record.cause.key()).await.unwrap(),
        None
    );
    let count = movement(
        samples,
        &level(store, &sku).await,
        &StockMovement::counted(1),
    );
    assert_eq!(
        store.move_stock(&count).await.unwrap(),
        StockMoveOutcome::Moved
    );
    assert_eq!(figures(store, &sku).await, (1, 2, 0, 1));
    // A level that was read as absent, and is there.
    let late = movement(
        samples,
        &StockLevel::empty(sku.clone(), here()),
        &StockMovement::Received { quantity: 1 },
    );
    assert_eq!(
        store.move_stock(&late).await.unwrap(),
        StockMoveOutcome::Conflict
    );
    // A level that is there, with nothing on it.
    let unknown = receive_new_sku(store, samples, 0).await;
    let nothing = level(store, &unknown).await;
    let first = movement(samples, &nothing, &StockMovement::Received { quantity: 1 });
    assert_eq!(
        store.move_stock(&first).await.unwrap(),
        StockMoveOutcome::Moved
    );
}

pub(super) async fn backorders_are_read_and_removed_in_queue_order(
    store: &impl Store,
    samples: &Samples,
) {
    let sku = receive_new_sku(store, samples, 1).await;
    let mut queue = Vec::new();
    for (priority, after_us) in [(5, 30), (5, 10), (9, 0), (1, 40), (5, 10)] {
        let mut order = samples.placed(store).await;
        order.placed.placed_at = super::samples::start() + SignedDuration::from_micros(after_us);
        let line = order.placed.lines[0].id.clone();
        let (id, placed_at) = (order.placed.id, order.placed.placed_at);
        let waiting = Backorder {
            priority,
            placed_at,
            order: id,
            line,
            sku: sku.clone(),
            units: 2,
        };
        let change = Change {
            backorders: vec![waiting.clone()],
            ..samples.change(&order)
        };
        assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
        queue.push((waiting, change.order));
    }
    queue.sort_by(|(a, _), (b, _)| a.position().cmp(&b.position()));
    let waiting =
        |queue: &[(Backorder, Order)]| queue.iter().map(|(w, _)| w.clone()).collect::<Vec<_>>();
    let view = store.sku(&sku).await.unwrap();
    assert_eq!(view.backorders, waiting(&queue));
    assert_eq!(
        view.levels.len(),
        1,
        "one read returns levels and backorders"
    );

    // The second gets one unit and stays; the first leaves.
    queue[1].0.units = 1;
    let (second, order) = queue[1].clone();
    let change = Change {
        backorders: vec![second],
        ..samples.change(&order)
    };
    assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
    let (mut first, order) = queue.remove(0);
    first.units = 0;
    let change = Change {
        backorders: vec![first],
        ..samples.change(&order)
    };
    assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
    assert_eq!(store.sku(&sku).await.unwrap().backorders, waiting(&queue));
}
