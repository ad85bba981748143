//! What each wish and fact does to an order, told as short stories; and the whole status x command table.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{Told, cancel, names, shipped};
use domain::{
    command::Command,
    facts::{FulfillmentFact, ParcelFact, PaymentFact},
    order::{
        Event, ExceptionKind, FulfillmentStatus, HoldKind, PaymentStatus, RefundStatus, Status,
        TRANSITIONS,
    },
    rejection::RejectionCode,
};

/// An order in each status, with one location `berlin` that has been asked for everything where it got so far.
fn order_in(status: Status) -> Told {
    let mut told = Told::placed(&[(2, 1000), (1, 500)]);
    let step = |told: &mut Told, result: bool| assert!(result, "{:?}", told.status());
    match status {
        Status::Pending => {}
        Status::PaymentProcessing => {
            told.pay(PaymentFact::Processing).unwrap();
        }
        Status::Paid => told.captured(),
        Status::AwaitingFulfillment => {
            told.captured();
            told.route(&[("berlin", 9)]).unwrap();
            told.tell(&Command::RequestFulfillment).unwrap();
        }
        Status::PartiallyFulfilled => {
            told = order_in(Status::AwaitingFulfillment);
            told.report(0, shipped("p1", &[("1", 1)], false)).unwrap();
        }
        Status::Fulfilled => {
            told = order_in(Status::AwaitingFulfillment);
            told.report(0, shipped("p1", &[], true)).unwrap();
        }
        Status::Delivered => {
            told = order_in(Status::Fulfilled);
            told.parcel("p1", ParcelFact::Delivered).unwrap();
        }
        Status::Cancelled => {
            told.captured();
            told.cancel(&[]).unwrap();
        }
        Status::Refunded => {
            told = order_in(Status::Delivered);
            told.pay(refund("re_1", 2500, RefundStatus::Succeeded))
                .unwrap();
        }
    }
    let there = told.status() == status;
    step(&mut told, there);
    told
}

fn refund(id: &str, amount: i64, status: RefundStatus) -> PaymentFact {
    PaymentFact::Refund {
        id: id.to_owned(),
        amount,
        currency: "EUR".parse().unwrap(),
        status,
    }
}

fn euro(amount: i64) -> PaymentFact {
    PaymentFact::Captured {
        amount,
        currency: "EUR".parse().unwrap(),
    }
}

/// Every kind of command as it would be put to an order in this state.
fn commands(told: &Told) -> Vec<(&'static str, Command)> {
    let pay = |fact| Command::RecordPayment {
        intent: common::INTENT.to_owned(),
        fact,
    };
    let (route, _) = told.plan(&[("berlin", 9)], false);
    let (release, _) = told.plan(&[("berlin", 9)], true);
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
        ("request", Command::RequestFulfillment),
        ("cancel", cancel(&[])),
    ];
    if !told.order.state.fulfillment_orders.is_empty() {
        commands.push((
            "accepted",
            told.report_command(0, FulfillmentFact::Accepted),
        ));
        commands.push(("picking", told.report_command(0, FulfillmentFact::Picking)));
        commands.push((
            "rejected",
            told.report_command(
                0,
                FulfillmentFact::Rejected {
                    reason: "x".to_owned(),
                },
            ),
        ));
        commands.push((
            "shipped",
            told.report_command(0, shipped("p2", &[("1", 1)], false)),
        ));
    }
    commands
}

/// The answer to a command in a few letters: event names, or the refusal's code.
fn answer(told: &Told, command: &Command) -> String {
    let mut copy = told.clone();
    match copy.tell(command) {
        Ok(events) if events.is_empty() => "-".to_owned(),
        Ok(events) => format!("{} => {}", names(&events).join(" "), copy.status().as_str()),
        Err(rejection) => format!("! {}", rejection.code.as_str()),
    }
}

#[test]
fn every_command_in_every_status_has_its_written_answer() {
    let mut table = String::new();
    for status in Status::ALL {
        let told = order_in(status);
        for (name, command) in commands(&told) {
            table.push_str(&format!(
                "{:<20} {:<18} {}\n",
                status.as_str(),
                name,
                answer(&told, &command)
            ));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/decisions.txt");
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of this test, not a setting"
    )]
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(path, &table).unwrap();
    }
    let written = std::fs::read_to_string(path).expect("the written table");
    assert_eq!(
        table, written,
        "an answer has changed; UPDATE=1 rewrites the table, for you to read"
    );
}

#[test]
fn what_is_decided_twice_happens_once() {
    for status in Status::ALL {
        let told = order_in(status);
        for (name, command) in commands(&told) {
            let mut copy = told.clone();
            let Ok(events) = copy.tell(&command) else {
                continue;
            };
            if events.is_empty() {
                continue;
            }
            // The same wish under another cause: the effect is there already.
            if let Ok(again) = copy.tell(&command) {
                assert_eq!(
                    names(&again),
                    [""; 0],
                    "a second {name} of a {status:?} order"
                );
            }
            // The same cause, whatever it says now.
            copy.told = told.told;
            assert_eq!(
                copy.tell(&cancel(&[])).unwrap(),
                [],
                "a cause is applied once"
            );
        }
    }
}

#[test]
fn the_happy_path_passes_every_status_in_order() {
    let mut told = Told::placed(&[(2, 1000)]);
    let mut seen = vec![told.status()];
    told.pay(PaymentFact::Processing).unwrap();
    seen.push(told.status());
    told.captured();
    seen.push(told.status());
    told.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    seen.push(told.status());
    told.tell(&Command::RequestFulfillment).unwrap();
    told.report(0, shipped("p1", &[("1", 1)], true)).unwrap();
    seen.push(told.status());
    told.report(1, shipped("p2", &[("1", 1)], true)).unwrap();
    seen.push(told.status());
    told.parcel("p1", ParcelFact::Delivered).unwrap();
    assert_eq!(told.status(), Status::Fulfilled);
    told.parcel("p2", ParcelFact::Delivered).unwrap();
    seen.push(told.status());
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
fn a_cancel_takes_what_is_free_asks_for_what_is_sent_and_names_who_was_first() {
    let mut told = Told::placed(&[(6, 1000)]);
    told.captured();
    // Two to berlin, two to hamburg, two wait.
    told.route(&[("berlin", 2), ("hamburg", 2)]).unwrap();
    told.tell(&Command::RequestFulfillment).unwrap();
    told.report(0, FulfillmentFact::Accepted).unwrap();
    told.report(1, FulfillmentFact::Picking).unwrap();
    let events = told.cancel(&[]).unwrap();
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
    let line = &told.order.state.lines[0];
    assert_eq!(
        (line.cancelled, line.assigned, line.refund_owed_amount),
        (2, 4, 2000)
    );
    // The location agrees; the money for two more is owed.
    let events = told
        .report(0, FulfillmentFact::Cancelled { lines: vec![] })
        .unwrap();
    assert_eq!(names(&events), ["UnitsCancelled", "RefundOwed"]);
    assert_eq!(told.order.state.lines[0].refund_owed_amount, 4000);
    assert_eq!(
        told.order.state.fulfillment_orders[0].status,
        FulfillmentStatus::Cancelled
    );
}

#[test]
fn a_parcel_that_leaves_while_we_ask_wins_and_one_that_leaves_after_is_an_exception() {
    let mut told = Told::placed(&[(1, 1000)]);
    told.captured();
    told.route(&[("berlin", 9)]).unwrap();
    told.tell(&Command::RequestFulfillment).unwrap();
    told.cancel(&[]).unwrap();
    let mut shipped_first = told.clone();
    let events = shipped_first
        .report(0, shipped("p1", &[("1", 1)], true))
        .unwrap();
    assert_eq!(names(&events), ["CancellationRefused", "ShipmentShipped"]);
    assert_eq!(shipped_first.status(), Status::Fulfilled);

    told.report(0, FulfillmentFact::Cancelled { lines: vec![] })
        .unwrap();
    assert_eq!(told.status(), Status::Cancelled);
    let events = told.report(0, shipped("p1", &[("1", 1)], true)).unwrap();
    assert_eq!(names(&events), ["ShipmentShipped", "ExceptionOpened"]);
    assert_eq!(
        told.order.state.exceptions[0].kind,
        ExceptionKind::ShippedAfterCancel
    );
    let line = &told.order.state.lines[0];
    assert_eq!(
        (line.cancelled, line.shipped),
        (1, 0),
        "the unit is not counted twice"
    );
    assert_eq!(told.status(), Status::Cancelled);
}

#[test]
fn a_short_shipment_routes_the_rest_elsewhere_and_writes_the_stock_down() {
    let mut told = Told::placed(&[(3, 1000)]);
    told.captured();
    told.route(&[("berlin", 9)]).unwrap();
    told.tell(&Command::RequestFulfillment).unwrap();
    let before = told.order.clone();
    let events = told.report(0, shipped("p1", &[("1", 2)], true)).unwrap();
    assert_eq!(names(&events), ["ShipmentShipped", "UnitsShortShipped"]);
    let deltas = domain::change::stock_deltas(&before, &events[1]);
    assert_eq!((deltas[0].on_hand, deltas[0].reserved), (-1, -1));
    assert_eq!(told.order.state.lines[0].unrouted, 1);
    assert_eq!(
        told.order.state.avoid,
        [(common::line("1"), "berlin".parse().unwrap())]
    );
    assert_eq!(told.order.owes(), Some(domain::order::Owed::Routing));
}

#[test]
fn money_facts_in_any_order_add_up_to_the_same() {
    let mut told = Told::placed(&[(1, 1000)]);
    let early = told
        .pay(refund("re_1", 400, RefundStatus::Pending))
        .unwrap_err();
    assert_eq!(early.code, RejectionCode::NotYetCaptured);
    assert!(early.code.is_too_early());
    told.pay(euro(1000)).unwrap();
    told.pay(refund("re_1", 400, RefundStatus::Succeeded))
        .unwrap();
    assert_eq!(
        told.pay(refund("re_1", 400, RefundStatus::Pending))
            .unwrap(),
        []
    );
    assert_eq!(told.pay(PaymentFact::Processing).unwrap(), []);
    assert_eq!(told.pay(PaymentFact::Failed { code: None }).unwrap(), []);
    assert_eq!(
        told.order.state.payment.status(),
        PaymentStatus::PartiallyRefunded
    );
    told.pay(refund("re_1", 400, RefundStatus::Failed)).unwrap();
    assert_eq!(told.order.state.payment.status(), PaymentStatus::Captured);
    assert_eq!(
        told.order.state.exceptions[0].kind,
        ExceptionKind::RefundFailed
    );
}

#[test]
fn a_review_that_closes_before_it_opens_leaves_no_hold() {
    let mut told = Told::placed(&[(1, 1000)]);
    let closed = PaymentFact::ReviewClosed {
        id: "prv_1".to_owned(),
        approved: true,
        reason: "approved".to_owned(),
    };
    told.pay(closed).unwrap();
    assert_eq!(
        told.pay(PaymentFact::ReviewOpened {
            id: "prv_1".to_owned()
        })
        .unwrap(),
        []
    );
    assert!(told.order.state.holds.is_empty());
}

#[test]
fn a_held_order_is_released_for_routing_when_the_last_hold_ends() {
    let mut told = Told::placed(&[(1, 1000)]);
    told.pay(PaymentFact::ReviewOpened {
        id: "prv_1".to_owned(),
    })
    .unwrap();
    let amount = euro(1000);
    assert_eq!(names(&told.pay(amount).unwrap()), ["PaymentCaptured"]);
    assert_eq!(
        told.route(&[("berlin", 1)]).unwrap_err().code,
        RejectionCode::OnHold
    );
    let closed = PaymentFact::ReviewClosed {
        id: "prv_1".to_owned(),
        approved: true,
        reason: "approved".to_owned(),
    };
    assert_eq!(
        names(&told.pay(closed).unwrap()),
        ["HoldReleased", "OrderReleased"]
    );
}

#[test]
fn too_little_or_foreign_money_opens_an_exception_and_releases_nothing() {
    let mut told = Told::placed(&[(1, 1000)]);
    assert_eq!(
        names(&told.pay(euro(999)).unwrap()),
        ["PaymentCaptured", "ExceptionOpened"]
    );
    assert_eq!(told.status(), Status::Pending);
    let yen = PaymentFact::Captured {
        amount: 1000,
        currency: "JPY".parse().unwrap(),
    };
    assert_eq!(names(&told.pay(yen).unwrap()), ["ExceptionOpened"]);
    assert_eq!(told.order.state.payment.captured(), 999);
}

#[test]
fn money_captured_after_the_cancel_is_owed_back_in_full() {
    let mut told = Told::placed(&[(2, 1000)]);
    told.cancel(&[]).unwrap();
    let events = told.pay(euro(2000)).unwrap();
    assert_eq!(
        names(&events),
        ["PaymentCaptured", "ExceptionOpened", "RefundOwed"]
    );
    assert_eq!(told.order.state.lines[0].refund_owed_amount, 2000);
}

#[test]
#[ignore = "writes the kept commit; run once a format"]
fn write_the_first_commit() {
    let told = Told::placed(&[(2, 1000)]);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    std::fs::write(format!("{folder}/commit_v1.json"), &told.commits[0].text).unwrap();
    std::fs::write(format!("{folder}/commit_v1.sha256"), &told.commits[0].hash).unwrap();
}
