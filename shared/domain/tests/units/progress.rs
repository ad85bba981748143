use domain::{
    decide::place,
    ids::FulfillmentOrderId,
    order::{Actor, Cause, Context, FulfillmentLine, Hold, HoldKind, Intent, PlaceOrder},
};
use domain::{invariants::progress::*, order::*};
use jiff::Timestamp;

/// An order of two units for 10.00 each, paid.
fn order() -> Order {
    let request: PlaceOrder = serde_json::from_value(serde_json::json!({
        "number": "1001", "currency": "EUR",
        "lines": [{ "sku": "TEE", "quantity": 2, "unit_price": 1000 }],
        "customer": { "name": "Ada", "email": "ada@example.com",
            "address": { "lines": ["1 Main St"], "city": "Berlin", "country": "DE" } }
    }))
    .unwrap();
    let context = Context {
        now: Timestamp::UNIX_EPOCH,
        actor: Actor::system("test"),
        cause: Cause::new("test", "1"),
    };
    let mut order = place(&request, &context).unwrap().change.order;
    order.state.payment.intents.push(Intent {
        captured: 2000,
        ..Intent::default()
    });
    order
}

fn hold(order: &mut Order) {
    order.state.holds.push(Hold {
        kind: HoldKind::Manual,
        handle: "h".to_owned(),
        by: Actor::system("test"),
        at: Timestamp::UNIX_EPOCH,
        until: None,
        reason: None,
    });
}

/// The order with both units at berlin, so far.
fn assigned(status: FulfillmentStatus) -> Order {
    let mut order = order();
    let line = &mut order.state.lines[0];
    (line.unrouted, line.assigned) = (0, 2);
    let assigned = FulfillmentLine::assigned(line.id.clone(), 2);
    order.state.fulfillment_orders.push(FulfillmentOrder {
        id: FulfillmentOrderId::mint(Timestamp::UNIX_EPOCH, [1; 10]),
        location: "berlin".parse().unwrap(),
        untracked: false,
        status,
        since: Timestamp::UNIX_EPOCH,
        lines: vec![assigned],
        cancel_reason: None,
        stop_refused: false,
        asked_again: 0,
        repeated: false,
        taken_back: 0,
        collect: None,
        closing: None,
        overdue_shown: false,
        silence_closed: None,
    });
    order
}

#[test]
fn units_of_a_ready_order_that_are_not_routed_are_owed() {
    let mut order = order();
    let owed = owes_now(&order).unwrap();
    assert_eq!(owed, "2 units wait to be routed");
    order.state.lines[0].unrouted = 0;
    assert_eq!(owes_now(&order), None);
    order.state.lines[0].unrouted = 1;
    hold(&mut order);
    assert_eq!(owes_now(&order), None);
}

#[test]
fn requests_without_an_answer_are_owed_while_the_order_may_move_on() {
    use FulfillmentStatus::{
        Accepted, Cancelled, Packed, Picking, Planned, Rejected, Requested, Shipped,
    };
    for status in [Planned, Requested] {
        let mut order = assigned(status);
        let owed = owes_now(&order).unwrap();
        assert!(owed.contains(status.as_str()), "{owed}");
        hold(&mut order);
        assert_eq!(owes_now(&order), None);
    }
    for status in [Accepted, Picking, Packed, Shipped, Rejected, Cancelled] {
        assert_eq!(owes_now(&assigned(status)), None, "{status:?}");
    }
}

#[test]
fn units_that_are_asked_back_are_owed_also_under_a_hold() {
    let mut order = assigned(FulfillmentStatus::Accepted);
    hold(&mut order);
    order.state.fulfillment_orders[0].lines[0].recalled = 1;
    assert!(owes_now(&order).is_some());
}

#[test]
fn units_wait_for_a_payment_where_no_location_was_asked_to_ship_them() {
    assert!(!waits_for_payment(&order()), "it is paid");
    let unpaid = |mut order: Order| {
        order.state.payment.intents.clear();
        order
    };
    let mut placed = unpaid(order());
    assert!(waits_for_payment(&placed));
    let line = &mut placed.state.lines[0];
    (line.unrouted, line.backordered) = (0, 2);
    assert!(waits_for_payment(&placed));
    assert!(waits_for_payment(&unpaid(assigned(
        FulfillmentStatus::Planned
    ))));
    assert!(!waits_for_payment(&unpaid(assigned(
        FulfillmentStatus::Requested
    ))));
}

#[test]
fn due_by_a_time_is_due_then_or_before() {
    let order = order();
    let due = order.due_at().unwrap();
    assert!(is_due_by(&order, due));
    assert!(is_due_by(&order, in_seconds(due, 1)));
    assert!(!is_due_by(&order, in_seconds(due, -1)));
    assert_eq!(in_seconds(due, 1).duration_since(due).as_secs(), 1);
}
