//! Carriers talk for years, twice and in any order. An order knows what is true of its shipments, and does not grow.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use crate::common::{OrderFixture, at, cases::unless_told, shipped};
use domain::{
    decide::{LINES_MAX, decide},
    inbound::ShipmentFact,
    order::{
        Command, Context, ExceptionKind, ExceptionOutcome, Order, Shipment, ShipmentLine,
        ShipmentStatus, Status, fold,
    },
};
use proptest::prelude::*;

/// What the state of an order of one line and one shipment may take in JSON, whatever carriers report.
const STATE_BYTES_MAX: usize = 2048;
const YEARS_S: u64 = 5 * 365 * 24 * 3600;

/// An order of two units that have left in `BOX-1`.
fn left() -> OrderFixture {
    let mut fixture = OrderFixture::placed(&[(2, 1000)]);
    fixture.captured();
    fixture.route(&[("berlin", 2)]).unwrap();
    let request = Command::RequestFulfillment { not_to: vec![] };
    fixture.apply(&request).unwrap();
    let box_1 = shipped("BOX-1", &[("1", 2)], true);
    fixture.report(0, box_1).unwrap();
    // The clock is after all that carriers report here, by years.
    fixture.pass(2 * YEARS_S);
    fixture
}

fn problem() -> ShipmentFact {
    ShipmentFact::Exception { reason: None }
}

/// Tells steps of `BOX-1` with their times, each under a cause of its own.
fn tell(fixture: &mut OrderFixture, steps: &[(ShipmentFact, u64)]) {
    for (fact, second) in steps {
        fixture
            .shipment_at("BOX-1", fact.clone(), at(*second))
            .unwrap();
    }
}

fn told(steps: &[(ShipmentFact, u64)]) -> OrderFixture {
    let mut fixture = left();
    tell(&mut fixture, steps);
    fixture
}

fn box_1(fixture: &OrderFixture) -> &Shipment {
    &fixture.order.state.shipments[0]
}

/// What is true of an order, without its history: numbers, hashes and times of commits.
fn truth(order: &Order) -> impl PartialEq + std::fmt::Debug + use<> {
    let state = &order.state;
    let open = state.exceptions.iter();
    let open: BTreeSet<_> = open
        .map(|open| (open.kind.as_str().to_owned(), open.subject.clone()))
        .collect();
    let rest = (state.status, state.lines.clone(), state.causes.clone());
    (state.shipments.clone(), open, rest)
}

fn bytes(order: &Order) -> usize {
    serde_json::to_string(&order.state).unwrap().len()
}

#[test]
fn a_problem_that_is_told_after_it_has_passed_opens_nothing() {
    use ShipmentFact::InTransit;
    let fixture = told(&[(InTransit, 10), (InTransit, 15), (problem(), 12)]);
    assert_eq!(box_1(&fixture).status, ShipmentStatus::InTransit);
    assert_eq!(box_1(&fixture).since, at(15));
    assert_eq!(fixture.order.state.exceptions, []);
}

#[test]
fn a_step_that_is_reported_again_is_no_second_step() {
    use ShipmentFact::{Delivered, InTransit, ReturnedToSender};
    let mut fixture = told(&[(InTransit, 10)]);
    for (fact, second, event) in [
        (InTransit, 20, "ShipmentStepRepeated"),
        (Delivered, 40, "ShipmentDelivered"),
        (ReturnedToSender, 50, "ShipmentReturned"),
        (Delivered, 30, "ShipmentStepRepeated"),
        (ReturnedToSender, 45, "ShipmentStepRepeated"),
    ] {
        let events = fixture.shipment_at("BOX-1", fact, at(second)).unwrap();
        assert_eq!(events[0].name(), event);
    }
    assert_eq!(fixture.order.state.lines[0].delivered, 2);
    assert_eq!(fixture.order.state.exceptions_opened, 1);
}

#[test]
fn a_parcel_that_goes_back_to_the_depot_is_in_transit_again() {
    let (out, on_its_way) = (ShipmentFact::OutForDelivery, ShipmentFact::InTransit);
    let fixture = told(&[(out, 10), (on_its_way, 20)]);
    assert_eq!(box_1(&fixture).status, ShipmentStatus::InTransit);
}

#[test]
fn at_the_same_time_a_problem_counts() {
    let fixture = told(&[(problem(), 10), (ShipmentFact::OutForDelivery, 10)]);
    assert_eq!(box_1(&fixture).status, ShipmentStatus::Exception);
}

#[test]
fn the_ends_of_a_shipment_count_by_their_time_and_a_person_looks_at_what_came_back() {
    let (delivered, back) = (ShipmentFact::Delivered, ShipmentFact::ReturnedToSender);
    for (delivered_at, status) in [
        (10, ShipmentStatus::ReturnedToSender),
        (30, ShipmentStatus::Delivered),
    ] {
        let steps = [(back.clone(), 20), (delivered.clone(), delivered_at)];
        let (one, other) = (told(&steps), told(&[steps[1].clone(), steps[0].clone()]));
        assert_eq!(box_1(&one).status, status);
        assert_eq!(one.order.state.lines[0].delivered, 2);
        assert_eq!(one.order.state.status, Status::Delivered);
        let kinds: Vec<_> = one.order.state.exceptions.iter().map(|e| &e.kind).collect();
        assert_eq!(kinds, [&ExceptionKind::ReturnedToSender]);
        assert_eq!(truth(&one.order), truth(&other.order));
    }
}

#[test]
fn what_changes_nothing_adds_no_commit_and_a_copy_of_anything_changes_nothing() {
    let steps = [
        (ShipmentFact::InTransit, 10),
        (problem(), 20),
        (ShipmentFact::InTransit, 30),
        (ShipmentFact::Delivered, 40),
        (ShipmentFact::Delivered, 50),
        (problem(), 60),
    ];
    let mut fixture = told(&steps);
    let commits = fixture.commits.len();
    for _ in 0..3 {
        tell(&mut fixture, &steps);
    }
    assert_eq!(fixture.commits.len(), commits);
    let delivered = box_1(&fixture);
    assert_eq!(
        (delivered.status, delivered.since),
        (ShipmentStatus::Delivered, at(40))
    );
}

#[test]
fn a_problem_that_a_person_has_closed_stays_closed_until_there_is_a_new_one() {
    let mut fixture = told(&[(problem(), 10)]);
    let id = fixture.order.state.exceptions[0].id;
    let (outcome, note) = (ExceptionOutcome::Resolved, None);
    let close = Command::CloseException { id, outcome, note };
    fixture.apply(&close).unwrap();
    // A copy, and the same problem again.
    tell(&mut fixture, &[(problem(), 10), (problem(), 20)]);
    assert_eq!(fixture.order.state.exceptions, []);
    let again = [(ShipmentFact::InTransit, 30), (problem(), 40)];
    tell(&mut fixture, &again);
    assert_eq!(fixture.order.state.exceptions.len(), 1);
}

#[test]
fn a_copy_is_known_when_another_shipment_of_that_name_has_left_since() {
    let mut fixture = OrderFixture::placed(&[(2, 1000)]);
    fixture.captured();
    fixture.route(&[("berlin", 1)]).unwrap();
    let (release, _) = fixture.plan(&[("berlin", 1)], true);
    fixture.apply(&release).unwrap();
    let request = Command::RequestFulfillment { not_to: vec![] };
    fixture.apply(&request).unwrap();
    let same_name = |last| shipped("BOX-1", &[("1", 1)], last);
    fixture.report(0, same_name(true)).unwrap();
    let scanned = at(fixture.fixture + 1);
    let scan = |fixture: &mut OrderFixture| {
        fixture.shipment_of_at("berlin", "BOX-1", ShipmentFact::InTransit, scanned)
    };
    assert_eq!(scan(&mut fixture).unwrap().len(), 1);
    fixture.pass(100);
    fixture.report(1, same_name(true)).unwrap();
    assert_eq!(fixture.order.state.shipments.len(), 2);
    assert_eq!(scan(&mut fixture), Ok(vec![]));
    // What is new may be about either.
    let new = fixture.shipment_of("berlin", "BOX-1", ShipmentFact::InTransit);
    assert_eq!(new.unwrap().len(), 1);
    let kind = &fixture.order.state.exceptions[0].kind;
    assert_eq!(*kind, ExceptionKind::ShipmentAmbiguous);
}

#[test]
fn requests_of_people_are_remembered() {
    let mut fixture = left();
    let command = Command::RecordShipment {
        reference: "BOX-1".to_owned(),
        location: "berlin".parse().unwrap(),
        fulfillment_order: None,
        fact: ShipmentFact::InTransit,
        occurred_at: at(10),
    };
    let mut context: Context = crate::common::context(fixture.fixture);
    context.cause.digest = Some("0123456789abcdef".to_owned());
    let events = decide(&fixture.order, &command, &context).unwrap();
    let change = domain::order::Change::new(&fixture.order, events, &context).unwrap();
    fixture.order = change.order;
    assert!(fixture.order.state.causes.contains(&context.cause.key()));
}

#[test]
fn years_of_carrier_reports_do_not_grow_an_order() {
    let mut fixture = left();
    let (mut commits, causes) = (fixture.commits.len(), fixture.order.state.causes.len());
    // A scan every four hours or so, a problem every third; each is told twice, and once more a year later.
    let steps: Vec<_> = (0..6000_u64)
        .map(|n| {
            let fact = match n % 3 {
                0 => ShipmentFact::InTransit,
                1 => problem(),
                _ => ShipmentFact::OutForDelivery,
            };
            (fact, 100 + n * (YEARS_S / 6000))
        })
        .collect();
    for (n, step) in steps.iter().enumerate() {
        tell(&mut fixture, std::slice::from_ref(step));
        commits += 1;
        tell(&mut fixture, std::slice::from_ref(step));
        if let Some(year_ago) = n.checked_sub(1200) {
            tell(&mut fixture, std::slice::from_ref(&steps[year_ago]));
        }
        assert!(
            bytes(&fixture.order) <= STATE_BYTES_MAX,
            "step {n}: {}",
            bytes(&fixture.order)
        );
    }
    assert_eq!(
        fixture.commits.len(),
        commits,
        "what changes nothing adds no commit"
    );
    assert_eq!(fixture.order.state.causes.len(), causes);
    let unplaced = Order::unplaced(fixture.order.placed.clone());
    assert_eq!(fold(unplaced, &fixture.commits), fixture.order);
}

#[test]
fn the_contents_of_the_parcels_of_the_largest_order_stay_small() {
    let lines = vec![(LINES_MAX as u32, 1000); LINES_MAX];
    let mut fixture = OrderFixture::placed(&lines);
    fixture.captured();
    fixture
        .pay(domain::inbound::PaymentFact::Captured {
            amount: fixture.order.amount_due(),
            currency: "EUR".parse().unwrap(),
        })
        .unwrap();
    let units = (LINES_MAX * LINES_MAX) as u32;
    fixture.route(&[("berlin", units)]).unwrap();
    let request = Command::RequestFulfillment { not_to: vec![] };
    fixture.apply(&request).unwrap();
    // Every line in every parcel.
    let lines: Vec<String> = (1..=LINES_MAX).map(|line| line.to_string()).collect();
    let lines: Vec<(&str, u32)> = lines.iter().map(|line| (line.as_str(), 1)).collect();
    for parcel in 0..LINES_MAX {
        let reference = format!("00340434161094042557-{parcel}");
        fixture
            .report(0, shipped(&reference, &lines, false))
            .unwrap();
        for fact in [
            ShipmentFact::InTransit,
            ShipmentFact::Delivered,
            ShipmentFact::ReturnedToSender,
        ] {
            fixture.shipment(&reference, fact).unwrap();
        }
    }
    let shipments = &fixture.order.state.shipments;
    assert_eq!(shipments.len(), LINES_MAX);
    for shipment in shipments {
        let bytes = serde_json::to_string(shipment).unwrap().len();
        assert!(bytes <= 512 + 40 * LINES_MAX, "{bytes}");
    }
    assert!(
        bytes(&fixture.order) <= 100 * 1024,
        "{}",
        bytes(&fixture.order)
    );
}

#[test]
fn a_shipment_takes_as_many_bytes_as_the_readme_says() {
    let name = "\u{1F4E6}".repeat(100);
    let line = ShipmentLine {
        line: "1".repeat(40).parse().unwrap(),
        units: u32::MAX,
        unexpected: u32::MAX,
    };
    let some = || Some("2026-09-21T14:13:21.123456789Z".parse().unwrap());
    let shipment = Shipment {
        reference: name.clone(),
        carrier: Some(name.clone()),
        tracking: Some(name),
        shipped_at: some().unwrap(),
        status: ShipmentStatus::ReturnedToSender,
        since: some().unwrap(),
        step_at: some(),
        delivered_at: some(),
        returned_at: some(),
        lines: vec![line; LINES_MAX],
        ..box_1(&left()).clone()
    };
    let bytes = serde_json::to_string(&shipment).unwrap().len();
    assert!(bytes <= 1792 + 96 * LINES_MAX, "{bytes}");
}

fn steps() -> impl Strategy<Value = Vec<(ShipmentFact, u64)>> {
    let fact = prop_oneof![
        6 => Just(ShipmentFact::InTransit),
        3 => Just(ShipmentFact::OutForDelivery),
        4 => Just(problem()),
        1 => Just(ShipmentFact::Delivered),
        1 => Just(ShipmentFact::ReturnedToSender),
    ];
    // Few times, so that some are the same; or any of the years.
    let second = prop_oneof![0..8_u64, 0..YEARS_S];
    proptest::collection::vec((fact, second), 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: unless_told(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_and_however_often_the_order_is_the_same(
        (steps, told_in) in steps().prop_flat_map(|steps| {
            let twice = [steps.clone(), steps.clone()].concat();
            (Just(steps), Just(twice).prop_shuffle())
        }),
    ) {
        let mut in_order = steps;
        in_order.sort_by_key(|(fact, second)| (*second, fact.step()));
        let mut any_order = told(&told_in);
        prop_assert_eq!(truth(&any_order.order), truth(&told(&in_order).order));
        prop_assert!(bytes(&any_order.order) <= STATE_BYTES_MAX);
        let commits = any_order.commits.len();
        tell(&mut any_order, &told_in);
        prop_assert_eq!(any_order.commits.len(), commits);
        let unplaced = Order::unplaced(any_order.order.placed.clone());
        prop_assert_eq!(fold(unplaced, &any_order.commits), any_order.order);
    }
}
