//! A count holds as of the time when it was taken. Counts, receipts and parcels are heard of in any order.

use app::{failure::Failure, ports::Clock};
use domain::{
    ids::OrderId,
    inbound::{Fact, FactLine, FulfillmentFact, StockFact},
    order::{ExceptionKind, RejectionCode},
    stock::{MOVES_KEPT, StockMovement},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    random::SeededRng,
    story::story,
    world::{Draft, World},
};

/// Ten units in berlin, four of them assigned to the returned order.
async fn four_of_ten_are_assigned(world: &mut World) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.place_and_pay(Draft::new("1001").line("TEE", 4)).await
}

fn minutes_ago(world: &World, minutes: i64) -> Timestamp {
    world.clock.now() - SignedDuration::from_mins(minutes)
}

/// Units on hand, reserved and available in berlin.
async fn figures(world: &World) -> (i64, i64, i64) {
    let level = world.level("berlin", "TEE").await;
    (level.on_hand, level.reserved, level.available())
}

story!(a_count_from_before_the_last_one_changes_nothing);
async fn a_count_from_before_the_last_one_changes_nothing(world: &mut World) {
    four_of_ten_are_assigned(world).await;
    world.minutes_pass(60);
    world.counted("berlin", "TEE", 12, minutes_ago(world, 10));
    world.settle().await;
    world.counted("berlin", "TEE", 30, minutes_ago(world, 40));
    world.settle().await;
    assert_eq!(figures(world).await, (12, 4, 8));
    // The same from an operator, who is answered what is known.
    let stale = StockMovement::Counted {
        on_hand: 30,
        counted_at: Some(minutes_ago(world, 40)),
    };
    let answer = world.moves_stock("berlin", "TEE", stale).await;
    let answer = answer.expect("done");
    assert_eq!((answer.on_hand, answer.on_hand_delta), (12, 0));
    assert_eq!(figures(world).await, (12, 4, 8));
    assert_eq!(world.stock_exceptions().await, []);
}

story!(a_count_from_before_a_parcel_left_does_not_bring_its_units_back);
async fn a_count_from_before_a_parcel_left_does_not_bring_its_units_back(world: &mut World) {
    let order = four_of_ten_are_assigned(world).await;
    world.minutes_pass(60);
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(figures(world).await, (6, 0, 6));
    world.minutes_pass(30);
    // Ten were on the shelf when they were counted.
    world.counted("berlin", "TEE", 10, minutes_ago(world, 40));
    world.settle().await;
    assert_eq!(figures(world).await, (6, 0, 6));
}

story!(a_parcel_that_left_before_a_count_takes_its_units_once);
async fn a_parcel_that_left_before_a_count_takes_its_units_once(world: &mut World) {
    let order = four_of_ten_are_assigned(world).await;
    world.minutes_pass(60);
    world.counted("berlin", "TEE", 6, minutes_ago(world, 10));
    world.settle().await;
    assert_eq!(figures(world).await, (6, 4, 2));
    let left = ("SHIPMENT-1", [].as_slice(), true);
    world
        .shipped_at("berlin", order, left, minutes_ago(world, 20))
        .await;
    world.settle().await;
    assert_eq!(
        figures(world).await,
        (6, 0, 6),
        "what was reserved has left"
    );
}

story!(a_parcel_told_late_frees_stock_for_a_backorder);
async fn a_parcel_told_late_frees_stock_for_a_backorder(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 4).await;
    let first = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
    world.minutes_pass(60);
    // The first order's parcel has left, and three more tees have come in.
    world.counted("berlin", "TEE", 3, minutes_ago(world, 10));
    world.settle().await;
    assert_eq!(world.backordered(second).await, 2);
    let left = ("SHIPMENT-1", [].as_slice(), true);
    world
        .shipped_at("berlin", first, left, minutes_ago(world, 20))
        .await;
    world.settle().await;
    world.sweeps();
    world.settle().await;
    assert_eq!(world.backordered(second).await, 0);
    assert_eq!(figures(world).await, (3, 2, 1));
}

story!(an_operator_counts_as_of_a_time);
async fn an_operator_counts_as_of_a_time(world: &mut World) {
    let order = four_of_ten_are_assigned(world).await;
    world.minutes_pass(60);
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.receives("berlin", "TEE", 5);
    world.adjusts("berlin", "TEE", -1).await;
    world.settle().await;
    let before_all = StockMovement::Counted {
        on_hand: 11,
        counted_at: Some(minutes_ago(world, 30)),
    };
    let answer = world.moves_stock("berlin", "TEE", before_all).await;
    assert_eq!(answer.expect("counted").on_hand, 11 - 4 + 5 - 1);
    let now = world
        .moves_stock("berlin", "TEE", StockMovement::counted(3))
        .await;
    assert_eq!(now.expect("counted").on_hand, 3);
    assert_eq!(figures(world).await, (3, 0, 3));
}

story!(a_receipt_and_a_write_off_from_before_a_count_are_in_its_figure);
async fn a_receipt_and_a_write_off_from_before_a_count_are_in_its_figure(world: &mut World) {
    let order = four_of_ten_are_assigned(world).await;
    world.minutes_pass(60);
    // Five came in, and of the order's four only two were found.
    world.counted("berlin", "TEE", 11, minutes_ago(world, 5));
    world.settle().await;
    let received = StockMovement::Received { quantity: 5 };
    world.stock_at("berlin", "TEE", received, minutes_ago(world, 30));
    let two = ("SHIPMENT-1", [("1", 2)].as_slice(), true);
    world
        .shipped_at("berlin", order, two, minutes_ago(world, 20))
        .await;
    world.settle().await;
    world.grace_passes().await;
    // The count is dated after the shortage, so the two that were missing are routed to Berlin again.
    assert_eq!(figures(world).await, (11, 2, 9));
}

story!(a_count_is_taken_before_a_write_off_is_reversed);
async fn a_count_is_taken_before_a_write_off_is_reversed(world: &mut World) {
    for counted in [true, false] {
        let (location, number) = (format!("berlin-{counted}"), format!("{counted}"));
        world.warehouse(&location).await;
        world.has_stock(&location, &number, 10).await;
        let order = world
            .place_and_pay(Draft::new(&number).line(&number, 4))
            .await;
        world.minutes_pass(60);
        let first_left = world.clock.now();
        world.minutes_pass(1);
        let second = ("2", [("1", 2)].as_slice(), true);
        let now = world.clock.now();
        world.shipped_at(&location, order, second, now).await;
        world.settle().await;
        world.grace_passes().await;
        assert_eq!(
            world.level(&location, &number).await.on_hand,
            6,
            "two are written off"
        );
        if counted {
            world.counted(&location, &number, 6, world.clock.now());
            world.settle().await;
        }
        world.minutes_pass(5);
        let first = ("1", [("1", 2)].as_slice(), false);
        world.shipped_at(&location, order, first, first_left).await;
        world.settle().await;
        assert_eq!(
            world.level(&location, &number).await.on_hand,
            6,
            "four have left"
        );
    }
}

story!(units_that_a_location_does_not_find_are_written_off_as_of_their_reservation);
async fn units_that_a_location_does_not_find_are_written_off_as_of_their_reservation(
    world: &mut World,
) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.minutes_pass(60);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    world.minutes_pass(60);
    let before = minutes_ago(world, 90);
    world.rejects("berlin", order, "out_of_stock").await;
    world.settle().await;
    assert_eq!(figures(world).await, (6, 0, 6));
    world.counted("berlin", "TEE", 9, before);
    world.settle().await;
    assert_eq!(
        figures(world).await,
        (5, 0, 5),
        "counted before the four were reserved"
    );
    world.counted("berlin", "TEE", 7, world.clock.now());
    world.settle().await;
    // Counted after they were missed: the four are routed to Berlin again.
    assert_eq!(figures(world).await, (7, 4, 3));
}

story!(what_a_count_has_missed_is_not_missed_again_by_the_picker);
async fn what_a_count_has_missed_is_not_missed_again_by_the_picker(world: &mut World) {
    // The count is told before the shortage is, or after it.
    for told_first in [true, false] {
        let (location, sku) = (format!("berlin-{told_first}"), format!("{told_first}"));
        world.warehouse(&location).await;
        world.has_stock(&location, &sku, 4).await;
        let order = world.place_and_pay(Draft::new(&sku).line(&sku, 4)).await;
        world.minutes_pass(60);
        let counted_at = world.clock.now();
        if told_first {
            world.counted(&location, &sku, 3, counted_at);
            world.settle().await;
        }
        world.minutes_pass(5);
        world.receives(&location, &sku, 2);
        world.settle().await;
        world.minutes_pass(5);
        // The picker came before the two were on the shelf.
        let three = ("1", [("1", 3)].as_slice(), true);
        let now = world.clock.now();
        world.shipped_at(&location, order, three, now).await;
        world.settle().await;
        world.grace_passes().await;
        if !told_first {
            world.counted(&location, &sku, 3, counted_at);
            world.settle().await;
        }
        let level = world.level(&location, &sku).await;
        assert_eq!(level.on_hand, 2, "told first: {told_first}");
    }
}

story!(what_an_operator_has_written_off_is_not_written_off_again);
async fn what_an_operator_has_written_off_is_not_written_off_again(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 4).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    world.minutes_pass(60);
    // One is broken, and it is the order's.
    world.adjusts("berlin", "TEE", -1).await;
    world.settle().await;
    assert_eq!(figures(world).await, (3, 4, 0));
    world
        .ships_these("berlin", order, "1", &[("1", 3)], true)
        .await;
    world.settle().await;
    world.grace_passes().await;
    assert_eq!(figures(world).await, (0, 0, 0));
    assert_eq!(world.backordered(order).await, 1);
}

story!(a_clock_that_is_ahead_is_taken_back_to_the_time_of_receipt);
async fn a_clock_that_is_ahead_is_taken_back_to_the_time_of_receipt(world: &mut World) {
    let order = four_of_ten_are_assigned(world).await;
    let tomorrow = world.clock.now() + SignedDuration::from_hours(24);
    world.counted("berlin", "TEE", 20, tomorrow);
    world.settle().await;
    world.minutes_pass(1);
    let left = ("SHIPMENT-1", [].as_slice(), true);
    world.shipped_at("berlin", order, left, tomorrow).await;
    world.settle().await;
    assert_eq!(
        figures(world).await,
        (16, 0, 16),
        "the parcel left after the count"
    );
    world.counted("berlin", "TEE", 15, world.clock.now());
    world.settle().await;
    assert_eq!(figures(world).await, (15, 0, 15));
}

story!(a_count_before_more_movements_than_are_kept_is_an_exception_until_the_next_count);
async fn a_count_before_more_movements_than_are_kept_is_an_exception_until_the_next_count(
    world: &mut World,
) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 1).await;
    let before = world.clock.now();
    let received = StockFact {
        sku: "TEE".parse().expect("a SKU"),
        movement: StockMovement::Received { quantity: 1 },
    };
    let received = Fact::Stock(vec![received; MOVES_KEPT + 1]);
    world.receives_webhook(Some("berlin"), received);
    world.settle().await;
    // Two clerks counted.
    for on_hand in [5, 6] {
        world.counted("berlin", "TEE", on_hand, before);
        world.settle().await;
    }
    let on_hand = 2 + i64::try_from(MOVES_KEPT).expect("a small number");
    assert_eq!(figures(world).await, (on_hand, 0, on_hand));
    let open = world.stock_exceptions().await;
    assert_eq!(open.len(), 1, "{open:#?}");
    assert_eq!(open[0].kind, ExceptionKind::CountTooOld);
    assert!(open[0].detail.contains("count again"), "{}", open[0].detail);
    // An operator is told at once.
    let stale = StockMovement::Counted {
        on_hand: 5,
        counted_at: Some(before),
    };
    match world.moves_stock("berlin", "TEE", stale).await {
        Err(Failure::Rejected(rejection)) => {
            assert_eq!(rejection.code, RejectionCode::CountTooOld);
        }
        other => panic!("{other:?}"),
    }
    world.counted("berlin", "TEE", 40, world.clock.now());
    world.settle().await;
    assert_eq!(figures(world).await, (40, 0, 40));
    assert_eq!(world.stock_exceptions().await, []);
}

story!(every_order_of_arrival_gives_what_is_on_the_shelf);
/// A day at a shelf, told in random orders, some of it twice: counts, receipts, parcels, units that are not found.
async fn every_order_of_arrival_gives_what_is_on_the_shelf(world: &mut World) {
    for seed in 0..2 {
        a_day_at_the_shelf(world, &mut SeededRng::new(seed), seed).await;
    }
}

fn three_units_left(shipment: usize) -> FulfillmentFact {
    let lines = vec![FactLine {
        line: "1".parse().expect("a line"),
        quantity: 3,
    }];
    FulfillmentFact::Shipped {
        reference: format!("SHIPMENT-{shipment}"),
        carrier: None,
        tracking: None,
        lines: lines.clone(),
        last: true,
        totals: Some(lines),
    }
}

/// What a location tells.
enum Reported {
    Stock(StockMovement),
    Fulfillment(usize, FulfillmentFact),
}

async fn a_day_at_the_shelf(world: &mut World, rng: &mut SeededRng, seed: u64) {
    let (location, sku) = (format!("shelf-{seed}"), format!("TEE-{seed}"));
    world.warehouse(&location).await;
    world.has_stock(&location, &sku, 40).await;
    let mut orders = Vec::new();
    for number in 0..4 {
        let draft = Draft::new(&format!("{seed}-{number}")).line(&sku, 4);
        orders.push(world.place_and_pay(draft).await);
    }
    // One unit of each order has disappeared from the shelf before anybody counts it.
    let (mut shelf, mut told) = (36_u32, Vec::new());
    for act in 0..12 {
        world.minutes_pass(5);
        let tells = match act {
            // Each order: three units leave, the last is not found.
            0 | 3 | 6 | 9 => {
                shelf -= 3;
                Reported::Fulfillment(act / 3, three_units_left(act))
            }
            1 | 4 | 7 | 10 | 11 => {
                let quantity = 1 + u32::try_from(rng.below(3)).expect("a small number");
                shelf += quantity;
                Reported::Stock(StockMovement::Received { quantity })
            }
            _ => Reported::Stock(StockMovement::counted(shelf)),
        };
        told.push((world.clock.now(), tells));
    }
    while !told.is_empty() {
        let (at, tells) = told.swap_remove(rng.below(told.len()));
        match tells {
            Reported::Stock(movement) => world.stock_at(&location, &sku, movement, at),
            Reported::Fulfillment(order, fact) => {
                let order = orders[order];
                let left = world.work_at(&location, order).await;
                let fact = Fact::Fulfillment {
                    order,
                    fulfillment_order: left,
                    fact,
                };
                world.receives_webhook_about(Some(&location), fact.clone(), at);
                if rng.once_in(2) {
                    world.receives_webhook_about(Some(&location), fact, at);
                }
            }
        }
        if rng.once_in(2) {
            world.settle().await;
        }
    }
    world.settle().await;
    let level = world.level(&location, &sku).await;
    assert_eq!(level.on_hand, i64::from(shelf), "seed {seed}: {level:?}");
}
