//! I11: orders that nobody would look at again.

use domain::{
    inbound::FulfillmentFact,
    invariants::{Rule, check},
    order::{Command, Event, ExceptionKind, ExceptionOutcome, HoldKind, Terms, UnsentRequest},
};
use jiff::{SignedDuration, Timestamp};

use super::world::World;

/// An order of two tees that berlin has, routed there.
fn routed() -> World {
    let mut world = World::new();
    world.receive("berlin", "TEE", 2);
    let place = world.sell(&[("TEE", 2)]);
    world.route(place);
    world
}

/// Asserts that the table is right as it is, and that the order is stuck, and nothing else is broken, after `change`
/// of its stored state.
#[track_caller]
fn stuck_after(world: &World, change: impl Fn(&mut domain::order::OrderState), says: &str) {
    let mut table = world.table();
    assert_eq!(check(&table), []);
    change(&mut table.orders[0].order.state);
    let found = check(&table);
    let stuck = found.iter().filter(|v| v.rule == Rule::I11);
    let stuck: Vec<String> = stuck.map(|v| v.detail.clone()).collect();
    assert_eq!(stuck.len(), 1, "{found:#?}");
    assert!(stuck[0].contains(says), "{stuck:?}");
    assert_eq!(
        found[0].subject,
        table.orders[0].order.placed.id.to_string()
    );
}

fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds))
        .unwrap()
}

#[test]
fn orders_that_move_on_by_themselves_are_not_stuck() {
    let mut world = routed();
    assert_eq!(check(&world.table()), []);
    world
        .apply(0, &Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    assert_eq!(check(&world.table()), []);
    world.report(0, 0, FulfillmentFact::Accepted).unwrap();
    world.cancel(0, &[("1", 1)]).unwrap();
    assert_eq!(check(&world.table()), []);
    world.ship(0, 0, &[("1", 1)], false).unwrap();
    assert_eq!(check(&world.table()), []);
    let waiting = world.sell(&[("TEE", 2)]);
    assert_eq!(check(&world.table()), []);
    world.route(waiting);
    assert_eq!(check(&world.table()), []);
}

#[test]
fn i11_units_of_an_order_that_lost_its_money_without_a_word() {
    // Paid in part: nobody cancels it, it is not routed, and no exception tells of it.
    let mut world = World::new();
    world.sell(&[("TEE", 2)]);
    let part = |state: &mut domain::order::OrderState| state.payment.intents[0].captured = 1;
    stuck_after(&world, part, "wait for a payment");

    // The refund of a part opens an exception; while it is open, a person is shown the order.
    let intent = world.order(0).state.payment.intents[0].id.clone();
    let refund = Command::RecordPayment {
        intent,
        fact: domain::inbound::PaymentFact::Refund {
            id: "re_1".to_owned(),
            amount: 1,
            currency: world.order(0).placed.currency,
            status: domain::order::RefundStatus::Succeeded,
            effect: None,
        },
        occurred_at: world.context().now,
    };
    world.apply(0, &refund).unwrap();
    assert_eq!(check(&world.table()), []);
    stuck_after(
        &world,
        |state| state.exceptions.clear(),
        "wait for a payment",
    );

    // A person who closes it has decided; one that ends by itself was decided by nobody.
    let close = |outcome: ExceptionOutcome| Event::ExceptionClosed {
        id: 1,
        kind: ExceptionKind::RefundNotRequested,
        outcome,
        note: None,
    };
    world.forge(0, vec![close(ExceptionOutcome::NoLongerTrue)]);
    world.breaks(Rule::I11);
    world.forge(0, vec![close(ExceptionOutcome::NoAction)]);
    assert_eq!(check(&world.table()), []);
}

#[test]
fn i11_a_grace_that_ended_and_showed_nobody_what_is_missing() {
    let mut world = routed();
    world
        .apply(0, &Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    world.ship(0, 0, &[("1", 1)], true).unwrap();
    let ended = |state: &mut domain::order::OrderState| {
        let closing = state.fulfillment_orders[0].closing.as_mut().unwrap();
        closing.until = None;
    };
    stuck_after(&world, ended, "waits for shipments");
    let found = world.order(0).state.fulfillment_orders[0].id;
    let ended = Event::FulfillmentClosingEnded {
        fulfillment_order: found,
    };
    world.forge(0, vec![ended]);
    world.breaks(Rule::I11);
    // An exception about something else does not tell of it.
    let opened = |id, kind| Event::ExceptionOpened {
        id,
        kind,
        subject: found.to_string(),
        detail: "one is missing".to_owned(),
    };
    world.forge(0, vec![opened(1, ExceptionKind::DeliveryProblem)]);
    world.breaks(Rule::I11);
    world.forge(0, vec![opened(2, ExceptionKind::ShipmentMissing)]);
    assert_eq!(check(&world.table()), []);
}

#[test]
fn an_order_is_due_for_what_it_owes_and_for_the_ends_that_are_set() {
    let mut world = routed();
    let changed_at = world.order(0).state.changed_at;
    let due = world.order(0).due_at().unwrap();
    assert!(due > later(changed_at, 300) && due <= later(changed_at, 600));
    // A hold stops the request, and its end is when the order is looked at.
    let until = later(changed_at, 5_000);
    let hold = Command::PlaceHold {
        kind: HoldKind::Manual,
        handle: "a".to_owned(),
        until: Some(until),
    };
    world.apply(0, &hold).unwrap();
    assert_eq!(world.order(0).due_at(), Some(until));
    assert_eq!(check(&world.table()), []);
    // A request that was cancelled meanwhile is asked for again, held or not.
    let mut asked = routed();
    asked
        .apply(0, &Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    asked.cancel(0, &[("1", 2)]).unwrap();
    let hold = Command::PlaceHold {
        kind: HoldKind::Manual,
        handle: "a".to_owned(),
        until: None,
    };
    asked.apply(0, &hold).unwrap();
    assert!(asked.order(0).due_at().is_some());
    assert_eq!(check(&asked.table()), []);
}

#[test]
fn what_is_finished_owes_nothing() {
    let mut world = routed();
    world
        .apply(0, &Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    world.ship(0, 0, &[("1", 2)], true).unwrap();
    assert_eq!(world.order(0).due_at(), None);
    assert_eq!(check(&world.table()), []);
    // Units without stock wait for it: the order is not due.
    let waiting = world.place("DE", Terms::default(), &[("TEE", 1)]);
    world.route(waiting);
    assert_eq!(world.order(waiting).due_at(), None);
    assert_eq!(check(&world.table()), []);
}

#[test]
fn a_request_that_was_taken_back_waits_for_nobody_until_it_is_made_again() {
    let mut world = routed();
    let request = Command::RequestFulfillment { not_to: vec![] };
    world.apply(0, &request).unwrap();
    let found = &world.order(0).state.fulfillment_orders[0];
    let requests = vec![UnsentRequest {
        fulfillment_order: found.id,
        taken_back: found.taken_back,
    }];
    let reason = "connect_failed".to_owned();
    let take_back = Command::TakeBackRequests { requests, reason };
    world.apply(0, &take_back).unwrap();
    assert_eq!(check(&world.table()), []);
    world.apply(0, &request).unwrap();
    assert_eq!(check(&world.table()), []);
}

#[test]
fn i11_a_request_that_nobody_asks_for_and_one_that_nobody_wants() {
    let mut world = routed();
    world
        .apply(0, &Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    let forgotten = |state: &mut domain::order::OrderState| {
        state.fulfillment_orders[0].status = domain::order::FulfillmentStatus::Accepted;
    };
    stuck_after(
        &world,
        forgotten,
        "waits for its location, which nobody asks",
    );
    let asked_back = |state: &mut domain::order::OrderState| {
        state.fulfillment_orders[0].lines[0].recalled = 1;
    };
    stuck_after(&world, asked_back, "the commits do not want it");
    world.report(0, 0, FulfillmentFact::Accepted).unwrap();
    let asked_again = |state: &mut domain::order::OrderState| {
        state.fulfillment_orders[0].status = domain::order::FulfillmentStatus::Requested;
    };
    stuck_after(&world, asked_again, "the commits do not want it");
}
