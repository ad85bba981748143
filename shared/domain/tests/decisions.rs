//! What each operation and fact does to an order, fixture as short stories; and the whole status x command table.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use crate::common::{OrderFixture, cancel, names, shipped};
use domain::{
    inbound::{FulfillmentFact, PaymentFact, ShipmentFact},
    order::Command,
    order::RejectionCode,
    order::{
        Event, ExceptionKind, ExceptionOutcome, FulfillmentStatus, HoldKind, PaymentStatus,
        RefundStatus, Status, TRANSITIONS,
    },
};

/// An order in each status, with one location `berlin` that has been asked for everything where it got so far.
fn order_in(status: Status) -> OrderFixture {
    let mut fixture = OrderFixture::placed(&[(2, 1000), (1, 500)]);
    let step = |fixture: &mut OrderFixture, result: bool| assert!(result, "{:?}", fixture.status());
    match status {
        Status::Pending => {}
        Status::PaymentProcessing => {
            fixture.pay(PaymentFact::Processing).unwrap();
        }
        Status::Paid => fixture.captured(),
        Status::AwaitingFulfillment => {
            fixture.captured();
            fixture.route(&[("berlin", 9)]).unwrap();
            fixture
                .apply(&Command::RequestFulfillment { not_to: vec![] })
                .unwrap();
        }
        Status::PartiallyFulfilled => {
            fixture = order_in(Status::AwaitingFulfillment);
            fixture
                .report(0, shipped("p1", &[("1", 1)], false))
                .unwrap();
        }
        Status::Fulfilled => {
            fixture = order_in(Status::AwaitingFulfillment);
            fixture.report(0, shipped("p1", &[], true)).unwrap();
        }
        Status::Delivered => {
            fixture = order_in(Status::Fulfilled);
            fixture.shipment("p1", ShipmentFact::Delivered).unwrap();
        }
        Status::Cancelled => {
            fixture.captured();
            fixture.cancel(&[]).unwrap();
        }
        Status::Refunded => {
            fixture = order_in(Status::Delivered);
            fixture
                .pay(refund("re_1", 2500, RefundStatus::Succeeded))
                .unwrap();
        }
    }
    let there = fixture.status() == status;
    step(&mut fixture, there);
    fixture
}

fn refund(id: &str, amount: i64, status: RefundStatus) -> PaymentFact {
    PaymentFact::Refund {
        id: id.to_owned(),
        amount,
        currency: "EUR".parse().unwrap(),
        status,
        effect: None,
    }
}

fn euro(amount: i64) -> PaymentFact {
    PaymentFact::Captured {
        amount,
        currency: "EUR".parse().unwrap(),
    }
}

/// Every kind of command as it would be put to an order in this state.
fn commands(fixture: &OrderFixture) -> Vec<(&'static str, Command)> {
    let pay = |fact| Command::RecordPayment {
        intent: crate::common::INTENT.to_owned(),
        fact,
        occurred_at: crate::common::at(fixture.fixture.saturating_add(1)),
    };
    let (route, _) = fixture.plan(&[("berlin", 9)], false);
    let (release, _) = fixture.plan(&[("berlin", 9)], true);
    let mut commands = vec![
        ("processing", pay(PaymentFact::Processing)),
        (
            "authorized",
            pay(PaymentFact::Authorized {
                amount: 2500,
                currency: "EUR".parse().unwrap(),
            }),
        ),
        ("captured", pay(euro(2500))),
        ("payment failed", pay(PaymentFact::Failed { code: None })),
        ("payment cancelled", pay(PaymentFact::Cancelled)),
        ("refund", pay(refund("re_9", 100, RefundStatus::Succeeded))),
        (
            "dispute",
            pay(PaymentFact::DisputeOpened {
                id: "dp_1".to_owned(),
            }),
        ),
        (
            "review",
            pay(PaymentFact::ReviewOpened {
                id: "prv_1".to_owned(),
            }),
        ),
        (
            "hold",
            Command::PlaceHold {
                kind: HoldKind::Manual,
                handle: "h".to_owned(),
                until: None,
            },
        ),
        (
            "release",
            Command::ReleaseHold {
                handle: "h".to_owned(),
            },
        ),
        ("route", route),
        ("release backorder", release),
        ("request", Command::RequestFulfillment { not_to: vec![] }),
        ("cancel", cancel(&[])),
    ];
    if !fixture.order.state.fulfillment_orders.is_empty() {
        commands.push((
            "accepted",
            fixture.report_command(0, FulfillmentFact::Accepted),
        ));
        commands.push((
            "picking",
            fixture.report_command(0, FulfillmentFact::Picking),
        ));
        commands.push((
            "rejected",
            fixture.report_command(
                0,
                FulfillmentFact::Rejected {
                    reason: "x".to_owned(),
                },
            ),
        ));
        commands.push((
            "shipped",
            fixture.report_command(0, shipped("p2", &[("1", 1)], false)),
        ));
    }
    commands
}

/// The answer to a command in a few letters: event names, or the refusal's code.
fn answer(fixture: &OrderFixture, command: &Command) -> String {
    let mut copy = fixture.clone();
    match copy.apply(command) {
        Ok(events) if events.is_empty() => "-".to_owned(),
        Ok(events) => format!("{} => {}", names(&events).join(" "), copy.status().as_str()),
        Err(rejection) => format!("! {}", rejection.code.as_str()),
    }
}

#[test]
fn every_command_in_every_status_has_its_written_answer() {
    let mut table = String::new();
    for status in Status::ALL {
        let fixture = order_in(status);
        for (name, command) in commands(&fixture) {
            table.push_str(&format!(
                "{:<20} {:<18} {}\n",
                status.as_str(),
                name,
                answer(&fixture, &command)
            ));
        }
    }
    insta::assert_snapshot!("decisions", table);
}

#[test]
fn what_is_decided_twice_happens_once() {
    for status in Status::ALL {
        let fixture = order_in(status);
        for (name, command) in commands(&fixture) {
            let mut copy = fixture.clone();
            let Ok(events) = copy.apply(&command) else {
                continue;
            };
            if events.is_empty() {
                continue;
            }
            // The same operation under another cause: the effect is there already.
            if let Ok(again) = copy.apply(&command) {
                assert_eq!(
                    names(&again),
                    [""; 0],
                    "a second {name} of a {status:?} order"
                );
            }
            // The same cause, whatever it says now.
            copy.fixture = fixture.fixture;
            assert_eq!(
                copy.apply(&cancel(&[])).unwrap(),
                [],
                "a cause is applied once"
            );
        }
    }
}

#[test]
fn the_happy_path_passes_every_status_in_order() {
    let mut fixture = OrderFixture::placed(&[(2, 1000)]);
    let mut seen = vec![fixture.status()];
    fixture.pay(PaymentFact::Processing).unwrap();
    seen.push(fixture.status());
    fixture.captured();
    seen.push(fixture.status());
    fixture.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    seen.push(fixture.status());
    fixture
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    fixture.report(0, shipped("p1", &[("1", 1)], true)).unwrap();
    seen.push(fixture.status());
    fixture.report(1, shipped("p2", &[("1", 1)], true)).unwrap();
    seen.push(fixture.status());
    fixture.shipment("p1", ShipmentFact::Delivered).unwrap();
    assert_eq!(fixture.status(), Status::Fulfilled);
    fixture.shipment("p2", ShipmentFact::Delivered).unwrap();
    seen.push(fixture.status());
    for pair in seen.windows(2) {
        let (_, next) = TRANSITIONS
            .iter()
            .find(|(from, _)| *from == pair[0])
            .unwrap();
        assert!(next.contains(&pair[1]), "{pair:?}");
    }
    assert_eq!(seen.last(), Some(&Status::Delivered));
}

#[test]
fn a_cancel_takes_unassigned_units_requests_sent_ones_and_names_the_winner() {
    let mut fixture = OrderFixture::placed(&[(6, 1000)]);
    fixture.captured();
    // Two to berlin, two to hamburg, two wait.
    fixture.route(&[("berlin", 2), ("hamburg", 2)]).unwrap();
    fixture
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    fixture.report(0, FulfillmentFact::Accepted).unwrap();
    fixture.report(1, FulfillmentFact::Picking).unwrap();
    let events = fixture.cancel(&[]).unwrap();
    assert_eq!(
        names(&events),
        [
            "UnitsCancelled",
            "CancellationRequested",
            "CancellationRefused",
            "RefundOwed"
        ]
    );
    let Event::CancellationRefused { winner, by, .. } = &events[2] else {
        panic!()
    };
    assert_eq!((winner.as_str(), by.as_str()), ("picking", "hamburg"));
    let line = &fixture.order.state.lines[0];
    assert_eq!(
        (line.cancelled, line.assigned, line.refund_owed_amount),
        (2, 4, 2000)
    );
    // The location agrees; the money for two more is owed.
    let events = fixture
        .report(0, FulfillmentFact::Cancelled { lines: vec![] })
        .unwrap();
    assert_eq!(names(&events), ["UnitsCancelled", "RefundOwed"]);
    assert_eq!(fixture.order.state.lines[0].refund_owed_amount, 4000);
    assert_eq!(
        fixture.order.state.fulfillment_orders[0].status,
        FulfillmentStatus::Cancelled
    );
}

#[test]
fn a_shipment_during_a_cancel_request_wins_and_one_after_the_cancel_is_an_exception() {
    let mut fixture = OrderFixture::placed(&[(1, 1000)]);
    fixture.captured();
    fixture.route(&[("berlin", 9)]).unwrap();
    fixture
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    fixture.cancel(&[]).unwrap();
    let mut shipped_first = fixture.clone();
    let events = shipped_first
        .report(0, shipped("p1", &[("1", 1)], true))
        .unwrap();
    assert_eq!(names(&events), ["CancellationRefused", "ShipmentShipped"]);
    assert_eq!(shipped_first.status(), Status::Fulfilled);

    fixture
        .report(0, FulfillmentFact::Cancelled { lines: vec![] })
        .unwrap();
    assert_eq!(fixture.status(), Status::Cancelled);
    let events = fixture.report(0, shipped("p1", &[("1", 1)], true)).unwrap();
    assert_eq!(names(&events), ["ShipmentShipped", "ExceptionOpened"]);
    assert_eq!(
        fixture.order.state.exceptions[0].kind,
        ExceptionKind::ShippedAfterCancel
    );
    let line = &fixture.order.state.lines[0];
    assert_eq!(
        (line.cancelled, line.shipped),
        (1, 0),
        "the unit is not counted twice"
    );
    assert_eq!(fixture.status(), Status::Cancelled);
}

#[test]
fn a_short_shipment_routes_the_rest_elsewhere_and_writes_the_stock_down() {
    let mut fixture = OrderFixture::placed(&[(3, 1000)]);
    fixture.captured();
    fixture.route(&[("berlin", 9)]).unwrap();
    fixture
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    let before = fixture.order.clone();
    let events = fixture.report(0, shipped("p1", &[("1", 2)], true)).unwrap();
    assert_eq!(names(&events), ["ShipmentShipped", "FulfillmentClosing"]);
    fixture.pass(600);
    let events = fixture.apply(&Command::EndClosing).unwrap();
    assert_eq!(names(&events), ["UnitsShortShipped"]);
    let deltas = domain::stock::stock_deltas(&before, &events[0]);
    assert_eq!((deltas[0].on_hand(None), deltas[0].reserved), (-1, -1));
    assert_eq!(fixture.order.state.lines[0].unrouted, 1);
    assert_eq!(
        fixture.order.avoided(&crate::common::line("1"), |_| None),
        ["berlin".parse().unwrap()]
    );
    assert!(
        fixture
            .order
            .owes()
            .contains_key(&domain::order::Owed::Routing)
    );
}

#[test]
fn money_facts_in_any_order_add_up_to_the_same() {
    let mut fixture = OrderFixture::placed(&[(1, 1000)]);
    let early = fixture
        .pay(refund("re_1", 400, RefundStatus::Pending))
        .unwrap_err();
    assert_eq!(early.code, RejectionCode::NotYetCaptured);
    assert!(early.code.is_too_early());
    fixture.pay(euro(1000)).unwrap();
    fixture
        .pay(refund("re_1", 400, RefundStatus::Succeeded))
        .unwrap();
    assert_eq!(
        fixture
            .pay(refund("re_1", 400, RefundStatus::Pending))
            .unwrap(),
        []
    );
    assert_eq!(fixture.pay(PaymentFact::Processing).unwrap(), []);
    assert_eq!(fixture.pay(PaymentFact::Failed { code: None }).unwrap(), []);
    assert_eq!(
        fixture.order.state.payment.status(),
        PaymentStatus::PartiallyRefunded
    );
    fixture
        .pay(refund("re_1", 400, RefundStatus::Failed))
        .unwrap();
    assert_eq!(
        fixture.order.state.payment.status(),
        PaymentStatus::Captured
    );
    assert_eq!(
        fixture.order.state.exceptions[0].kind,
        ExceptionKind::RefundFailed
    );
}

#[test]
fn an_exception_is_opened_once_taken_and_closed() {
    let mut fixture = OrderFixture::placed(&[(1, 1000)]);
    let yen = PaymentFact::Captured {
        amount: 1000,
        currency: "JPY".parse().unwrap(),
    };
    fixture.pay(yen.clone()).unwrap();
    assert_eq!(fixture.pay(yen.clone()).unwrap(), [], "it is open already");
    let take = |id, owner: &str| Command::TakeException {
        id,
        owner: owner.to_owned(),
    };
    let close = |id| Command::CloseException {
        id,
        outcome: ExceptionOutcome::Resolved,
        note: None,
    };
    assert_eq!(
        fixture.apply(&take(2, "ann")).unwrap_err().code,
        RejectionCode::UnknownException
    );
    assert_eq!(
        names(&fixture.apply(&take(1, "ann")).unwrap()),
        ["ExceptionTaken"]
    );
    assert_eq!(fixture.apply(&take(1, "ann")).unwrap(), []);
    assert_eq!(
        fixture.order.state.exceptions[0].owner.as_deref(),
        Some("ann")
    );
    assert_eq!(
        names(&fixture.apply(&close(1)).unwrap()),
        ["ExceptionClosed"]
    );
    assert_eq!(fixture.order.state.exceptions, []);
    // Whoever closes it again is told, because their outcome is not the one that counts.
    assert_eq!(
        fixture.apply(&close(1)).unwrap_err().code,
        RejectionCode::ExceptionClosed
    );
    assert_eq!(
        fixture.apply(&take(1, "bob")).unwrap_err().code,
        RejectionCode::ExceptionClosed
    );
    // It has come again: a person closed the first one, so this is a new one.
    fixture.pay(yen).unwrap();
    assert_eq!(fixture.order.state.exceptions[0].id, 2);
}

#[test]
fn a_delivery_problem_ends_when_the_shipment_moves_on() {
    let mut fixture = OrderFixture::placed(&[(1, 1000)]);
    fixture.captured();
    fixture.route(&[("berlin", 1)]).unwrap();
    fixture
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    fixture
        .report(0, shipped("BOX-1", &[("1", 1)], true))
        .unwrap();
    let problem = ShipmentFact::Exception { reason: None };
    fixture.shipment("BOX-1", problem).unwrap();
    assert_eq!(fixture.order.state.exceptions.len(), 1);
    let delivered = fixture.shipment("BOX-1", ShipmentFact::Delivered).unwrap();
    assert_eq!(names(&delivered), ["ShipmentDelivered", "ExceptionClosed"]);
    assert_eq!(fixture.order.state.exceptions, []);
}

#[test]
fn a_review_that_closes_before_it_opens_leaves_no_hold() {
    let mut fixture = OrderFixture::placed(&[(1, 1000)]);
    let closed = PaymentFact::ReviewClosed {
        id: "prv_1".to_owned(),
        approved: true,
        reason: "approved".to_owned(),
    };
    fixture.pay(closed).unwrap();
    assert_eq!(
        fixture
            .pay(PaymentFact::ReviewOpened {
                id: "prv_1".to_owned()
            })
            .unwrap(),
        []
    );
    assert!(fixture.order.state.holds.is_empty());
}

#[test]
fn a_held_order_is_released_for_routing_when_the_last_hold_ends() {
    let mut fixture = OrderFixture::placed(&[(1, 1000)]);
    fixture
        .pay(PaymentFact::ReviewOpened {
            id: "prv_1".to_owned(),
        })
        .unwrap();
    let amount = euro(1000);
    assert_eq!(names(&fixture.pay(amount).unwrap()), ["PaymentCaptured"]);
    assert_eq!(
        fixture.route(&[("berlin", 1)]).unwrap_err().code,
        RejectionCode::OnHold
    );
    let closed = PaymentFact::ReviewClosed {
        id: "prv_1".to_owned(),
        approved: true,
        reason: "approved".to_owned(),
    };
    assert_eq!(
        names(&fixture.pay(closed).unwrap()),
        ["HoldReleased", "OrderReleased"]
    );
}

#[test]
fn too_little_or_foreign_money_opens_an_exception_and_releases_nothing() {
    let mut fixture = OrderFixture::placed(&[(1, 1000)]);
    assert_eq!(
        names(&fixture.pay(euro(999)).unwrap()),
        ["PaymentCaptured", "ExceptionOpened"]
    );
    assert_eq!(fixture.status(), Status::Pending);
    let yen = PaymentFact::Captured {
        amount: 1000,
        currency: "JPY".parse().unwrap(),
    };
    assert_eq!(names(&fixture.pay(yen).unwrap()), ["ExceptionOpened"]);
    assert_eq!(fixture.order.state.payment.captured(), 999);
}

#[test]
fn money_captured_after_the_cancel_is_owed_back_in_full() {
    let mut fixture = OrderFixture::placed(&[(2, 1000)]);
    fixture.cancel(&[]).unwrap();
    let events = fixture.pay(euro(2000)).unwrap();
    assert_eq!(
        names(&events),
        ["PaymentCaptured", "ExceptionOpened", "RefundOwed"]
    );
    assert_eq!(fixture.order.state.lines[0].refund_owed_amount, 2000);
}
