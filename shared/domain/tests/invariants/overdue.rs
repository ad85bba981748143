//! I11: what a location has accepted and makes no progress with.

use domain::{
    inbound::FulfillmentFact,
    invariants::{Rule, Snapshot, check},
    order::{Command, Event, ExceptionKind, ExceptionOutcome, FULFILLMENT_OVERDUE_S},
};
use jiff::SignedDuration;

use super::world::{World, breaks};

/// An order of two tees that berlin has accepted.
fn accepted() -> World {
    let mut world = World::new();
    world.receive("berlin", "TEE", 2);
    let place = world.sell(&[("TEE", 2)]);
    world.route(place);
    let request = Command::RequestFulfillment { not_to: vec![] };
    world.apply(0, &request).unwrap();
    world.report(0, 0, FulfillmentFact::Accepted).unwrap();
    world
}

/// The table, read when what has made no progress since before the last change, and so many seconds more, was shown.
fn read(world: &World, seconds: i64) -> Snapshot {
    let changed_at = world.order(0).state.changed_at;
    let before = changed_at.checked_add(SignedDuration::from_secs(seconds));
    Snapshot {
        overdue_shown_before: before.ok(),
        ..world.table()
    }
}

fn opened(world: &World, id: u32, kind: ExceptionKind) -> Event {
    Event::ExceptionOpened {
        id,
        kind,
        subject: world.order(0).state.fulfillment_orders[0].id.to_string(),
        detail: "it stands still".to_owned(),
    }
}

#[test]
fn i11_a_location_that_makes_no_progress_and_that_nobody_is_shown() {
    let mut world = accepted();
    assert_eq!(check(&read(&world, 0)), []);
    breaks(&read(&world, 1), Rule::I11);
    let found = check(&read(&world, 1));
    assert!(found[0].detail.contains("is accepted since"), "{found:?}");
    assert_eq!(check(&world.table()), [], "not judged");
    for step in [FulfillmentFact::Picking, FulfillmentFact::Packed] {
        world.report(0, 0, step).unwrap();
        assert_eq!(check(&read(&world, 0)), []);
        breaks(&read(&world, 1), Rule::I11);
    }
    world.ship(0, 0, &[("1", 1)], false).unwrap();
    assert_eq!(check(&read(&world, 0)), []);
    breaks(&read(&world, 1), Rule::I11);
    // Nothing more will come: that wait has its own end, and then the work is over.
    let mut closing = accepted();
    closing.ship(0, 0, &[("1", 1)], true).unwrap();
    assert_eq!(check(&read(&closing, 1)), []);
    world.ship(0, 0, &[("1", 1)], false).unwrap();
    assert_eq!(check(&read(&world, 1)), []);
}

#[test]
fn i11_an_exception_tells_of_the_progress_before_it_and_of_nothing_else() {
    let mut world = accepted();
    let other = opened(&world, 1, ExceptionKind::DeliveryProblem);
    world.forge(0, vec![other]);
    breaks(&read(&world, 1), Rule::I11);
    let shown = opened(&world, 2, ExceptionKind::FulfillmentOverdue);
    world.forge(0, vec![shown]);
    assert_eq!(check(&read(&world, 1)), []);
    // A person who closes it has decided.
    let close = Event::ExceptionClosed {
        id: 2,
        kind: ExceptionKind::FulfillmentOverdue,
        outcome: ExceptionOutcome::NoAction,
        note: None,
    };
    world.forge(0, vec![close]);
    assert_eq!(check(&read(&world, 1)), []);
    // After the next step it must be shown again.
    world.report(0, 0, FulfillmentFact::Picking).unwrap();
    assert_eq!(check(&read(&world, 0)), []);
    breaks(&read(&world, 1), Rule::I11);
    let report = Command::ReportOverdue {
        after_s: FULFILLMENT_OVERDUE_S,
    };
    assert_eq!(world.apply(0, &report).unwrap(), [], "too early");
    world
        .apply(0, &Command::ReportOverdue { after_s: 0 })
        .unwrap();
    assert_eq!(check(&read(&world, 1)), []);
}

#[test]
fn i11_a_location_that_makes_no_progress_and_that_nobody_looks_at() {
    let world = accepted();
    let mut table = world.table();
    assert_eq!(check(&table), []);
    assert!(table.orders[0].order.due_at().is_some());
    // It says that it was shown, and nobody was.
    table.orders[0].order.state.fulfillment_orders[0].overdue_shown = true;
    let found = check(&table);
    let stuck = found.iter().filter(|v| v.rule == Rule::I11);
    let stuck: Vec<&str> = stuck.map(|v| v.detail.as_str()).collect();
    assert_eq!(stuck.len(), 1, "{found:#?}");
    assert!(stuck[0].contains("nobody looks"), "{stuck:?}");
}
