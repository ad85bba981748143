//! Refunds that people ask for: units, shipping, amounts, what is kept of them, and who approves them.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

use domain::{
    decide::decide,
    inbound::{FulfillmentFact, PaymentFact},
    order::{
        Actor, ActorKind, CancelLine, CancelReason, Cause, Command, Context, EffectAction, Event,
        ExceptionKind, ExceptionOutcome, PaymentCommands, PaymentTerm, RefundRequest, RefundUnits,
        Rejection, RejectionCode, ShippingRefund, TenderKind, fold,
    },
};

use crate::common::{OrderFixture, asked, at, cancel, line, names, refund, request, shipped};

const SHIPPING: i64 = 490;

/// Three units, not of equal cells, and a gift; paid, commanded, and with a price of shipping.
fn paid(rule: Option<ShippingRefund>) -> OrderFixture {
    let mut request = request(&[(3, 1000), (1, 0)]);
    (request.lines[0].discount, request.lines[0].tax) = (100, 482);
    request.shipping = SHIPPING;
    request.terms.payment_commands = Some(PaymentCommands::default());
    request.terms.shipping_refund = rule;
    let mut order = OrderFixture::placed_as(request);
    order.captured();
    order
}

/// What the last units of the first line cost, without shipping.
fn goods(units: u32) -> i64 {
    (0..units)
        .map(|unit| [967 + 160, 967 + 161, 966 + 161][unit as usize])
        .sum()
}

fn units(id: &str, units: u32) -> RefundRequest {
    RefundRequest {
        lines: vec![RefundUnits {
            line: line(id),
            units,
        }],
        ..RefundRequest::default()
    }
}

fn shipping(amount: i64) -> RefundRequest {
    RefundRequest {
        shipping: amount,
        ..RefundRequest::default()
    }
}

/// What the gateway is asked to give back by the events.
fn asked_back(events: &[Event]) -> i64 {
    let amount = |event: &Event| {
        if let Event::EffectRequested {
            action: EffectAction::Refund { amount, .. },
            ..
        } = event
        {
            *amount
        } else {
            0
        }
    };
    events.iter().map(amount).sum()
}

fn code(refused: Result<Vec<Event>, Rejection>) -> (RejectionCode, String) {
    let refused = refused.unwrap_err();
    (refused.code, refused.found)
}

#[test]
fn a_refunded_unit_is_its_cell_and_its_cancellation_owes_nothing_again() {
    let mut order = paid(Some(ShippingRefund::Never));
    let events = order.apply(&asked(units("1", 1))).unwrap();
    assert_eq!(
        names(&events),
        ["RefundGranted", "RefundOwed", "EffectRequested"]
    );
    assert_eq!(asked_back(&events), goods(1));
    assert_eq!(order.order.amount_due(), goods(3) + SHIPPING - goods(1));
    // The same unit: nothing is owed. The next two: their own cells.
    assert_eq!(
        names(&order.cancel(&[("1", 1)]).unwrap()),
        ["UnitsCancelled"]
    );
    assert_eq!(
        asked_back(&order.cancel(&[("1", 2)]).unwrap()),
        goods(3) - goods(1)
    );
}

#[test]
fn a_cancelled_unit_and_a_refunded_one_are_two() {
    let mut order = paid(Some(ShippingRefund::Never));
    assert_eq!(asked_back(&order.cancel(&[("1", 1)]).unwrap()), goods(1));
    let second = order.apply(&asked(units("1", 1))).unwrap();
    assert_eq!(asked_back(&second), goods(2) - goods(1));
    assert_eq!(
        code(order.apply(&asked(units("1", 2)))),
        (RejectionCode::BadQuantity, "2".to_owned())
    );
}

#[test]
fn a_refunded_parcel_does_not_pay_for_what_is_cancelled_elsewhere() {
    let mut order = paid(Some(ShippingRefund::Never));
    order.route(&[("berlin", 2)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.report(0, FulfillmentFact::Accepted).unwrap();
    order.report(0, shipped("1", &[("1", 2)], false)).unwrap();
    // One of the two that have left is refunded, and then the one that has not left is cancelled.
    let first = order.apply(&asked(units("1", 1))).unwrap();
    let second = order.cancel(&[("1", 1)]).unwrap();
    assert_eq!(asked_back(&first) + asked_back(&second), goods(2));
}

#[test]
fn a_unit_that_is_refunded_and_then_leaves_is_credited_as_one_that_left() {
    let mut order = paid(Some(ShippingRefund::Never));
    order.route(&[("berlin", 3)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    order.apply(&asked(units("1", 1))).unwrap();
    order.report(0, shipped("1", &[("1", 3)], false)).unwrap();
    let state = &order.order.state.lines[0];
    assert_eq!((state.credited_shipped, state.credited_unshipped), (1, 0));
    assert_eq!(state.creditable(), 2);
}

#[test]
fn shipping_goes_back_once_whoever_gives_it_back() {
    for (rule, of_first, of_last) in [
        (ShippingRefund::FirstUnit, SHIPPING, 0),
        (ShippingRefund::LastUnit, 0, SHIPPING),
        (ShippingRefund::Never, 0, 0),
    ] {
        let mut order = paid(Some(rule));
        let first = asked_back(&order.cancel(&[("1", 1)]).unwrap());
        assert_eq!(first, goods(1) + of_first, "{rule:?}");
        order.cancel(&[("1", 2)]).unwrap();
        // The gift is the last unit of the order.
        let last = asked_back(&order.cancel(&[("2", 1)]).unwrap());
        assert_eq!(last, of_last, "{rule:?}");
    }
    for rule in [
        ShippingRefund::FirstUnit,
        ShippingRefund::LastUnit,
        ShippingRefund::ProRata,
        ShippingRefund::Never,
    ] {
        let mut order = paid(Some(rule));
        let by_hand = asked_back(&order.apply(&asked(shipping(200))).unwrap());
        assert_eq!(by_hand, 200);
        let first = asked_back(&order.cancel(&[("1", 1)]).unwrap());
        let rest = order.order.shipping_left();
        let (found, most) = code(order.apply(&asked(shipping(rest + 1))));
        assert_eq!(
            (found, most),
            (RejectionCode::RefundAmount, rest.to_string())
        );
        let second = match rest {
            0 => 0,
            rest => asked_back(&order.apply(&asked(shipping(rest))).unwrap()),
        };
        let last = asked_back(&order.cancel(&[]).unwrap());
        let whole = goods(3) + SHIPPING;
        assert_eq!(by_hand + first + second + last, whole, "{rule:?}");
        assert_eq!(order.order.total_refundable(), 0, "{rule:?}");
    }
}

#[test]
fn a_fee_is_kept_of_a_refund_and_never_more_than_it() {
    let mut order = paid(Some(ShippingRefund::Never));
    let with_fee = |fee| RefundRequest {
        restocking_fee: fee,
        ..units("1", 1)
    };
    let most = goods(1).to_string();
    let refused = code(order.apply(&asked(with_fee(goods(1) + 1))));
    assert_eq!(refused, (RejectionCode::RefundAmount, most.clone()));
    let events = order.apply(&asked(with_fee(100))).unwrap();
    assert_eq!(asked_back(&events), goods(1) - 100);
    let with_fee = |fee| Command::Cancel {
        lines: vec![CancelLine {
            line: line("1"),
            units: Some(2),
        }],
        reason: CancelReason::CustomerRequested,
        restocking_fee: fee,
        note: None,
    };
    // One of the two is paid back already.
    let next = goods(2) - goods(1);
    let refused = code(order.apply(&with_fee(next + 1)));
    assert_eq!(refused, (RejectionCode::RefundAmount, next.to_string()));
    assert_eq!(asked_back(&order.apply(&with_fee(next)).unwrap()), 0);
    assert_eq!(order.order.state.payment.restocking_fees, next + 100);
    assert_eq!(order.order.still_owed(), order.order.refunds_asked_for());
    let kept = order.order.amount_due();
    assert_eq!(kept, goods(3) - goods(2) + SHIPPING + next + 100);
    // A unit that a location is asked for does not go back at once, so nothing of it can be kept.
    let mut order = paid(None);
    order.route(&[("berlin", 9)]).unwrap();
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
    assert_eq!(
        code(order.apply(&with_fee(1))),
        (RejectionCode::RefundAmount, "0".to_owned())
    );
}

#[test]
fn people_give_back_and_keep_dinars_in_tens() {
    let mut dinars = request(&[(3, 5120)]);
    dinars.currency = "KWD".parse().unwrap();
    dinars.shipping = 1510;
    dinars.terms.payment_commands = Some(PaymentCommands::default());
    let mut order = OrderFixture::placed_as(dinars);
    order.captured();
    let fee = |fee| RefundRequest {
        restocking_fee: fee,
        ..units("1", 1)
    };
    let cancel = |fee| Command::Cancel {
        lines: vec![CancelLine {
            line: line("1"),
            units: Some(1),
        }],
        reason: CancelReason::CustomerRequested,
        restocking_fee: fee,
        note: None,
    };
    let odd = (RejectionCode::RefundAmount, "105".to_owned());
    for command in [
        refund(105),
        asked(shipping(105)),
        asked(fee(105)),
        cancel(105),
    ] {
        assert_eq!(code(order.apply(&command)), odd, "{command:?}");
    }
    for command in [
        refund(110),
        asked(shipping(110)),
        cancel(110),
        asked(fee(110)),
    ] {
        let back = asked_back(&order.apply(&command).unwrap());
        assert_eq!(back % 10, 0, "{command:?}");
        assert!(back > 0, "{command:?}");
    }
}

#[test]
fn a_refund_names_what_the_order_has_and_what_it_was_paid() {
    let mut order = paid(None);
    let unknown = (RejectionCode::UnknownLine, "9".to_owned());
    assert_eq!(code(order.apply(&asked(units("9", 1)))), unknown);
    let bad = |units: &str| (RejectionCode::BadQuantity, units.to_owned());
    assert_eq!(code(order.apply(&asked(units("1", 0)))), bad("0"));
    assert_eq!(code(order.apply(&asked(units("1", 4)))), bad("4"));
    let twice = RefundRequest {
        lines: [units("1", 2).lines, units("1", 2).lines].concat(),
        ..RefundRequest::default()
    };
    assert_eq!(code(order.apply(&asked(twice))), bad("2"));
    let total = (goods(3) + SHIPPING).to_string();
    for amount in [0, -1, goods(3) + SHIPPING + 1] {
        let refused = code(order.apply(&refund(amount)));
        assert_eq!(refused, (RejectionCode::RefundAmount, total.clone()));
    }
    let negative = code(order.apply(&asked(shipping(-1))));
    assert_eq!(
        negative,
        (RejectionCode::RefundAmount, SHIPPING.to_string())
    );
    // What was given back as goodwill is not there for units.
    order.apply(&refund(goods(3))).unwrap();
    let refused = code(order.apply(&asked(units("1", 3))));
    assert_eq!(refused, (RejectionCode::RefundAmount, SHIPPING.to_string()));
    // All at once is the whole, and the gift costs nothing.
    let mut order = paid(None);
    let all = RefundRequest {
        lines: [units("1", 3).lines, units("2", 1).lines].concat(),
        ..RefundRequest::default()
    };
    assert_eq!(
        asked_back(&order.apply(&asked(all)).unwrap()),
        goods(3) + SHIPPING
    );
    assert_eq!(order.cancel(&[]).map(|events| asked_back(&events)), Ok(0));
}

#[test]
fn only_captured_money_that_is_not_due_is_given_back_for_units() {
    let mut request = request(&[(2, 1000)]);
    request.terms.payment_commands = Some(PaymentCommands::default());
    let mut order = OrderFixture::placed_as(request);
    let currency = order.order.placed.currency;
    order
        .pay(PaymentFact::Captured {
            amount: 1500,
            currency,
        })
        .unwrap();
    let refused = code(order.apply(&asked(units("1", 1))));
    assert_eq!(refused, (RejectionCode::RefundAmount, "500".to_owned()));
}

fn as_agent(
    order: &mut OrderFixture,
    id: &str,
    command: &Command,
) -> Result<Vec<Event>, Rejection> {
    order.fixture += 1;
    let context = Context {
        now: at(order.fixture),
        actor: Actor {
            kind: ActorKind::Agent,
            id: id.to_owned(),
        },
        cause: Cause::new("test", order.fixture.to_string()),
    };
    let events = decide(&order.order, command, &context)?;
    let change = domain::order::Change::new(&order.order, events.clone(), &context).unwrap();
    order.commits.push(change.commit);
    order.order = change.order;
    Ok(events)
}

fn goodwill(amount: i64, credits_max: i64) -> Command {
    Command::Refund {
        refund: RefundRequest {
            amount,
            ..RefundRequest::default()
        },
        credits_max: Some(credits_max),
        note: None,
    }
}

fn close(id: u32, outcome: ExceptionOutcome) -> Command {
    let note = None;
    Command::CloseException { id, outcome, note }
}

#[test]
fn more_goodwill_than_a_person_may_give_waits_for_another_one() {
    let mut order = paid(None);
    as_agent(&mut order, "ada", &goodwill(300, 500)).unwrap();
    // Together with what was given before it is too much.
    let events = as_agent(&mut order, "ada", &goodwill(201, 500)).unwrap();
    assert_eq!(names(&events), ["RefundProposed", "ExceptionOpened"]);
    let open = &order.order.state.exceptions[0];
    assert_eq!(open.kind, ExceptionKind::RefundAwaitsApproval);
    assert!(open.detail.contains("5.01 EUR"), "{}", open.detail);
    let approve = close(1, ExceptionOutcome::Approved);
    let own = code(as_agent(&mut order, "ada", &approve));
    assert_eq!(own, (RejectionCode::OwnRefund, "1".to_owned()));
    let events = as_agent(&mut order, "bob", &approve).unwrap();
    assert_eq!(
        names(&events),
        ["CreditGranted", "EffectRequested", "ExceptionClosed"]
    );
    assert_eq!(asked_back(&events), 201);
    assert_eq!(order.order.state.proposed_refunds, []);
    let again = code(as_agent(&mut order, "eve", &approve));
    assert_eq!(again.0, RejectionCode::ExceptionClosed);
    assert_eq!(
        fold(
            domain::order::Order::unplaced(order.order.placed.clone()),
            &order.commits
        ),
        order.order
    );
}

#[test]
fn a_refund_that_is_not_approved_is_not_made() {
    let mut order = paid(None);
    as_agent(&mut order, "ada", &goodwill(600, 500)).unwrap();
    let other = code(as_agent(
        &mut order,
        "bob",
        &close(1, ExceptionOutcome::AcceptedAsCredit),
    ));
    assert_eq!(other.0, RejectionCode::OutcomeNotAllowed);
    // Whoever asked for it may withdraw it.
    let events = as_agent(&mut order, "ada", &close(1, ExceptionOutcome::NoAction)).unwrap();
    assert_eq!(names(&events), ["ExceptionClosed"]);
    assert_eq!(order.order.state.proposed_refunds, []);
    assert_eq!(order.order.total_refundable(), goods(3) + SHIPPING);
    // The next proposal is another one.
    as_agent(&mut order, "ada", &goodwill(600, 500)).unwrap();
    assert_eq!(order.order.state.proposed_refunds[0].number, 2);
}

#[test]
fn an_approval_comes_too_late_when_the_money_has_gone() {
    let mut order = paid(None);
    as_agent(&mut order, "ada", &goodwill(600, 500)).unwrap();
    order.cancel(&[]).unwrap();
    let approve = close(1, ExceptionOutcome::Approved);
    let late = code(as_agent(&mut order, "bob", &approve));
    assert_eq!(late, (RejectionCode::RefundAmount, "0".to_owned()));
    assert_eq!(order.order.state.exceptions.len(), 1, "still to be closed");
    let only = code(as_agent(
        &mut order,
        "bob",
        &close(9, ExceptionOutcome::Approved),
    ));
    assert_eq!(only.0, RejectionCode::UnknownException);
}

#[test]
fn what_is_owed_is_no_goodwill() {
    let mut order = paid(None);
    // A dispute keeps the refund back, and the bank decides for the shop.
    let id = "dp_1".to_owned();
    order
        .pay(PaymentFact::DisputeOpened { id: id.clone() })
        .unwrap();
    assert_eq!(asked_back(&order.cancel(&[("1", 1)]).unwrap()), 0);
    let refused = code(order.apply(&asked(units("1", 1))));
    assert_eq!(refused.0, RejectionCode::Disputed);
    order
        .pay(PaymentFact::DisputeClosed { id, won: true })
        .unwrap();
    let effect = order.order.state.effects[0].id;
    let owed = order.order.refund_owed();
    let code = "balance_insufficient".to_owned();
    let outcome = domain::order::EffectOutcome::Refused { code };
    order
        .apply(&Command::RecordEffect { effect, outcome })
        .unwrap();
    as_agent(&mut order, "ada", &close(1, ExceptionOutcome::NoAction)).unwrap();
    assert_eq!(order.order.still_owed(), owed);
    let events = as_agent(&mut order, "ada", &goodwill(owed, 0)).unwrap();
    assert_eq!(names(&events), ["EffectRequested"]);
    let events = as_agent(&mut order, "ada", &goodwill(1, 0)).unwrap();
    assert_eq!(names(&events), ["RefundProposed", "ExceptionOpened"]);
}

#[test]
fn a_cancelled_order_that_was_not_paid_owes_no_shipping() {
    let mut request = request(&[(1, 1000)]);
    request.shipping = SHIPPING;
    request.terms.shipping_refund = Some(ShippingRefund::Never);
    request.terms.payment_commands = Some(PaymentCommands::default());
    let mut order = OrderFixture::placed_as(request);
    order.apply(&cancel(&[("1", 1)])).unwrap();
    assert_eq!(order.order.amount_due(), 0);
}

#[test]
fn where_the_gateway_is_not_commanded_people_give_back_only_what_it_has_not_taken() {
    let mut at_gateway = OrderFixture::placed(&[(2, 1000)]);
    at_gateway.captured();
    let refused = code(at_gateway.apply(&refund(500)));
    assert_eq!(refused.0, RejectionCode::NotCommanded);

    let mut request = request(&[(2, 1000)]);
    request.payment.intent = None;
    request.terms.payment = Some(PaymentTerm::BankTransfer);
    let mut by_hand = OrderFixture::placed_as(request);
    let received = Command::RecordReceived {
        kind: TenderKind::BankTransfer,
        reference: "T-1".to_owned(),
        amount: 2000,
        note: None,
    };
    by_hand.apply(&received).unwrap();
    let events = by_hand.apply(&refund(500)).unwrap();
    assert_eq!(asked_back(&events), 500);
}
