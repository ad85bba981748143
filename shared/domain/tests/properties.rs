//! Whatever is put to an order, in whatever order and however often, the rules hold.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests"
)]

use crate::common::{OrderFixture, context, shipped};
use domain::{
    decide::decide,
    evolve::evolve,
    inbound::{FactLine, FulfillmentFact, PaymentFact, ShipmentFact},
    order::{CancelLine, Command},
    order::{
        CancelReason, Commit, DisputeFunds, DisputeStatus, ExceptionKind, ExceptionOutcome,
        FulfillmentOrder, HoldKind, Order, OrderState, RefundStatus, verify_chain,
    },
    order::{Change, fold},
};
use proptest::prelude::*;

/// A operation or fact in small numbers; what it is about is chosen from what is there when it is put.
#[derive(Debug, Clone)]
enum Operation {
    Pay(PaymentFact),
    Route {
        share: u32,
        places: u8,
        backorder: bool,
    },
    EndClosing,
    ReportOverdue,
    Request,
    Repeat,
    TakeBack,
    Report {
        which: usize,
        fact: FulfillmentFact,
    },
    Shipment {
        reference: u8,
        fact: ShipmentFact,
    },
    Hold(u8),
    Release(u8),
    Cancel(Vec<(u8, Option<u32>)>),
    Enforce,
    Close {
        id: u32,
        credit: bool,
    },
}

fn payment() -> impl Strategy<Value = PaymentFact> {
    let amount = prop_oneof![Just(2500i64), 0i64..3000];
    let code = prop_oneof![9 => Just("EUR"), 1 => Just("JPY")];
    let status = prop_oneof![
        Just(RefundStatus::Pending),
        Just(RefundStatus::Succeeded),
        Just(RefundStatus::Failed),
        Just(RefundStatus::Cancelled)
    ];
    (amount, code, status, 0u8..3, any::<bool>(), 0u8..13).prop_map(
        |(amount, code, status, n, yes, kind)| {
            let currency = code.parse().unwrap();
            match kind {
                0 => PaymentFact::Linked,
                1 => PaymentFact::Processing,
                2 => PaymentFact::Authorized { amount, currency },
                3..=5 => PaymentFact::Captured { amount, currency },
                6 => PaymentFact::Failed { code: None },
                7 => PaymentFact::Cancelled,
                8 => PaymentFact::Refund {
                    id: format!("re_{n}"),
                    amount: amount / 2,
                    currency,
                    status,
                    effect: None,
                },
                9 => PaymentFact::DisputeOpened {
                    id: format!("dp_{n}"),
                },
                10 => PaymentFact::DisputeClosed {
                    id: format!("dp_{n}"),
                    won: yes,
                },
                11 => PaymentFact::Dispute {
                    id: format!("dp_{n}"),
                    status: [
                        DisputeStatus::NeedsResponse,
                        DisputeStatus::UnderReview,
                        DisputeStatus::Won,
                        DisputeStatus::Lost,
                    ][usize::from(n) + usize::from(yes)],
                    amount: amount / 3,
                    currency,
                    reason: None,
                    evidence_due: None,
                    funds: yes.then_some(DisputeFunds::Withdrawn),
                    reinstated: None,
                },
                _ if yes => PaymentFact::ReviewOpened {
                    id: format!("prv_{n}"),
                },
                _ => PaymentFact::ReviewClosed {
                    id: format!("prv_{n}"),
                    approved: true,
                    reason: "approved".into(),
                },
            }
        },
    )
}

fn contents() -> impl Strategy<Value = Vec<(String, u32)>> {
    proptest::collection::vec((1u8..4, 0u32..4), 0..3).prop_map(|lines| {
        lines
            .into_iter()
            .map(|(l, units)| (l.to_string(), units))
            .collect()
    })
}

fn report() -> impl Strategy<Value = FulfillmentFact> {
    (contents(), any::<bool>(), 0u8..4, 0u8..12).prop_map(|(lines, last, reference, kind)| {
        let pairs: Vec<(&str, u32)> = lines
            .iter()
            .map(|(l, units)| (l.as_str(), *units))
            .collect();
        let fact_lines: Vec<FactLine> = lines
            .iter()
            .map(|(l, units)| FactLine {
                line: l.parse().unwrap(),
                quantity: *units,
            })
            .collect();
        match kind {
            0 => FulfillmentFact::Accepted,
            1 => FulfillmentFact::Picking,
            2 => FulfillmentFact::Packed,
            3 => FulfillmentFact::Rejected {
                reason: if last {
                    "out_of_stock".into()
                } else {
                    "capacity".into()
                },
            },
            4 => FulfillmentFact::Cancelled { lines: fact_lines },
            5 => FulfillmentFact::CancelRefused {
                reason: "late".into(),
            },
            6 => FulfillmentFact::Closed { totals: fact_lines },
            7 => FulfillmentFact::Shipped {
                reference: format!("p{reference}"),
                carrier: None,
                tracking: None,
                lines: fact_lines.clone(),
                last,
                totals: Some(fact_lines),
            },
            _ => shipped(&format!("p{reference}"), &pairs, last),
        }
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    let shipment = (0u8..4, 0u8..5).prop_map(|(reference, kind)| {
        let fact = match kind {
            0 => ShipmentFact::InTransit,
            1 => ShipmentFact::OutForDelivery,
            2 => ShipmentFact::Delivered,
            3 => ShipmentFact::Exception { reason: None },
            _ => ShipmentFact::ReturnedToSender,
        };
        Operation::Shipment { reference, fact }
    });
    let route =
        (1u32..4, 0u8..3, any::<bool>()).prop_map(|(share, places, backorder)| Operation::Route {
            share,
            places,
            backorder,
        });
    prop_oneof![
        4 => payment().prop_map(Operation::Pay),
        4 => route,
        2 => Just(Operation::Request),
        1 => Just(Operation::Repeat),
        2 => Just(Operation::TakeBack),
        2 => Just(Operation::EndClosing),
        2 => Just(Operation::ReportOverdue),
        5 => (0usize..5, report()).prop_map(|(which, fact)| Operation::Report { which, fact }),
        2 => shipment,
        1 => (0u8..3).prop_map(Operation::Hold),
        2 => (0u8..3).prop_map(Operation::Release),
        1 => Just(Operation::Enforce),
        1 => (1u32..4, any::<bool>()).prop_map(|(id, credit)| Operation::Close { id, credit }),
        3 => proptest::collection::vec((1u8..5, proptest::option::of(0u32..4)), 0..3).prop_map(Operation::Cancel),
    ]
}

fn command(fixture: &OrderFixture, operation: &Operation) -> Option<Command> {
    Some(match operation {
        Operation::Pay(fact) => Command::RecordPayment {
            intent: crate::common::INTENT.into(),
            fact: fact.clone(),
            occurred_at: crate::common::at(fixture.fixture + 1),
        },
        Operation::Route {
            share,
            places,
            backorder,
        } => {
            let names = [("berlin", *share), ("hamburg", *share), ("3pl", *share)];
            fixture.plan(&names[..usize::from(*places)], *backorder).0
        }
        Operation::Request => Command::RequestFulfillment { not_to: vec![] },
        Operation::Repeat => Command::RepeatRequests {
            fulfillment_orders: fixture
                .requests()
                .iter()
                .map(|one| one.fulfillment_order)
                .collect(),
        },
        Operation::TakeBack => fixture.take_back(),
        Operation::EndClosing => Command::EndClosing,
        Operation::ReportOverdue => Command::ReportOverdue { after_s: 0 },
        Operation::Enforce => Command::EnforcePayment,
        Operation::Close { id, credit } => Command::CloseException {
            id: *id,
            outcome: if *credit {
                ExceptionOutcome::AcceptedAsCredit
            } else {
                ExceptionOutcome::Resolved
            },
            note: None,
        },
        Operation::Report { which, fact } => {
            let there = fixture.order.state.fulfillment_orders.len();
            if there == 0 {
                return None;
            }
            fixture.report_command(which % there, fact.clone())
        }
        Operation::Shipment { reference, fact } => {
            let reference = format!("p{reference}");
            let shipment = fixture
                .order
                .state
                .shipments
                .iter()
                .find(|s| s.reference == reference);
            let location =
                shipment.and_then(|s| fixture.order.fulfillment_order(s.fulfillment_order));
            let location = location.map_or("berlin".parse().unwrap(), |f| f.location.clone());
            Command::RecordShipment {
                reference,
                location,
                fulfillment_order: None,
                fact: fact.clone(),
                // Not all in the order in which they are told.
                occurred_at: crate::common::at((fixture.fixture * 7 + 3) % 40),
            }
        }
        Operation::Hold(n) => Command::PlaceHold {
            kind: HoldKind::Manual,
            handle: format!("h{n}"),
            until: None,
        },
        Operation::Release(n) => Command::ReleaseHold {
            handle: format!("h{n}"),
        },
        Operation::Cancel(lines) => Command::Cancel {
            lines: lines
                .iter()
                .map(|(l, units)| CancelLine {
                    line: l.to_string().parse().unwrap(),
                    units: *units,
                })
                .collect(),
            reason: CancelReason::Other,
            restocking_fee: 0,
            note: None,
        },
    })
}

/// I1, I3 and the status table, after one step.
fn holds(before: &Order, after: &Order) {
    for (line, state) in after.placed.lines.iter().zip(&after.state.lines) {
        assert_eq!(
            state.total(),
            line.quantity,
            "I1: every unit in exactly one bucket: {state:?}"
        );
        assert!(
            state.shipped >= state.delivered && state.delivered >= state.returned,
            "I1: {state:?}"
        );
        let open: u32 = after
            .state
            .fulfillment_orders
            .iter()
            .filter_map(|f| f.line(&line.id))
            .map(|l| l.open)
            .sum();
        assert_eq!(
            open, state.assigned,
            "I1: assigned units are open in a fulfillment order"
        );
        assert!(state.refund_owed <= state.credited(), "I3: {state:?}");
    }
    for found in &after.state.fulfillment_orders {
        assert!(
            found.lines.iter().all(|l| l.asked_back() <= l.open),
            "{found:?}"
        );
        assert_eq!(found.status.is_open(), found.open_units() > 0, "{found:?}");
        let mut open = after.state.exceptions.iter();
        let is_shown = open.any(|open| {
            open.kind == ExceptionKind::FulfillmentOverdue && open.subject == found.id.to_string()
        });
        let may_be_shown = found.is_worked_on() && found.overdue_shown;
        assert!(may_be_shown || !is_shown, "I11: it has ended: {found:?}");
    }
    let watched = |found: &FulfillmentOrder| found.is_worked_on() && !found.overdue_shown;
    assert!(
        after.due_at().is_some() || !after.state.fulfillment_orders.iter().any(watched),
        "I11: a location makes no progress, and nobody looks: {after:?}"
    );
    let owed: i64 = after.state.lines.iter().map(|l| l.refund_owed_amount).sum();
    assert!(
        owed <= after.state.payment.captured(),
        "I3: {owed} owed of {}",
        after.state.payment.captured()
    );
    assert!(
        after.state.payment.refunded() <= after.state.payment.captured(),
        "I3: refunded <= captured"
    );
    assert!(
        before.state.status.reaches(after.state.status),
        "{:?} -> {:?}",
        before.state.status,
        after.state.status
    );
    let unexpected: u32 = after
        .state
        .shipments
        .iter()
        .flat_map(|s| &s.lines)
        .map(|l| l.unexpected)
        .sum();
    assert!(
        unexpected == 0 || after.state.exceptions_opened > 0,
        "I4: a shipment that left all the same is an exception"
    );
}

fn story() -> impl Strategy<Value = (Vec<(u32, i64)>, Vec<Operation>)> {
    let lines = proptest::collection::vec((1u32..5, prop_oneof![Just(0i64), 1i64..1000]), 1..4);
    (lines, proptest::collection::vec(operation(), 0..40))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases::unless_told(600), ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_requests_and_facts_keeps_the_rules((lines, operations) in story()) {
        let mut fixture = OrderFixture::placed(&lines);
        for operation in &operations {
            let Some(command) = command(&fixture, operation) else { continue };
            let before = fixture.order.clone();
            let Ok(events) = fixture.apply(&command) else {
                prop_assert_eq!(&before, &fixture.order, "a refusal changes nothing");
                continue;
            };
            holds(&before, &fixture.order);
            // I5: the same message again, the very same cause, has no effect.
            if !events.is_empty() {
                prop_assert_eq!(decide(&fixture.order, &command, &context(fixture.fixture)), Ok(vec![]));
            }
        }
        // I6: the commits alone give the state, and their chain holds.
        verify_chain(&fixture.commits).unwrap();
        prop_assert_eq!(&fold(Order::unplaced(fixture.order.placed.clone()), &fixture.commits), &fixture.order);
    }

    #[test]
    fn the_same_facts_a_second_time_change_nothing((lines, operations) in story()) {
        let mut fixture = OrderFixture::placed(&lines);
        for operation in &operations {
            let Some(command) = command(&fixture, operation) else { continue };
            let idempotent = match &command {
                // A retold operation may find more to do: a second hold or route is a new operation.
                Command::Cancel { .. } | Command::Route { .. } | Command::ReleaseBackorder { .. } => false,
                // A second close by another request is refused.
                Command::CloseException { .. } | Command::Refund { .. } | Command::RecordReceived { .. }
                | Command::RecordRefund { .. } => false,
                // Another wait may be over a second later.
                Command::EndClosing => false,
                Command::PlaceHold { .. } | Command::ReleaseHold { .. } | Command::RequestFulfillment { .. }
                | Command::RepeatRequests { .. } | Command::TakeBackRequests { .. } | Command::ReportRefused { .. }
                | Command::ReportSilence { .. }
                | Command::ReportOverdue { .. } | Command::ShowDeclined { .. } => true,
                // A partial `cancelled` without an end tells of further units each time it is fixture.
                Command::RecordFulfillment { fact: FulfillmentFact::Cancelled { lines }, .. } => lines.is_empty(),
                Command::TakeException { .. }
                | Command::RecordEffect { .. }
                | Command::RetryEffect { .. }
                | Command::AllowLocation { .. }
                | Command::EnforcePayment
                | Command::RecordPayment { .. }
                | Command::RecordFulfillment { .. }
                | Command::RecordShipment { .. }
                | Command::NoteAsked { .. } => true,
            };
            if fixture.apply(&command).is_ok() && idempotent {
                prop_assert_eq!(fixture.apply(&command), Ok(vec![]), "{:?}", command);
            }
        }
    }

    #[test]
    fn evolving_never_panics_whatever_the_order((lines, operations) in story(), (others, _) in story()) {
        let mut fixture = OrderFixture::placed(&lines);
        let mut stranger = OrderFixture::placed(&others).order;
        for operation in &operations {
            let Some(command) = command(&fixture, operation) else { continue };
            for event in fixture.apply(&command).unwrap_or_default() {
                // Events of one order, put to another that they do not fit.
                stranger = evolve(stranger, &event, &context(fixture.fixture));
            }
        }
        let _ = stranger.due_at();
    }

    #[test]
    fn state_and_commits_read_back_what_they_write((lines, operations) in story()) {
        let mut fixture = OrderFixture::placed(&lines);
        for operation in &operations {
            if let Some(command) = command(&fixture, operation) {
                let _ = fixture.apply(&command);
            }
        }
        let json = serde_json::to_string(&fixture.order.state).unwrap();
        prop_assert_eq!(&serde_json::from_str::<OrderState>(&json).unwrap(), &fixture.order.state);
        for commit in &fixture.commits {
            prop_assert_eq!(&Commit::open(commit.text.clone(), commit.hash.clone()).unwrap(), commit);
        }
    }

    #[test]
    fn reserved_stock_follows_the_open_units((lines, operations) in story()) {
        let mut fixture = OrderFixture::placed(&lines);
        let mut reserved = std::collections::BTreeMap::new();
        for operation in &operations {
            let Some(command) = command(&fixture, operation) else { continue };
            fixture.fixture += 1;
            let context = context(fixture.fixture);
            let Ok(events) = decide(&fixture.order, &command, &context) else { continue };
            if events.is_empty() {
                continue;
            }
            let change = Change::new(&fixture.order, events, &context).unwrap();
            for delta in &change.stock {
                *reserved.entry((delta.sku.clone(), delta.location.clone())).or_insert(0) += delta.reserved;
            }
            fixture.order = change.order;
            let mut open = std::collections::BTreeMap::new();
            for found in &fixture.order.state.fulfillment_orders {
                for part in &found.lines {
                    let sku = fixture.order.line(&part.line).unwrap().0.sku.clone();
                    *open.entry((sku, found.location.clone())).or_insert(0) += i64::from(part.open);
                }
            }
            reserved.retain(|_, units| *units != 0);
            open.retain(|_, units| *units != 0);
            prop_assert_eq!(&reserved, &open, "I2: reserved = assigned and not yet shipped");
        }
    }
}

#[test]
fn an_edited_a_missing_and_a_reordered_commit_show() {
    let mut fixture = OrderFixture::placed(&[(1, 100)]);
    fixture.captured();
    fixture.route(&[("berlin", 1)]).unwrap();
    verify_chain(&fixture.commits).unwrap();
    let mut edited = fixture.commits.clone();
    edited[1].text = edited[1].text.replace("100", "999");
    assert!(verify_chain(&edited).is_err());
    let missing = [fixture.commits[0].clone(), fixture.commits[2].clone()];
    assert!(verify_chain(&missing).is_err());
    let reordered = [
        fixture.commits[0].clone(),
        fixture.commits[2].clone(),
        fixture.commits[1].clone(),
    ];
    assert!(verify_chain(&reordered).is_err());
    // Edited and sealed again: its own hash fits, the chain does not.
    let mut body = fixture.commits[1].body.clone();
    body.actor.id = "someone-else".to_owned();
    let resealed = [
        fixture.commits[0].clone(),
        Commit::seal(body).unwrap(),
        fixture.commits[2].clone(),
    ];
    assert!(verify_chain(&resealed).is_err());
}
