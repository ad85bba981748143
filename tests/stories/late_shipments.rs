//! Shipments that are told of late, or under a name that another location uses too.

use app::ports::ProviderRequest;
use domain::{
    inbound::{FactLine, FulfillmentFact},
    order::{ExceptionKind, FulfillmentStatus, Status},
};

use crate::{
    story::story,
    world::{Draft, World},
};

story!(two_locations_call_their_shipment_by_the_same_name);
async fn two_locations_call_their_shipment_by_the_same_name(world: &mut World) {
    world.warehouse("berlin").await;
    world.warehouse("lyon").await;
    world.has_stock("berlin", "TEE", 1).await;
    world.has_stock("lyon", "TEE", 1).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.ships("berlin", order, "1").await;
    world.ships("lyon", order, "1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    for location in ["berlin", "lyon"] {
        let level = world.level(location, "TEE").await;
        assert_eq!((level.on_hand, level.reserved), (0, 0), "{location}");
        world.delivers(location, order, "1");
    }
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
}

story!(the_last_of_two_shipments_overtakes_the_first);
async fn the_last_of_two_shipments_overtakes_the_first(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 4).await;
    world.has_stock("hamburg", "TEE", 4).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    world
        .ships_these("berlin", order, "2", &[("1", 2)], true)
        .await;
    world.settle().await;
    world
        .ships_these("berlin", order, "1", &[("1", 2)], false)
        .await;
    world.settle().await;
    world.grace_passes().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Shipped, 0, 4)]
    );
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 0);
    assert_eq!(world.level("hamburg", "TEE").await.on_hand, 4);
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_shipment_that_turns_up_after_the_grace_takes_its_units_back);
async fn a_shipment_that_turns_up_after_the_grace_takes_its_units_back(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 4).await;
    world.has_stock("hamburg", "TEE", 4).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    world
        .ships_these("berlin", order, "2", &[("1", 2)], true)
        .await;
    world.settle().await;
    world.grace_passes().await;
    assert_eq!(
        world.work(order).await[1],
        ("hamburg".to_owned(), FulfillmentStatus::Requested, 2, 0)
    );
    let berlin = world.order(order).await.state.fulfillment_orders[0].id;
    let late = FulfillmentFact::Shipped {
        reference: "1".to_owned(),
        carrier: None,
        tracking: None,
        lines: vec![FactLine {
            line: "1".parse().expect("a line"),
            quantity: 2,
        }],
        last: false,
        totals: None,
    };
    world.reports("berlin", order, berlin, late);
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.level("berlin", "TEE").await.on_hand,
        0,
        "four have left"
    );
    assert!(
        world
            .requests()
            .iter()
            .any(|sent| matches!(sent.request, ProviderRequest::Cancel { .. })),
        "hamburg is asked not to ship them a second time"
    );
    world.confirms_cancellation("hamburg", order).await;
    world.settle().await;
    let level = world.level("hamburg", "TEE").await;
    assert_eq!((level.on_hand, level.reserved), (4, 0));
    assert_eq!(world.order(order).await.state.lines[0].cancelled, 0);
    assert_eq!(world.refund_owed(order).await, 0);
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_location_that_had_cancelled_a_unit_has_it_on_its_shelf);
async fn a_location_that_had_cancelled_a_unit_has_it_on_its_shelf(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 4).await;
    world.has_stock("hamburg", "TEE", 4).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    let berlin = world.work_at("berlin", order).await;
    world
        .ships_these("berlin", order, "1", &[("1", 3)], true)
        .await;
    world.settle().await;
    world.grace_passes().await;
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 0);
    // An order waits for the unit that seems to be missing.
    let second = world.place_and_pay(Draft::new("1002").line("TEE", 4)).await;
    assert_eq!(world.backordered(second).await, 1);
    let lines = vec![FactLine {
        line: "1".parse().expect("a line"),
        quantity: 1,
    }];
    let cancelled = FulfillmentFact::Cancelled { lines };
    world.reports("berlin", order, berlin, cancelled);
    world.settle().await;
    let level = world.level("berlin", "TEE").await;
    assert_eq!((level.on_hand, level.reserved), (1, 1));
    assert_eq!(world.backordered(second).await, 0);
    world.ships("hamburg", order, "1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    let level = world.level("hamburg", "TEE").await;
    assert_eq!((level.on_hand, level.reserved), (3, 3), "shipped once");
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_location_that_knows_its_totals_says_at_once_what_is_short);
async fn a_location_that_knows_its_totals_says_at_once_what_is_short(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.has_stock("berlin", "TEE", 4).await;
    world.has_stock("hamburg", "TEE", 4).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 4)).await;
    let berlin = world.work_at("berlin", order).await;
    let totals = vec![FactLine {
        line: "1".parse().expect("a line"),
        quantity: 3,
    }];
    world.reports("berlin", order, berlin, FulfillmentFact::Closed { totals });
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [
            ("berlin".to_owned(), FulfillmentStatus::Accepted, 3, 0),
            ("hamburg".to_owned(), FulfillmentStatus::Requested, 1, 0),
        ]
    );
    world.grace_passes().await;
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::ShipmentMissing],
        "the three have left, and their shipments are asked for"
    );
    world
        .ships_these("berlin", order, "1", &[("1", 3)], false)
        .await;
    world.ships("hamburg", order, "1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.exceptions(order).await, []);
}
