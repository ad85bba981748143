//! Golden files: what this version stores. Until 0.1.0 is released they change only with a commit that says why; from
//! then on they are only added to, because orders that were stored then must stay readable.

#![expect(clippy::unwrap_used, reason = "a test may stop where it goes wrong")]

use std::collections::BTreeSet;

use crate::common::{INTENT, OrderFixture, shipped};
use domain::{
    inbound::{FactLine, FulfillmentFact, PaymentFact, ShipmentFact},
    order::{
        CapturePolicy, Command, Commit, DisputeFunds, DisputeStatus, EffectOutcome, Event,
        ExceptionOutcome, HoldKind, Order, OrderState, OrderTax, PAY_WITHIN_S, PaymentCommands,
        PaymentTerm, PlaceTender, PlacedOrder, RefundReason, RefundRequest, RefundStatus,
        RefundUnits, Shipment, ShipmentStatus, TenderKind, fold, verify_chain,
    },
};
use schemars::schema_for;
use serde_json::{Value, json};

fn payment(fact: PaymentFact) -> Command {
    Command::RecordPayment {
        intent: INTENT.to_owned(),
        fact,
        occurred_at: crate::common::at(400),
    }
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

fn line(id: &str, quantity: u32) -> FactLine {
    FactLine {
        line: id.parse().unwrap(),
        quantity,
    }
}

/// An order that is paid, held, split, backordered, shipped, cancelled in part, refunded and disputed.
fn shipped_order() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(4, 1000), (2, 500)]);
    let currency = "EUR".parse().unwrap();
    order.pay(PaymentFact::Processing).unwrap();
    let amount = 5000;
    order
        .pay(PaymentFact::Authorized { amount, currency })
        .unwrap();
    order.captured();
    let until = Some(crate::common::at(500));
    let (kind, handle) = (HoldKind::Manual, "check".to_owned());
    order
        .apply(&Command::PlaceHold {
            kind,
            handle: handle.clone(),
            until,
        })
        .unwrap();
    order.apply(&Command::ReleaseHold { handle }).unwrap();
    order.route(&[("berlin", 2)]).unwrap();
    let (release, _) = order.plan(&[("lyon", 1)], true);
    order.apply(&release).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    let reason = "cannot_ship".to_owned();
    order
        .report(1, FulfillmentFact::Rejected { reason })
        .unwrap();
    order.report(0, FulfillmentFact::Accepted).unwrap();
    order.cancel(&[("1", 2), ("2", 1)]).unwrap();
    let lines = vec![line("1", 1)];
    order
        .report(0, FulfillmentFact::Cancelled { lines })
        .unwrap();
    order.report(0, FulfillmentFact::Picking).unwrap();
    order.report(0, FulfillmentFact::Packed).unwrap();
    order.cancel(&[("1", 2)]).unwrap();
    order
        .report(0, shipped("BOX-1", &[("1", 1)], true))
        .unwrap();
    order.shipment("BOX-1", ShipmentFact::InTransit).unwrap();
    order.shipment("BOX-1", ShipmentFact::InTransit).unwrap();
    let reason = Some("address_unknown".to_owned());
    order
        .shipment("BOX-1", ShipmentFact::Exception { reason })
        .unwrap();
    order
        .shipment("BOX-1", ShipmentFact::OutForDelivery)
        .unwrap();
    order.shipment("BOX-1", ShipmentFact::Delivered).unwrap();
    order
        .shipment("BOX-1", ShipmentFact::ReturnedToSender)
        .unwrap();
    let (id, owner) = (2, "user-1".to_owned());
    order.apply(&Command::TakeException { id, owner }).unwrap();
    let note = Some("sent again".to_owned());
    order
        .apply(&Command::CloseException {
            id,
            outcome: ExceptionOutcome::Resolved,
            note,
        })
        .unwrap();
    order
        .pay(refund("re_1", 500, RefundStatus::Succeeded))
        .unwrap();
    for (status, funds) in [
        (DisputeStatus::NeedsResponse, DisputeFunds::Withdrawn),
        (DisputeStatus::Won, DisputeFunds::Reinstated),
    ] {
        let fact = PaymentFact::Dispute {
            id: "dp_1".to_owned(),
            status,
            amount: 900,
            currency: "EUR".parse().unwrap(),
            reason: Some("fraudulent".to_owned()),
            evidence_due: Some(crate::common::at(900_000)),
            funds: Some(funds),
            reinstated: None,
        };
        order.pay(fact).unwrap();
    }
    let intent = "pi_2".to_owned();
    order
        .apply(&Command::RecordPayment {
            intent,
            fact: PaymentFact::Linked,
            occurred_at: crate::common::at(400),
        })
        .unwrap();
    order
}

/// An order of which a shipment is told of after its units were sent to another location.
fn late_order() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(4, 1000)]);
    order.captured();
    order.route(&[("berlin", 4)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.apply(&order.take_back()).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    let fulfillment_orders = vec![order.order.state.fulfillment_orders[0].id];
    order
        .apply(&Command::RepeatRequests { fulfillment_orders })
        .unwrap();
    order.report(0, shipped("2", &[("1", 2)], true)).unwrap();
    order.pass(600);
    order.apply(&Command::EndClosing).unwrap();
    order.route(&[("lyon", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, shipped("1", &[("1", 1)], false)).unwrap();
    let lines = vec![line("1", 1)];
    order
        .report(1, FulfillmentFact::Cancelled { lines })
        .unwrap();
    order
        .apply(&Command::AllowLocation {
            line: "1".parse().unwrap(),
            location: "berlin".parse().unwrap(),
        })
        .unwrap();
    let lines = vec![line("1", 1)];
    order
        .report(0, FulfillmentFact::Cancelled { lines })
        .unwrap();
    let totals = vec![line("1", 1)];
    order.report(1, FulfillmentFact::Closed { totals }).unwrap();
    order.pass(600);
    order.apply(&Command::EndClosing).unwrap();
    order
}

/// An order whose payment fails and is cancelled.
fn unpaid_order() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    let code = Some("card_declined".to_owned());
    order.apply(&payment(PaymentFact::Failed { code })).unwrap();
    order.apply(&payment(PaymentFact::Cancelled)).unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    order
}

/// An order of which less is captured than was authorized, that is paid with a second payment, and then refunded in part.
fn recalled_order() -> OrderFixture {
    let mut order = OrderFixture::placed(&[(2, 1000)]);
    let currency = "EUR".parse().unwrap();
    let amount = 2000;
    order
        .pay(PaymentFact::Authorized { amount, currency })
        .unwrap();
    order
        .pay(PaymentFact::AuthorizationTerms {
            capture_before: Some(crate::common::at(900)),
            multicapture: true,
        })
        .unwrap();
    order.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    let (amount, capturable) = (1000, 1000);
    order
        .pay(PaymentFact::PartlyCaptured {
            amount,
            capturable,
            currency,
        })
        .unwrap();
    let amount = 1500;
    order
        .pay(PaymentFact::Captured { amount, currency })
        .unwrap();
    order
        .report(0, FulfillmentFact::Cancelled { lines: vec![] })
        .unwrap();
    let amount = 500;
    order
        .apply(&Command::RecordPayment {
            intent: "pi_2".to_owned(),
            fact: PaymentFact::Captured { amount, currency },
            occurred_at: crate::common::at(400),
        })
        .unwrap();
    order
        .pay(refund("re_1", 200, RefundStatus::Succeeded))
        .unwrap();
    order
        .apply(&Command::CloseException {
            id: 2,
            outcome: ExceptionOutcome::AcceptedAsCredit,
            note: None,
        })
        .unwrap();
    order
}

/// An order of which the gateway is commanded: a refund that is refused, tried again and made, and goodwill.
fn commanded_order() -> OrderFixture {
    let commands = PaymentCommands {
        capture: CapturePolicy::AtOnce,
        ..PaymentCommands::default()
    };
    let mut order = OrderFixture::commanded(&[(2, 1000)], commands);
    let (amount, currency) = (2000, "EUR".parse().unwrap());
    order
        .pay(PaymentFact::Authorized { amount, currency })
        .unwrap();
    let captured = EffectOutcome::Captured {
        amount,
        capturable: 0,
    };
    let record = |effect, outcome| Command::RecordEffect { effect, outcome };
    order.apply(&record(1, captured)).unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    let code = "balance_insufficient".to_owned();
    order
        .apply(&record(2, EffectOutcome::Refused { code }))
        .unwrap();
    order.apply(&Command::RetryEffect { effect: 2 }).unwrap();
    let made = |id: &str, amount| EffectOutcome::Refunded {
        refund: id.to_owned(),
        amount,
        status: RefundStatus::Succeeded,
    };
    order.apply(&record(2, made("re_1", 1000))).unwrap();
    let note = Some("she was patient".to_owned());
    let refund = RefundRequest {
        amount: 100,
        ..RefundRequest::default()
    };
    let credits_max = None;
    order
        .apply(&Command::Refund {
            refund,
            credits_max,
            note,
        })
        .unwrap();
    order
}

/// An order of which too much was paid and goes back, and of which a lost dispute was a credit until the shop had the money.
fn reinstated_order() -> OrderFixture {
    let mut order = OrderFixture::commanded(&[(2, 1000)], PaymentCommands::default());
    let (amount, currency) = (2300, "EUR".parse().unwrap());
    order
        .pay(PaymentFact::Captured { amount, currency })
        .unwrap();
    let close = |order: &mut OrderFixture, outcome| {
        let id = order.order.state.exceptions[0].id;
        let note = None;
        order
            .apply(&Command::CloseException { id, outcome, note })
            .unwrap();
    };
    close(&mut order, ExceptionOutcome::SurplusRefunded);
    let made = EffectOutcome::Refunded {
        refund: "re_1".to_owned(),
        amount: 300,
        status: RefundStatus::Succeeded,
    };
    order
        .apply(&Command::RecordEffect {
            effect: 1,
            outcome: made,
        })
        .unwrap();
    let lost = |funds, reinstated| PaymentFact::Dispute {
        id: "dp_1".to_owned(),
        status: DisputeStatus::Lost,
        amount: 2000,
        currency,
        reason: None,
        evidence_due: None,
        funds: Some(funds),
        reinstated,
    };
    order.pay(lost(DisputeFunds::Withdrawn, None)).unwrap();
    close(&mut order, ExceptionOutcome::AcceptedAsCredit);
    order
        .pay(lost(DisputeFunds::Reinstated, Some(700)))
        .unwrap();
    order
        .pay(lost(DisputeFunds::Reinstated, Some(2000)))
        .unwrap();
    order
}

/// An order of which units, shipping and goodwill are refunded; one refund waits for a second person.
fn refunded_order() -> OrderFixture {
    let mut request = crate::common::request(&[(3, 1000)]);
    request.shipping = 490;
    request.terms.payment_commands = Some(PaymentCommands::default());
    let mut order = OrderFixture::placed_as(request);
    order.captured();
    let refund = RefundRequest {
        lines: vec![RefundUnits {
            line: crate::common::line("1"),
            units: 1,
        }],
        shipping: 90,
        amount: 50,
        restocking_fee: 100,
        reason: Some(RefundReason::Damaged),
    };
    for credits_max in [None, Some(99)] {
        order
            .apply(&Command::Refund {
                refund: refund.clone(),
                credits_max,
                note: Some("it has a scratch".to_owned()),
            })
            .unwrap();
    }
    order.cancel(&[("1", 2)]).unwrap();
    order
}

/// An order that nobody pays: the gateway is asked when the time to pay is over, and cancels the payment first.
fn expired_order() -> OrderFixture {
    let mut order = OrderFixture::commanded(&[(1, 1000)], PaymentCommands::default());
    let code = Some("card_declined".to_owned());
    order.apply(&payment(PaymentFact::Failed { code })).unwrap();
    let asked = |found| Command::NoteAsked {
        intent: crate::common::INTENT.to_owned(),
        found,
    };
    order.apply(&asked(false)).unwrap();
    order.pass(PAY_WITHIN_S.unsigned_abs());
    order.apply(&asked(true)).unwrap();
    let outcome = EffectOutcome::Cancelled;
    let cancelled = Command::RecordEffect { effect: 1, outcome };
    order.apply(&cancelled).unwrap();
    order.apply(&Command::EnforcePayment).unwrap();
    order
}

/// An order that a gift card and a bank transfer pay, of which a unit is cancelled: a person gives it back.
fn transferred_order() -> OrderFixture {
    let mut request = crate::common::request(&[(2, 1000)]);
    request.payment.intent = None;
    request.payment.tenders = vec![PlaceTender {
        kind: TenderKind::GiftCard,
        reference: "GC-1".to_owned(),
        amount: 500,
    }];
    request.terms.payment = Some(PaymentTerm::BankTransfer);
    let mut order = OrderFixture::placed_as(request);
    order
        .apply(&Command::RecordReceived {
            kind: TenderKind::BankTransfer,
            reference: "B/731".to_owned(),
            amount: 1500,
            note: Some("seen on Tuesday".to_owned()),
        })
        .unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    for effect in [1, 2] {
        let reference = "B/900".to_owned();
        order
            .apply(&Command::RecordRefund { effect, reference })
            .unwrap();
    }
    order
}

/// An order on account: goodwill lowers what is owed, a part is paid, and a unit is cancelled.
fn order_on_account() -> OrderFixture {
    let mut request = crate::common::request(&[(2, 1000)]);
    request.payment.intent = None;
    request.terms.payment = Some(PaymentTerm::OnAccount {
        account: "ACME-7".parse().unwrap(),
        days: Some(30),
    });
    let mut order = OrderFixture::placed_as(request);
    order
        .apply(&Command::Refund {
            refund: RefundRequest {
                amount: 100,
                ..RefundRequest::default()
            },
            credits_max: None,
            note: None,
        })
        .unwrap();
    order
        .apply(&Command::RecordReceived {
            kind: TenderKind::BankTransfer,
            reference: "B/731".to_owned(),
            amount: 1200,
            note: None,
        })
        .unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    order
}

/// An order whose tax a service has recorded: of two cancelled units one is reversed, and the other is refused.
fn taxed_order() -> OrderFixture {
    let mut request = crate::common::request(&[(3, 1000)]);
    (request.lines[0].tax, request.shipping) = (191, 100);
    request.terms.payment_commands = Some(PaymentCommands::default());
    request.tax = Some(OrderTax {
        service: "stripe_tax".to_owned(),
        transaction: "tax_1".to_owned(),
        shipping_tax: 7,
    });
    let mut order = OrderFixture::placed_as(request);
    order.captured();
    order.cancel(&[("1", 1)]).unwrap();
    let outcome = EffectOutcome::TaxReversed {
        reversal: Some("tax_2".to_owned()),
        tax: Some(65),
    };
    let effect = 1;
    order
        .apply(&Command::RecordEffect { effect, outcome })
        .unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    let outcome = EffectOutcome::Refused {
        code: "resource_missing".to_owned(),
    };
    let effect = 3;
    order
        .apply(&Command::RecordEffect { effect, outcome })
        .unwrap();
    order
}

fn document(order: &OrderFixture) -> String {
    let commits: Vec<Value> = order
        .commits
        .iter()
        .map(|commit| json!({ "hash": commit.hash, "text": commit.text }))
        .collect();
    let document = json!({
        "placed": order.order.placed,
        "commits": commits,
        "state": order.order.state,
    });
    serde_json::to_string_pretty(&document).unwrap()
}

#[test]
fn this_version_stores_what_the_golden_files_hold() {
    insta::with_settings!({ snapshot_path => "golden", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("shipped_order", document(&shipped_order()));
        insta::assert_snapshot!("commanded_order", document(&commanded_order()));
        insta::assert_snapshot!("reinstated_order", document(&reinstated_order()));
        insta::assert_snapshot!("refunded_order", document(&refunded_order()));
        insta::assert_snapshot!("expired_order", document(&expired_order()));
        insta::assert_snapshot!("unpaid_order", document(&unpaid_order()));
        insta::assert_snapshot!("late_order", document(&late_order()));
        insta::assert_snapshot!("recalled_order", document(&recalled_order()));
        insta::assert_snapshot!("transferred_order", document(&transferred_order()));
        insta::assert_snapshot!("order_on_account", document(&order_on_account()));
        insta::assert_snapshot!("taxed_order", document(&taxed_order()));
    });
}

const GOLDEN: [&str; 12] = [
    include_str!("golden/commanded_order.snap"),
    include_str!("golden/expired_order.snap"),
    include_str!("golden/late_order.snap"),
    include_str!("golden/shipped_order.snap"),
    include_str!("golden/unpaid_order.snap"),
    include_str!("golden/recalled_order.snap"),
    include_str!("golden/reinstated_order.snap"),
    include_str!("golden/refunded_order.snap"),
    include_str!("golden/transferred_order.snap"),
    include_str!("golden/taxed_order.snap"),
    include_str!("golden/order_on_account.snap"),
    UNDATED,
];

/// Stored before steps of shipments had times; never written again.
const UNDATED: &str = include_str!("golden/undated_steps.snap");

/// The commits, the order before the first of them, and the state that was stored with them.
fn read(golden: &str) -> (Vec<Commit>, Order, OrderState) {
    // The file's header ends with the second line of three hyphens.
    let document = golden.splitn(3, "---\n").nth(2).unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let open = |commit: &Value| {
        let text = |name: &str| commit[name].as_str().unwrap().to_owned();
        Commit::open(text("text"), text("hash")).unwrap()
    };
    let commits = document["commits"]
        .as_array()
        .unwrap()
        .iter()
        .map(open)
        .collect();
    let placed: PlacedOrder = serde_json::from_value(document["placed"].clone()).unwrap();
    let state = serde_json::from_value(document["state"].clone()).unwrap();
    (commits, Order::unplaced(placed), state)
}

#[test]
fn golden_commits_are_read_and_give_the_golden_state() {
    for golden in GOLDEN {
        let (commits, unplaced, state) = read(golden);
        verify_chain(&commits).unwrap();
        assert_eq!(fold(unplaced, &commits).state, state);
    }
}

#[test]
fn a_shipment_of_which_steps_have_no_time_is_followed_on() {
    let (commits, unplaced, _) = read(UNDATED);
    let steps = commits.iter().flat_map(|commit| &commit.body.events);
    let last = steps.rev().find_map(Event::shipment_step);
    let (id, step, at) = last.unwrap();
    assert_eq!((step, at), (ShipmentStatus::ReturnedToSender, None));
    let returned = fold(unplaced, &commits);
    let mut shipments = returned.state.shipments.iter();
    let shipment = shipments.find(|shipment| shipment.id == id).unwrap();
    let at = crate::common::at(900);
    // It has been delivered before, which the shipment does not say: its units must not be counted again.
    for step in [
        ShipmentStatus::InTransit,
        ShipmentStatus::Delivered,
        ShipmentStatus::ReturnedToSender,
    ] {
        assert_eq!(shipment.after(step, at, at), *shipment);
    }
    let stored = |status| Shipment {
        status,
        ..shipment.clone()
    };
    let problem = stored(ShipmentStatus::Exception);
    let moved = problem.after(ShipmentStatus::InTransit, crate::common::at(1), at);
    assert_eq!(moved.status, ShipmentStatus::InTransit);
    let delivered = stored(ShipmentStatus::Delivered);
    assert_eq!(
        delivered.after(ShipmentStatus::Delivered, at, at),
        delivered
    );
    let back = delivered.after(ShipmentStatus::ReturnedToSender, crate::common::at(1), at);
    assert_eq!(back.status, ShipmentStatus::ReturnedToSender);
    let again = back.after(ShipmentStatus::Delivered, crate::common::at(0), at);
    assert!(back.was_delivered() && again.status == back.status);
}

#[test]
fn a_step_without_a_time_delivers_units_only_when_it_says_so() {
    let (commits, unplaced, _) = read(UNDATED);
    let delivered = |count: usize| {
        let order = fold(unplaced.clone(), &commits[..count]);
        order.state.lines.iter().map(|l| l.delivered).sum::<u32>()
    };
    let mut steps = 0;
    for (before, commit) in commits.iter().enumerate() {
        let step = commit.body.events.iter().find_map(Event::shipment_step);
        let Some((_, step, None)) = step else {
            continue;
        };
        steps += 1;
        let added = delivered(before + 1) - delivered(before);
        assert_eq!(added > 0, step == ShipmentStatus::Delivered, "{step:?}");
    }
    assert!(steps > 1);
}

#[test]
fn every_event_is_in_a_golden_file() {
    let stored: BTreeSet<&str> = GOLDEN
        .into_iter()
        .flat_map(|golden| read(golden).0)
        .flat_map(|commit| commit.body.events)
        .map(|event| event.name())
        .collect();
    let schema = schema_for!(Event).to_value();
    let variants = schema["oneOf"].as_array().unwrap();
    for variant in variants {
        let name = variant["properties"]["type"]["const"].as_str().unwrap();
        assert!(stored.contains(name), "no golden commit holds {name}");
    }
}
