//! Every stored figure that the checker compares with another one, wrong by one.

use domain::{
    inbound::FulfillmentFact,
    invariants::{Rule, Snapshot, check},
    order::{Cause, Command, Commit, Event, FulfillmentStatus, Order, OrderState, fold},
    stock::StockMovement,
};

use super::world::World;

/// An order of three tees in berlin, of which one is delivered and one is asked back.
fn underway() -> World {
    let mut world = World::new();
    world.receive("berlin", "TEE", 5);
    let place = world.sell(&[("TEE", 3)]);
    world.route(place);
    world
        .apply(place, &Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    world.report(0, 0, FulfillmentFact::Accepted).unwrap();
    world.cancel(0, &[("1", 1)]).unwrap();
    world.ship(0, 0, &[("1", 1)], false).unwrap();
    let shipment = world.order(0).state.shipments[0].clone();
    let delivered = Command::RecordShipment {
        reference: shipment.reference,
        location: "berlin".parse().unwrap(),
        fulfillment_order: None,
        fact: domain::inbound::ShipmentFact::Delivered,
        occurred_at: shipment.shipped_at,
    };
    world.apply(0, &delivered).unwrap();
    assert_eq!(check(&world.table()), []);
    world
}

/// Asserts that the checker says so about that rule.
#[track_caller]
fn says(table: &Snapshot, rule: Rule, detail: &str) {
    let found = check(table);
    let is_meant = |v: &domain::invariants::Violation| v.rule == rule && v.detail.contains(detail);
    assert!(found.iter().any(is_meant), "{rule} {detail}: {found:#?}");
}

/// Asserts what the checker says of the stored state of the order after a change.
#[track_caller]
fn state_says(change: impl Fn(&mut OrderState), rule: Rule, detail: &str) {
    let mut table = underway().table();
    change(&mut table.orders[0].order.state);
    says(&table, rule, detail);
}

#[test]
fn i1_buckets_that_do_not_add_up() {
    state_says(|s| drop(s.lines.pop()), Rule::I1, "0 of 1 placed lines");
    state_says(
        |s| s.lines[0].unrouted += 1,
        Rule::I1,
        "4 units are in the buckets",
    );
    state_says(
        |s| s.lines[0].assigned -= 1,
        Rule::I1,
        "2 units are in the buckets",
    );
    state_says(
        |s| s.lines[0].assigned -= 1,
        Rule::I1,
        "1 units are assigned, 2 are open",
    );
    state_says(
        |s| s.lines[0].surplus = 1,
        Rule::I1,
        "1 units are surplus, 0 in",
    );
    // Shipped, delivered and returned, each one too many.
    state_says(
        |s| s.lines[0].delivered = 2,
        Rule::I1,
        "1 shipped, 2 delivered, 0 returned",
    );
    state_says(
        |s| s.lines[0].returned = 2,
        Rule::I1,
        "1 shipped, 1 delivered, 2 returned",
    );
    let mut returned = underway().table();
    returned.orders[0].order.state.lines[0].returned = 1;
    assert!(
        check(&returned).iter().all(|v| v.rule != Rule::I1),
        "as many as were delivered"
    );
}

#[test]
fn i1_fulfillment_orders_and_shipments_that_disagree_with_the_lines() {
    fn part(state: &mut OrderState) -> &mut domain::order::FulfillmentLine {
        &mut state.fulfillment_orders[0].lines[0]
    }
    let shipped = "1 units are shipped, 1 are in shipments, 2 in fulfillment orders";
    state_says(|s| part(s).shipped = 2, Rule::I1, shipped);
    let shipped = "1 units are shipped, 2 are in shipments, 1 in fulfillment orders";
    state_says(|s| s.shipments[0].lines[0].units = 2, Rule::I1, shipped);
    state_says(
        |s| part(s).open += 1,
        Rule::I1,
        "2 units are assigned, 3 are open",
    );
    state_says(
        |s| part(s).recalled = 2,
        Rule::I1,
        "3 of 2 open units are asked back",
    );
    state_says(
        |s| part(s).surplus = 3,
        Rule::I1,
        "of 2 open units 3 are surplus",
    );
    state_says(
        |s| part(s).written_off = 1,
        Rule::I1,
        "of 0 released units 1 are written off",
    );
    state_says(
        |s| part(s).line = "9".parse().unwrap(),
        Rule::I1,
        "line 9 is not the order's",
    );
    let ended = |s: &mut OrderState| s.fulfillment_orders[0].status = FulfillmentStatus::Shipped;
    state_says(ended, Rule::I1, "it is shipped with 2 units open");
    state_says(
        |s| part(s).open = 0,
        Rule::I1,
        "it is accepted with 0 units open",
    );
    // As many as there are is right.
    let mut most = underway().table();
    let found = part(&mut most.orders[0].order.state);
    (found.recalled, found.surplus) = (1, 2);
    (found.released, found.written_off) = (1, 1);
    let found = check(&most);
    let units = found.iter().filter(|v| v.rule == Rule::I1);
    let units: Vec<&str> = units.map(|v| v.detail.as_str()).collect();
    assert_eq!(units, ["0 units are surplus, 2 in fulfillment orders"]);
}

#[test]
fn i2_a_level_that_is_there_twice_below_zero_or_not_at_all() {
    let mut twice = underway().table();
    twice.levels.push(twice.levels[0].clone());
    says(&twice, Rule::I2, "there are two levels");
    let subjects = check(&twice).into_iter().map(|v| v.subject);
    assert!(
        subjects
            .into_iter()
            .any(|subject| subject == "TEE at berlin")
    );
    let mut withheld = underway().table();
    withheld.levels[0].safety_stock = -1;
    says(&withheld, Rule::I2, "2 reserved, -1 withheld");
    let mut reserved = underway().table();
    reserved.levels[0].reserved = -1;
    says(&reserved, Rule::I2, "-1 reserved, 0 withheld");
    let mut missing = underway().table();
    missing.levels.clear();
    says(&missing, Rule::I2, "2 units are assigned on no level");
}

#[test]
fn i2_a_shortfall_is_explained_by_what_lowered_the_level_and_by_no_more() {
    // Five tees, three reserved: facts that take more than two make it short.
    let short = |movement: &StockMovement, units: i64| {
        let mut world = World::new();
        world.receive("berlin", "TEE", 5);
        let place = world.sell(&[("TEE", 3)]);
        world.route(place);
        world.stock("berlin", "TEE", movement);
        let level = &world.table().levels[0];
        assert_eq!(level.shortfall(), units);
        assert_eq!(check(&world.table()), [], "{movement:?}");
        world
    };
    short(&StockMovement::counted(0), 3);
    short(&StockMovement::SafetyStock { units: 4 }, 2);
    // One unit more than the facts took.
    let mut table = short(&StockMovement::counted(0), 3).table();
    table.levels[0].on_hand = -3;
    says(&table, Rule::I2, "6 units more are reserved than are there");
    table.records_since = Some(table.orders[0].order.state.changed_at);
    let found = check(&table);
    assert!(
        found
            .iter()
            .all(|v| !v.detail.contains("more are reserved")),
        "{found:#?}"
    );
}

#[test]
fn i3_what_is_owed_back_is_the_value_of_cancelled_units() {
    let mut world = underway();
    let cancelled = FulfillmentFact::Cancelled { lines: vec![] };
    world.report(0, 0, cancelled).unwrap();
    assert_eq!(check(&world.table()), []);
    let state_says = |change: fn(&mut OrderState), detail: &str| {
        let mut table = world.table();
        change(&mut table.orders[0].order.state);
        says(&table, Rule::I3, detail);
    };
    state_says(|s| s.lines[0].refund_owed += 1, "units are owed back,");
    state_says(|s| s.lines[0].refund_owed_amount += 1, "units that cost");
    state_says(
        |s| s.payment.shipping_owed = 1,
        "1 of the shipping is owed back, 0 is credited",
    );
    state_says(
        |s| s.lines[0].refund_owed_amount = 3001,
        "3001 is owed back, 3000 was captured",
    );
    state_says(
        |s| s.payment.intents[0].captured = 0,
        "is owed back, 0 was captured",
    );
}

#[test]
fn i5_what_is_recorded_twice_or_not_remembered() {
    state_says(
        |s| s.shipments.push(s.shipments[0].clone()),
        Rule::I5,
        "shipment reference",
    );
    state_says(
        |s| s.payment.intents.push(s.payment.intents[0].clone()),
        Rule::I5,
        "payment intent",
    );
    let again = |s: &mut OrderState| s.fulfillment_orders.push(s.fulfillment_orders[0].clone());
    state_says(again, Rule::I5, "fulfillment order");
    state_says(
        |s| s.causes = Default::default(),
        Rule::I5,
        "the order does not remember test:",
    );
    let refund = |s: &mut OrderState| {
        let refund = domain::order::Refund {
            id: "re_1".to_owned(),
            amount: 1,
            status: domain::order::RefundStatus::Pending,
            intent: String::new(),
            effect: None,
        };
        s.payment.refunds = vec![refund.clone(), refund];
    };
    state_says(refund, Rule::I5, "refund re_1 is recorded twice");
}

#[test]
fn i6_a_record_or_commit_without_a_source() {
    let mut table = underway().table();
    table.records[0].actor.id.clear();
    says(
        &table,
        Rule::I6,
        "the stock movement does not name who and why",
    );
    let mut world = underway();
    let context = domain::order::Context {
        cause: Cause::new("", "x"),
        ..world.context()
    };
    world.write(0, vec![], &context);
    says(&world.table(), Rule::I6, "does not name who and why");
}

/// An order as placed, with a first commit that says something else of it.
fn placed_otherwise(change: impl Fn(&mut Event)) -> Snapshot {
    let mut table = underway().table();
    let record = &mut table.orders[0];
    record.commits.truncate(1);
    let mut body = record.commits[0].body.clone();
    change(&mut body.events[0]);
    record.commits[0] = Commit::seal(body).unwrap();
    record.order = fold(
        Order::unplaced(record.order.placed.clone()),
        &record.commits,
    );
    table
}

#[test]
fn i6_a_first_commit_that_says_something_else_of_the_order() {
    let differs = |change: fn(&mut Event)| {
        says(
            &placed_otherwise(change),
            Rule::I6,
            "is not the one that its first commit covers",
        );
    };
    let is_meant = |table: &Snapshot| check(table).iter().any(|v| v.rule == Rule::I6);
    assert!(!is_meant(&placed_otherwise(|_| ())));
    differs(|event| {
        if let Event::OrderPlaced { number, .. } = event {
            *number = "another".parse().unwrap();
        }
    });
    differs(|event| {
        if let Event::OrderPlaced { total, .. } = event {
            *total += 1;
        }
    });
    differs(|event| {
        if let Event::OrderPlaced { currency, .. } = event {
            *currency = "JPY".parse().unwrap();
        }
    });
    differs(|event| {
        if let Event::OrderPlaced { digest, .. } = event {
            digest.push('0');
        }
    });
    differs(|event| *event = Event::OrderReleased {});
}
