//! A location that receives no requests: its people work on its fulfillment orders through the API.

use app::{failure::Failure, usecases::report_fulfillment::FulfillmentReport};
use domain::{
    inbound::{FactLine, FulfillmentFact, ShipmentFact},
    location::LocationKind,
    order::{ExceptionKind, FulfillmentStatus, RejectionCode, Status},
};

use crate::{
    story::story,
    world::{Draft, World},
};

/// A store whose people have a screen, and no system that could receive requests.
async fn store_without_a_system(world: &mut World, id: &str) {
    let no_url = |location: &mut domain::location::Location| location.webhook_url = None;
    world.location(id, LocationKind::Warehouse, no_url).await;
}

fn ships(reference: &str, lines: &[(&str, u32)], last: bool) -> FulfillmentReport {
    let line = |(line, quantity): &(&str, u32)| FactLine {
        line: line.parse().expect("a line"),
        quantity: *quantity,
    };
    FulfillmentReport::Fulfillment(FulfillmentFact::Shipped {
        reference: reference.to_owned(),
        carrier: None,
        tracking: None,
        lines: lines.iter().map(line).collect(),
        last,
        totals: None,
    })
}

fn delivered(reference: &str) -> FulfillmentReport {
    FulfillmentReport::Shipment {
        reference: reference.to_owned(),
        fact: ShipmentFact::Delivered,
    }
}

story!(a_silent_location_is_shown_after_the_time_of_the_setting_and_worked_by_people);
async fn a_silent_location_is_shown_after_the_time_of_the_setting_and_worked_by_people(
    world: &mut World,
) {
    world.shown_after.silent_s = 3600;
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    let after_an_hour = [ExceptionKind::LocationSilent];
    for (minutes, shown) in [(50, &[][..]), (20, &after_an_hour[..])] {
        for _ in 0..(minutes / 5) {
            world.minutes_pass(5);
            world.sweeps();
            world.settle().await;
        }
        assert_eq!(world.exceptions(order).await, shown);
    }
    // Somebody calls the location, and reports for it what it says.
    for fact in [FulfillmentFact::Accepted, FulfillmentFact::Packed] {
        let report = FulfillmentReport::Fulfillment(fact);
        let reported = world.reports_by_api("berlin", order, &report).await;
        reported.expect("a report");
        world.settle().await;
        assert_eq!(world.exceptions(order).await, []);
    }
    let report = ships("SHIPMENT-1", &[], true);
    let reported = world.reports_by_api("berlin", order, &report).await;
    reported.expect("a report");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(people_ship_an_order_from_a_location_without_a_system);
async fn people_ship_an_order_from_a_location_without_a_system(world: &mut World) {
    store_without_a_system(world, "berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    assert!(world.requests().is_empty());

    for (fact, status) in [
        (FulfillmentFact::Accepted, FulfillmentStatus::Accepted),
        (FulfillmentFact::Picking, FulfillmentStatus::Picking),
        (FulfillmentFact::Packed, FulfillmentStatus::Packed),
    ] {
        let report = FulfillmentReport::Fulfillment(fact);
        world
            .reports_by_api("berlin", order, &report)
            .await
            .expect("a report");
        world.settle().await;
        assert_eq!(
            world.work(order).await,
            [("berlin".to_owned(), status, 3, 0)]
        );
    }
    for report in [ships("1", &[("1", 1)], false), ships("2", &[], true)] {
        world
            .reports_by_api("berlin", order, &report)
            .await
            .expect("a report");
        world.settle().await;
    }
    assert_eq!(world.status(order).await, Status::Fulfilled);
    let level = world.level("berlin", "TEE").await;
    assert_eq!((level.on_hand, level.reserved), (7, 0));
    for reference in ["1", "2"] {
        let report = delivered(reference);
        world
            .reports_by_api("berlin", order, &report)
            .await
            .expect("a report");
    }
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    assert_eq!(world.times(order, "ShipmentShipped").await, 2);
    assert_eq!(world.exceptions(order).await, []);
}

story!(people_of_a_location_without_a_system_answer_a_cancel_request);
async fn people_of_a_location_without_a_system_answer_a_cancel_request(world: &mut World) {
    store_without_a_system(world, "berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    let consent = FulfillmentReport::Fulfillment(FulfillmentFact::Cancelled { lines: Vec::new() });
    let early = world.reports_by_api("berlin", order, &consent).await;
    assert!(
        matches!(&early, Err(Failure::Rejected(rejection)) if rejection.code == RejectionCode::WrongStatus),
        "{early:?}"
    );
    world
        .cancels(order, &[])
        .await
        .expect("a request to cancel");
    world.settle().await;
    world
        .reports_by_api("berlin", order, &consent)
        .await
        .expect("an answer");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(world.level("berlin", "TEE").await.available(), 10);
}

story!(what_people_report_short_is_written_off_and_shipped_from_elsewhere);
async fn what_people_report_short_is_written_off_and_shipped_from_elsewhere(world: &mut World) {
    store_without_a_system(world, "berlin").await;
    world
        .location("lyon", LocationKind::Warehouse, |l| l.priority = 9)
        .await;
    world.has_stock("berlin", "TEE", 3).await;
    world.has_stock("lyon", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    let report = ships("1", &[("1", 2)], false);
    world
        .reports_by_api("berlin", order, &report)
        .await
        .expect("a report");
    let short = FulfillmentReport::Short;
    world
        .reports_by_api("berlin", order, &short)
        .await
        .expect("a report");
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [
            ("berlin".to_owned(), FulfillmentStatus::Shipped, 0, 2),
            ("lyon".to_owned(), FulfillmentStatus::Requested, 1, 0),
        ]
    );
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 0);
    world.ships("lyon", order, "L1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(the_rest_of_a_last_shipment_that_people_report_is_short_at_once);
async fn the_rest_of_a_last_shipment_that_people_report_is_short_at_once(world: &mut World) {
    store_without_a_system(world, "berlin").await;
    world
        .location("lyon", LocationKind::Warehouse, |l| l.priority = 9)
        .await;
    world.has_stock("berlin", "TEE", 3).await;
    world.has_stock("lyon", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 3)).await;
    // They see what has been shipped, so nothing waits for a shipment that is told late.
    let report = ships("1", &[("1", 2)], true);
    world
        .reports_by_api("berlin", order, &report)
        .await
        .expect("a report");
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [
            ("berlin".to_owned(), FulfillmentStatus::Shipped, 0, 2),
            ("lyon".to_owned(), FulfillmentStatus::Requested, 1, 0),
        ]
    );
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 0);
}
