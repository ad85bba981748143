//! A count holds as of its time: a level keeps its last movements, and changes of orders add only those after the count.

use app::ports::{PageRequest, SaveOutcome, StockMoveOutcome, Store};
use domain::{
    ids::Sku,
    order::{Context, Order},
    stock::{
        LevelMove, MOVES_KEPT, MOVES_MAX, StockCommit, StockDelta, StockException,
        StockExceptionClosed, StockLevel, StockMovement, StockRecord,
    },
};
use jiff::SignedDuration;

use super::{
    samples::{Samples, fact_at, here, minutes, reservation},
    stock::{level, movement_at, moves, receive_new_sku},
};

/// Ten units that came in at minute 2, and an order for which four are reserved.
async fn four_of_ten(store: &impl Store, samples: &Samples) -> (Order, Sku) {
    let order = samples.placed(store).await;
    let sku = receive_new_sku(store, samples, 10).await;
    saves(store, samples, &order, reservation(&sku, 4)).await;
    (order, sku)
}

async fn saves(store: &impl Store, samples: &Samples, order: &Order, delta: StockDelta) {
    let saved = moves(store, samples, order, delta.clone()).await;
    assert_eq!(saved, SaveOutcome::Saved, "{delta:?}");
}

async fn counts(store: &impl Store, samples: &Samples, sku: &Sku, on_hand: u32, minute: i64) {
    let read = level(store, sku).await;
    let count = movement_at(samples, &read, &StockMovement::counted(on_hand), minute);
    let written = store.move_stock(&count).await.unwrap();
    assert_eq!(written, StockMoveOutcome::Moved);
    assert_eq!(
        level(store, sku).await,
        count.levels[0].1,
        "as it was written"
    );
}

/// Units on hand and reserved, and the movements that are kept, with their minutes.
async fn figures(store: &impl Store, sku: &Sku) -> (i64, i64, Vec<(i64, i64)>) {
    let StockLevel {
        on_hand,
        reserved,
        moves,
        ..
    } = level(store, sku).await;
    let minute = |moved: &LevelMove| (moved.at - minutes(0)).get_seconds() / 60;
    let moves = moves.iter().map(|moved| (minute(moved), moved.units));
    (on_hand, reserved, moves.collect())
}

pub(super) async fn a_shipment_from_before_the_last_count_changes_what_is_reserved(
    store: &impl Store,
    samples: &Samples,
) {
    let (order, sku) = four_of_ten(store, samples).await;
    counts(store, samples, &sku, 6, 10).await;
    saves(store, samples, &order, fact_at(&sku, &[(10, -4)], -4)).await;
    assert_eq!(figures(store, &sku).await, (6, 0, vec![]));
    // Units that nobody had asked for.
    saves(store, samples, &order, fact_at(&sku, &[(9, -1)], 0)).await;
    assert_eq!(figures(store, &sku).await, (6, 0, vec![]));
    saves(store, samples, &order, fact_at(&sku, &[(11, -1)], 0)).await;
    assert_eq!(figures(store, &sku).await, (5, 0, vec![(11, -1)]));
}

pub(super) async fn a_count_is_taken_between_the_movements_of_one_change(
    store: &impl Store,
    samples: &Samples,
) {
    let (order, sku) = four_of_ten(store, samples).await;
    let both = fact_at(&sku, &[(5, -1), (15, -3)], -4);
    saves(store, samples, &order, both.clone()).await;
    let kept = vec![(2, 10), (5, -1), (15, -3)];
    assert_eq!(figures(store, &sku).await, (6, 0, kept));
    counts(store, samples, &sku, 9, 10).await;
    assert_eq!(figures(store, &sku).await, (6, 0, vec![(15, -3)]));

    // The same, told after the count.
    let (order, sku) = four_of_ten(store, samples).await;
    counts(store, samples, &sku, 9, 10).await;
    saves(store, samples, &order, both_of(&sku, &both)).await;
    assert_eq!(figures(store, &sku).await, (6, 0, vec![(15, -3)]));
    // And on a level that is short.
    let (order, sku) = four_of_ten(store, samples).await;
    counts(store, samples, &sku, 1, 10).await;
    saves(store, samples, &order, both_of(&sku, &both)).await;
    assert_eq!(figures(store, &sku).await, (-2, 0, vec![(15, -3)]));
}

fn both_of(sku: &Sku, delta: &StockDelta) -> StockDelta {
    StockDelta {
        sku: sku.clone(),
        ..delta.clone()
    }
}

pub(super) async fn a_reservation_beside_a_shipment_is_not_refused_for_a_count(
    store: &impl Store,
    samples: &Samples,
) {
    let (order, sku) = four_of_ten(store, samples).await;
    counts(store, samples, &sku, 6, 10).await;
    let mixed = |units: i64| StockDelta {
        is_reservation: true,
        ..fact_at(&sku, &[(5, -4)], units - 4)
    };
    saves(store, samples, &order, mixed(6)).await;
    assert_eq!(figures(store, &sku).await, (6, 6, vec![]));
    let refused = SaveOutcome::OutOfStock {
        sku: sku.clone(),
        location: here(),
    };
    assert_eq!(moves(store, samples, &order, mixed(5)).await, refused);
}

pub(super) async fn a_level_keeps_its_last_movements(store: &impl Store, samples: &Samples) {
    let (order, sku) = four_of_ten(store, samples).await;
    let mut minute = 2;
    while usize::try_from(minute).unwrap() < MOVES_MAX + 5 {
        minute += 1;
        let two = fact_at(&sku, &[(minute, 1), (minute + 1, 1)], 0);
        saves(store, samples, &order, two).await;
        let kept = level(store, &sku).await.moves.len();
        assert!(kept <= MOVES_MAX, "{kept}");
    }
    let all = 10 + 2 * (minute - 2);
    let read = level(store, &sku).await;
    assert_eq!(read.on_hand, all);
    assert!(read.moves.len() >= MOVES_KEPT, "{read:?}");
    assert!(read.moves_dropped_until > Some(minutes(2)), "{read:?}");
    // What is kept is carried over a count, and the rest need not be.
    counts(store, samples, &sku, 3, minute).await;
    assert_eq!(figures(store, &sku).await, (4, 4, vec![(minute + 1, 1)]));
}

pub(super) async fn movements_that_add_up_to_nothing_are_a_conflict_too(
    store: &impl Store,
    samples: &Samples,
) {
    let (order, sku) = four_of_ten(store, samples).await;
    let read = level(store, &sku).await;
    let count = movement_at(samples, &read, &StockMovement::counted(10), 10);
    let nothing = fact_at(&sku, &[(9, -1), (11, 1)], 0);
    saves(store, samples, &order, nothing).await;
    let written = store.move_stock(&count).await.unwrap();
    assert_eq!(written, StockMoveOutcome::Conflict);
    counts(store, samples, &sku, 10, 10).await;
    assert_eq!(figures(store, &sku).await, (11, 4, vec![(11, 1)]));
}

pub(super) async fn an_exception_is_listed_until_it_is_closed(
    store: &impl Store,
    samples: &Samples,
) {
    let sku = receive_new_sku(store, samples, 1).await;
    let Context { now, actor, .. } = samples.context(SignedDuration::from_mins(30));
    let record = || {
        let cause = samples.context(SignedDuration::ZERO).cause;
        StockRecord::new(now, actor.clone(), cause)
    };
    // Once closed, it may be opened again.
    for minute in [30, 31] {
        let read = level(store, &sku).await;
        let (refused, opened) = StockException::count_too_old(&read, 7, minutes(1), now).unwrap();
        let commit = StockCommit {
            levels: vec![(read, refused.clone())],
            record: StockRecord {
                exceptions_opened: vec![opened.clone()],
                ..record()
            },
        };
        let written = store.move_stock(&commit).await.unwrap();
        assert_eq!(written, StockMoveOutcome::Moved);
        assert_eq!(level(store, &sku).await, refused);
        assert_eq!(listed(store, &sku).await, std::slice::from_ref(&opened));
        let (here, taken) = (
            here(),
            StockException {
                owner: Some("agent-1".to_owned()),
                ..opened.clone()
            },
        );
        assert_eq!(
            store.stock_exception(&sku, &here).await.unwrap(),
            Some(opened)
        );
        let commit = StockCommit {
            levels: vec![(refused.clone(), refused.clone())],
            record: StockRecord {
                exceptions_taken: vec![taken.clone()],
                ..record()
            },
        };
        let written = store.move_stock(&commit).await.unwrap();
        assert_eq!(written, StockMoveOutcome::Moved);
        assert_eq!(listed(store, &sku).await, std::slice::from_ref(&taken));
        assert_eq!(
            store.stock_exception(&sku, &here).await.unwrap(),
            Some(taken)
        );

        let mut counted = movement_at(samples, &refused, &StockMovement::counted(7), minute);
        let after = &counted.levels[0].1;
        let closed = StockExceptionClosed::counted(&refused, after, now);
        counted.record.exceptions_closed = closed.into_iter().collect();
        assert_eq!(counted.record.exceptions_closed.len(), 1);
        let written = store.move_stock(&counted).await.unwrap();
        assert_eq!(written, StockMoveOutcome::Moved);
        assert_eq!(listed(store, &sku).await, []);
        assert_eq!(store.stock_exception(&sku, &here).await.unwrap(), None);
    }
}

/// All open exceptions about a SKU, read two at a time.
async fn listed(store: &impl Store, sku: &Sku) -> Vec<StockException> {
    let mut listed = Vec::new();
    let mut page = PageRequest {
        limit: 2,
        after: None,
    };
    loop {
        let found = store.stock_exceptions(&page).await.unwrap();
        assert!(found.items.len() <= 2);
        listed.extend(found.items.into_iter().filter(|open| open.sku == *sku));
        match found.next {
            None => return listed,
            next => page.after = next,
        }
    }
}
