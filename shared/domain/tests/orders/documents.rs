//! What stored and received documents mean where they say nothing, and names that others rely on.

use domain::{
    inbound::{Fact, Inbound},
    location::Location,
    money::{Currency, Money, split, unit_share},
    order::{Change, Command, CommitBody, Phase, Reference, Status},
    routing::Decision,
    stock::{StockException, StockExceptionClosed},
};
use serde_json::json;

use crate::common::{OrderFixture, at, context, shipped};

#[test]
fn a_location_takes_work_and_speaks_our_own_format_unless_it_says_otherwise() {
    let read = |json| serde_json::from_value::<Location>(json).unwrap();
    let location = read(json!({ "id": "berlin", "name": "Berlin", "kind": "3pl" }));
    assert!(location.enabled && !location.untracked);
    assert_eq!((location.vendor.as_str(), location.priority), ("wms", 0));
    let closed = json!({ "id": "b", "name": "B", "kind": "supplier", "enabled": false });
    assert!(!read(closed).enabled);
}

#[test]
fn documents_from_before_a_field_are_of_its_first_version() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    order.captured();
    order.route(&[("berlin", 1)]).unwrap();
    let mut json = serde_json::to_value(&order.commits[0].body).unwrap();
    json.as_object_mut().unwrap().remove("schema");
    assert_eq!(
        serde_json::from_value::<CommitBody>(json).unwrap().schema,
        1
    );
    let (Command::Route { decision, .. }, _) = order.plan(&[], false) else {
        panic!()
    };
    let mut json = serde_json::to_value(&*decision).unwrap();
    json.as_object_mut().unwrap().remove("engine");
    json.as_object_mut().unwrap().remove("attempt");
    let old: Decision = serde_json::from_value(json).unwrap();
    assert_eq!((old.engine, old.attempt), (1, 1));
    let open = json!({ "kind": "count_too_old", "sku": "TEE", "location": "berlin", "at": at(0), "detail": "" });
    assert_eq!(
        serde_json::from_value::<StockException>(open.clone())
            .unwrap()
            .id,
        1
    );
    let mut closed = open;
    closed["outcome"] = "resolved".into();
    assert_eq!(
        serde_json::from_value::<StockExceptionClosed>(closed)
            .unwrap()
            .id,
        1
    );
}

#[test]
fn a_message_happened_no_later_than_it_arrived_and_is_its_senders() {
    let message = |location: Option<&str>, occurred: u64| Inbound {
        source: "wms".to_owned(),
        id: "1".to_owned(),
        location: location.map(|id| id.parse().unwrap()),
        occurred_at: at(occurred),
        received_at: at(10),
        fact: Fact::Stock(vec![]),
    };
    assert_eq!(message(None, 9).happened_at(), at(9));
    assert_eq!(message(None, 11).happened_at(), at(10));
    assert_eq!(message(None, 9).cause_id(), "1");
    assert_eq!(message(Some("berlin"), 9).cause_id(), "berlin:1");
}

#[test]
fn a_change_counts_all_items_that_it_writes() {
    let mut order = OrderFixture::placed(&[(3, 1000)]);
    order.captured();
    let (plan, _) = order.plan(&[("berlin", 1), ("hamburg", 1)], false);
    let events = domain::decide::decide(&order.order, &plan, &context(99)).unwrap();
    let change = Change::new(&order.order, events, &context(99)).unwrap();
    // State and commit, two levels, one backorder.
    assert_eq!((change.stock.len(), change.backorders.len()), (2, 1));
    assert_eq!(change.items(), 5);
    let found = change.with_reference(Reference::Tracking("T1".to_owned()));
    assert_eq!(found.items(), 6);
    // A name that it has already is written once.
    assert_eq!(
        found
            .with_reference(Reference::Tracking("T1".to_owned()))
            .items(),
        6
    );
}

#[test]
fn an_order_is_found_by_its_payment_and_its_parcels() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    order.captured();
    order.route(&[("berlin", 1)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    let report = order.report_command(0, shipped("BOX", &[("1", 1)], true));
    let events = domain::decide::decide(&order.order, &report, &context(99)).unwrap();
    let change = Change::new(&order.order, events, &context(99)).unwrap();
    assert_eq!(change.references, [Reference::Tracking("TBOX".to_owned())]);
    let linked = Command::RecordPayment {
        intent: "pi_2".to_owned(),
        fact: domain::inbound::PaymentFact::Linked,
        occurred_at: at(1),
    };
    let events = domain::decide::decide(&order.order, &linked, &context(99)).unwrap();
    let change = Change::new(&order.order, events, &context(99)).unwrap();
    assert_eq!(change.references, [Reference::Intent("pi_2".to_owned())]);
}

#[test]
fn statuses_have_the_names_that_other_systems_use() {
    let names =
        Status::ALL.map(|status| (status.as_str(), status.alias(true), status.alias(false)));
    assert_eq!(
        names,
        [
            ("pending", "PENDING_PAYMENT", "PENDING_PAYMENT"),
            ("payment_processing", "PENDING_PAYMENT", "PENDING_PAYMENT"),
            ("paid", "READY_FOR_FULFILLMENT", "PROCESSING"),
            ("awaiting_fulfillment", "PROCESSING", "PROCESSING"),
            (
                "partially_fulfilled",
                "PARTIALLY_SHIPPED",
                "PARTIALLY_SHIPPED"
            ),
            ("fulfilled", "SHIPPED", "SHIPPED"),
            ("delivered", "DELIVERED", "DELIVERED"),
            ("cancelled", "CANCELED", "CANCELED"),
            ("refunded", "REFUNDED", "REFUNDED"),
        ]
    );
    assert_eq!(Phase::ALL.map(Phase::as_str), ["open", "done"]);
    let done = Status::ALL
        .into_iter()
        .filter(|status| status.phase() == Phase::Done);
    assert_eq!(
        done.collect::<Vec<_>>(),
        [Status::Delivered, Status::Cancelled, Status::Refunded]
    );
}

#[test]
fn a_backorder_stands_by_priority_then_time_then_order() {
    let order = OrderFixture::placed(&[(1, 1000)]).order;
    let (line, _) = order.lines().next().unwrap();
    let waiting = order.backorder(line, 1);
    assert_eq!(waiting.position(), (5, at(0), order.id(), &line.id));
}

#[test]
fn what_does_not_divide_goes_to_the_largest_remainders_and_then_to_the_first() {
    assert_eq!(split(100, &[1, 1, 1], 1), [34, 33, 33]);
    assert_eq!(split(-100, &[1, 1, 1], 1), [-34, -33, -33]);
    assert_eq!(split(5, &[3, 1], 1), [4, 1]);
    assert_eq!(split(3, &[1, 2, 1], 1), [1, 1, 1]);
    assert_eq!(split(10, &[0, 0, 0], 1), [4, 3, 3]);
    assert_eq!(split(10, &[], 1), [0_i64; 0]);
    assert_eq!(unit_share(10, 0, 0, 1), 0);
    assert_eq!(
        [0, 1, 2].map(|index| unit_share(-5, 3, index, 1)),
        [-2, -2, -1]
    );
    let money = |minor, code: &str| Money {
        minor,
        currency: code.parse::<Currency>().unwrap(),
    };
    assert_eq!(
        money(1, "EUR").checked_add(money(2, "EUR")),
        Ok(money(3, "EUR"))
    );
}
