//! Stock is promised only as far as it is there, and physical truth is never refused.

use app::ports::{SaveOutcome, StockMoveOutcome, Store};
use domain::{
    ids::Sku,
    inbound::StockMovement,
    order::Change,
    order::Order,
    stock::Backorder,
    stock::{StockCommit, StockDelta, StockEvent, StockLevel, StockRecord},
};
use jiff::SignedDuration;

use super::{Desk, fact, here, promise};

/// A movement of one level, as decided on `before`.
pub(super) fn movement(desk: &Desk, before: &StockLevel, movement: &StockMovement) -> StockCommit {
    let context = desk.context(SignedDuration::from_mins(2));
    let events = vec![StockEvent::new(before, movement)];
    let record = StockRecord {
        at: context.now,
        actor: context.actor,
        cause: context.cause,
        events,
    };
    StockCommit {
        levels: vec![(before.clone(), before.moved(movement))],
        record,
    }
}

/// Puts units of a new SKU on the shelf.
pub(super) async fn shelve(store: &impl Store, desk: &Desk, units: u32) -> Sku {
    let sku = desk.sku();
    let received = StockMovement::Received { quantity: units };
    let commit = movement(desk, &StockLevel::empty(sku.clone(), here()), &received);
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
async fn moves(store: &impl Store, desk: &Desk, order: &Order, delta: StockDelta) -> SaveOutcome {
    let read = store.load(order.placed.id).await.unwrap().unwrap();
    store.save(&desk.moving(&read, vec![delta])).await.unwrap()
}

pub(super) async fn a_promise_takes_what_is_available_and_no_more(store: &impl Store, desk: &Desk) {
    let (order, sku) = (desk.placed(store).await, shelve(store, desk, 5).await);
    let refused = SaveOutcome::OutOfStock {
        sku: sku.clone(),
        location: here(),
    };
    assert_eq!(moves(store, desk, &order, promise(&sku, 6)).await, refused);
    assert_eq!(figures(store, &sku).await, (5, 0, 5, 0));
    assert_eq!(
        moves(store, desk, &order, promise(&sku, 3)).await,
        SaveOutcome::Saved
    );
    assert_eq!(figures(store, &sku).await, (5, 3, 2, 0));
    let kept = movement(
        desk,
        &level(store, &sku).await,
        &StockMovement::SafetyStock { units: 1 },
    );
    assert_eq!(
        store.move_stock(&kept).await.unwrap(),
        StockMoveOutcome::Moved
    );
    assert_eq!(
        moves(store, desk, &order, promise(&sku, 2)).await,
        refused,
        "safety stock is kept back"
    );
    assert_eq!(
        moves(store, desk, &order, promise(&sku, 1)).await,
        SaveOutcome::Saved
    );
    assert_eq!(figures(store, &sku).await, (5, 4, 0, 0));
}

pub(super) async fn a_physical_fact_is_never_refused(store: &impl Store, desk: &Desk) {
    let order = desk.placed(store).await;
    let sku = shelve(store, desk, 4).await;
    let mut steps = vec![(promise(&sku, 4), (4, 4, 0, 0))];
    // A parcel leaves as promised: what is available does not change.
    steps.push((fact(&sku, -1, -1), (3, 3, 0, 0)));
    // A parcel leaves with units that nobody had promised: the shelf falls short of what is.
    steps.push((fact(&sku, -2, 0), (1, 3, 0, 2)));
    steps.push((fact(&sku, -1, -1), (0, 2, 0, 2)));
    // Units that are freed first make up for what is missing.
    steps.push((fact(&sku, 0, -1), (0, 1, 0, 1)));
    steps.push((fact(&sku, 3, 0), (3, 1, 2, 0)));
    // And below zero again, by more than there was.
    steps.push((fact(&sku, -9, -1), (-6, 0, 0, 6)));
    for (delta, expected) in steps {
        assert_eq!(
            moves(store, desk, &order, delta.clone()).await,
            SaveOutcome::Saved,
            "{delta:?}"
        );
        assert_eq!(figures(store, &sku).await, expected, "{delta:?}");
    }
    let unknown = desk.sku();
    assert_eq!(
        moves(store, desk, &order, fact(&unknown, -2, 0)).await,
        SaveOutcome::Saved
    );
    assert_eq!(
        figures(store, &unknown).await,
        (-2, 0, 0, 2),
        "a shelf that the books did not have"
    );
    let other = desk.sku();
    assert_eq!(
        moves(store, desk, &order, fact(&other, -1, -1)).await,
        SaveOutcome::Saved
    );
    assert_eq!(figures(store, &other).await, (-1, -1, 0, 0));
}

pub(super) async fn a_movement_happens_once(store: &impl Store, desk: &Desk) {
    let empty = StockLevel::empty(desk.sku(), here());
    let received = movement(desk, &empty, &StockMovement::Received { quantity: 7 });
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
    let mut again = movement(desk, &now, &StockMovement::Received { quantity: 7 });
    again.record.cause = received.record.cause.clone();
    assert_eq!(
        store.move_stock(&again).await.unwrap(),
        StockMoveOutcome::Duplicate
    );
    assert_eq!(figures(store, &empty.sku).await, (7, 0, 7, 0));
}

pub(super) async fn a_movement_on_a_level_that_moved_on_has_raced(store: &impl Store, desk: &Desk) {
    let sku = shelve(store, desk, 7).await;
    let read = level(store, &sku).await;
    let order = desk.placed(store).await;
    assert_eq!(
        moves(store, desk, &order, promise(&sku, 2)).await,
        SaveOutcome::Saved
    );
    let count = movement(desk, &read, &StockMovement::Counted { on_hand: 6 });
    assert_eq!(
        store.move_stock(&count).await.unwrap(),
        StockMoveOutcome::Conflict
    );
    assert_eq!(
        store.movement(&count.record.cause.key()).await.unwrap(),
        None
    );
    let count = movement(
        desk,
        &level(store, &sku).await,
        &StockMovement::Counted { on_hand: 1 },
    );
    assert_eq!(
        store.move_stock(&count).await.unwrap(),
        StockMoveOutcome::Moved
    );
    assert_eq!(figures(store, &sku).await, (1, 2, 0, 1));
    // A level that was read as absent, and is there.
    let late = movement(
        desk,
        &StockLevel::empty(sku.clone(), here()),
        &StockMovement::Received { quantity: 1 },
    );
    assert_eq!(
        store.move_stock(&late).await.unwrap(),
        StockMoveOutcome::Conflict
    );
    // A level that is there, with nothing on it.
    let unknown = shelve(store, desk, 0).await;
    let nothing = level(store, &unknown).await;
    let first = movement(desk, &nothing, &StockMovement::Received { quantity: 1 });
    assert_eq!(
        store.move_stock(&first).await.unwrap(),
        StockMoveOutcome::Moved
    );
}

pub(super) async fn the_queue_is_read_in_order_and_left_in_order(store: &impl Store, desk: &Desk) {
    let sku = shelve(store, desk, 1).await;
    let mut queue = Vec::new();
    for (priority, after_us) in [(5, 30), (5, 10), (9, 0), (1, 40), (5, 10)] {
        let mut order = desk.placed(store).await;
        order.placed.placed_at = super::start() + SignedDuration::from_micros(after_us);
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
            ..desk.change(&order)
        };
        assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
        queue.push((waiting, change.order));
    }
    queue.sort_by(|(a, _), (b, _)| a.place().cmp(&b.place()));
    let waiting =
        |queue: &[(Backorder, Order)]| queue.iter().map(|(w, _)| w.clone()).collect::<Vec<_>>();
    let view = store.sku(&sku).await.unwrap();
    assert_eq!(view.backorders, waiting(&queue));
    assert_eq!(view.levels.len(), 1, "one read shows shelves and queue");

    // The second takes one unit and waits on; the first leaves.
    queue[1].0.units = 1;
    let (second, order) = queue[1].clone();
    let change = Change {
        backorders: vec![second],
        ..desk.change(&order)
    };
    assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
    let (mut first, order) = queue.remove(0);
    first.units = 0;
    let change = Change {
        backorders: vec![first],
        ..desk.change(&order)
    };
    assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
    assert_eq!(store.sku(&sku).await.unwrap().backorders, waiting(&queue));
}
