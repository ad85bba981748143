//! Stripe's events: the published examples, and variations of them.

use connect::{ParsedWebhook, vendors::stripe::VENDOR};
use domain::{
    inbound::{Fact, OrderReference, PaymentFact},
    order::{DisputeFunds, DisputeStatus, RefundStatus},
};
use serde_json::{Value, json};

use crate::support::{example_json, examples, fact, from_stripe, ignored, inbound, now};

fn event(kind: &str, object: &Value) -> Vec<u8> {
    let event = json!({
        "id": "evt_1", "object": "event", "created": 1_795_348_800, "type": kind, "data": { "object": object },
    });
    event.to_string().into_bytes()
}

fn read(kind: &str, object: Value) -> (OrderReference, PaymentFact) {
    payment(fact(from_stripe(&event(kind, &object))))
}

fn payment(fact: Fact) -> (OrderReference, PaymentFact) {
    match fact {
        Fact::Payment { order, fact } => (order, fact),
        other => panic!("{other:?}"),
    }
}

fn rejected(kind: &str, object: Value) -> String {
    let rejection = from_stripe(&event(kind, &object)).unwrap_err();
    format!("{} {rejection}", rejection.code())
}

fn currency(code: &str) -> domain::money::Currency {
    code.parse().unwrap()
}

#[test]
fn every_published_event_is_read_or_ignored_for_a_reason() {
    let mut facts = Vec::new();
    for (kind, body) in examples("stripe") {
        match from_stripe(&body).unwrap_or_else(|rejection| panic!("{kind}: {rejection}")) {
            ParsedWebhook::Fact(_) => facts.push(kind),
            ParsedWebhook::Ignored {
                kind: named,
                reason,
            } => {
                assert_eq!(named, kind);
                // These belong to charges without a payment intent, and one is captured already.
                let orphan =
                    kind.starts_with("charge.dispute.") || kind.as_str() == "charge.succeeded";
                assert_eq!(
                    reason.code(),
                    if orphan { "no_order" } else { "unused_type" },
                    "{kind}"
                );
                assert_eq!(
                    orphan,
                    VENDOR.events.iter().any(|event| event.name == kind),
                    "{kind}"
                );
            }
        }
    }
    assert_eq!(facts.len(), 11, "{facts:?}");
}

#[test]
fn a_published_success_is_read_to_the_cent() {
    let inbound = inbound(from_stripe(&crate::support::example(
        "stripe/payment_intent.succeeded.json",
    )));
    assert_eq!(
        (inbound.source.as_str(), inbound.id.as_str()),
        ("stripe", "evt_000000000000000000000000")
    );
    assert_eq!(inbound.occurred_at.to_string(), "2022-03-26T18:40:33Z");
    assert_eq!((inbound.received_at, &inbound.location), (now(), &None));
    let (order, fact) = payment(inbound.fact);
    assert_eq!(order.intent.as_deref(), Some("pi_000000000000000000000000"));
    assert_eq!(
        fact,
        PaymentFact::Captured {
            amount: 2000,
            currency: currency("USD")
        }
    );
}

#[test]
fn the_charge_of_a_card_that_is_authorized_says_what_can_be_captured_and_until_when() {
    let charge = |card: Value| {
        let mut event = crate::support::example_json("stripe/charge.succeeded.json");
        let object = &mut event["data"]["object"];
        object["captured"] = false.into();
        object["metadata"]["order_id"] = "1001".into();
        object["payment_method_details"] = card;
        event.to_string()
    };
    let terms = |card| {
        let (order, fact) = payment(fact(from_stripe(charge(card).as_bytes())));
        assert_eq!(order.order.as_deref(), Some("1001"));
        assert_eq!(order.intent.as_deref(), Some("pi_000000000000000000000000"));
        fact
    };
    let said = |capture_before: Option<&str>, multicapture| PaymentFact::AuthorizationTerms {
        capture_before: capture_before.map(|end| end.parse().unwrap()),
        multicapture,
    };
    let end = json!(1_648_924_833);
    let several = json!({ "capture_before": end, "multicapture": { "status": "available" } });
    let once = json!({ "capture_before": end, "multicapture": { "status": "unavailable" } });
    let until = Some("2022-04-02T18:40:33Z");
    assert_eq!(terms(json!({ "card": several })), said(until, true));
    assert_eq!(terms(json!({ "card_present": once })), said(until, false));
    assert_eq!(terms(json!({ "card": {} })), said(None, false));
    // What is captured, or no card, has no end that matters.
    let transfer = charge(json!({ "type": "us_bank_account" }));
    let captured =
        charge(json!({ "card": several })).replace("\"captured\":false", "\"captured\":true");
    for body in [transfer, captured] {
        let read = from_stripe(body.as_bytes()).unwrap();
        assert!(matches!(read, ParsedWebhook::Ignored { .. }), "{body}");
    }
    let never = charge(json!({ "card": { "capture_before": i64::MAX } }));
    assert!(from_stripe(never.as_bytes()).is_err());
}

#[test]
fn published_events_say_what_they_say() {
    let say = |kind: &str| {
        payment(fact(from_stripe(&crate::support::example(&format!(
            "stripe/{kind}.json"
        )))))
        .1
    };
    assert_eq!(say("payment_intent.processing"), PaymentFact::Processing);
    let authorized = PaymentFact::Authorized {
        amount: 2000,
        currency: currency("USD"),
    };
    assert_eq!(say("payment_intent.amount_capturable_updated"), authorized);
    // Where several captures are allowed, the same event tells of each: so much was received, so much is left.
    let mut partly =
        crate::support::example_json("stripe/payment_intent.amount_capturable_updated.json");
    partly["data"]["object"]["amount_capturable"] = 1500.into();
    partly["data"]["object"]["amount_received"] = 500.into();
    let partly_captured = PaymentFact::PartlyCaptured {
        amount: 500,
        capturable: 1500,
        currency: currency("USD"),
    };
    let partly = partly.to_string();
    let told = payment(fact(from_stripe(partly.as_bytes()))).1;
    assert_eq!(told, partly_captured);
    assert_eq!(
        say("payment_intent.payment_failed"),
        PaymentFact::Failed {
            code: Some("generic_decline".into())
        }
    );
    assert_eq!(say("payment_intent.canceled"), PaymentFact::Cancelled);
    let captured = PaymentFact::Captured {
        amount: 25_000,
        currency: currency("USD"),
    };
    assert_eq!(say("checkout.session.completed"), captured);
    let refund = |status| PaymentFact::Refund {
        id: "re_1Pgc72B7WZ01zgkWqPvrRrPE".into(),
        amount: 100,
        currency: currency("USD"),
        status,
        effect: None,
    };
    assert_eq!(say("refund.created"), refund(RefundStatus::Pending));
    assert_eq!(say("refund.updated"), refund(RefundStatus::Succeeded));
    assert_eq!(say("refund.failed"), refund(RefundStatus::Failed));
    let review = "prv_1Pgc79B7WZ01zgkWT6khp5C3".to_owned();
    assert_eq!(
        say("review.opened"),
        PaymentFact::ReviewOpened { id: review.clone() }
    );
    let closed = PaymentFact::ReviewClosed {
        id: review,
        approved: true,
        reason: "approved".into(),
    };
    assert_eq!(say("review.closed"), closed);
}

#[test]
fn the_order_is_named_by_metadata_reference_or_intent() {
    let session = |more: Value| {
        let mut session =
            json!({"mode": "payment", "payment_status": "unpaid", "payment_intent": "pi_1"});
        session
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        read("checkout.session.completed", session).0
    };
    let named = |order: Option<&str>| OrderReference {
        order: order.map(str::to_owned),
        intent: Some("pi_1".to_owned()),
    };
    assert_eq!(
        session(json!({"client_reference_id": "1001"})),
        named(Some("1001"))
    );
    assert_eq!(
        session(json!({"metadata": {"order_id": " EU-7 "}, "client_reference_id": "x"})),
        named(Some("EU-7"))
    );
    assert_eq!(
        session(json!({"metadata": null, "client_reference_id": null})),
        named(None)
    );
    assert_eq!(
        session(json!({"metadata": {"order_id": "a#b or worse"}})),
        named(None)
    );
    let expanded = json!({"id": "re_1", "amount": 5, "currency": "eur", "status": "succeeded",
        "payment_intent": {"id": "pi_1", "object": "payment_intent", "metadata": {"order_id": "1001"}}});
    assert_eq!(read("refund.created", expanded).0, named(Some("1001")));
}

#[test]
fn a_session_says_what_was_paid() {
    let session = |status: &str| {
        json!({"mode": "payment", "payment_status": status, "payment_intent": "pi_1", "amount_total": 500,
               "currency": "jpy"})
    };
    let kind = "checkout.session.completed";
    assert_eq!(read(kind, session("unpaid")).1, PaymentFact::Linked);
    assert_eq!(
        read(kind, session("paid")).1,
        PaymentFact::Captured {
            amount: 500,
            currency: currency("JPY")
        }
    );
    assert_eq!(
        ignored(from_stripe(&event(kind, &session("no_payment_required")))),
        "no_order"
    );
    let subscription =
        json!({"mode": "subscription", "payment_status": "paid", "client_reference_id": "1001"});
    assert_eq!(
        ignored(from_stripe(&event(kind, &subscription))),
        "no_order"
    );
    let lost = json!({"mode": "payment", "payment_status": "paid", "client_reference_id": "1001"});
    assert_eq!(
        rejected(kind, lost),
        "invalid_field `data.object.payment_intent`: missing"
    );
}

#[test]
fn disputes_and_reviews_end_well_only_when_stripe_says_so() {
    for (kind, status, read) in [
        ("charge.dispute.closed", "won", DisputeStatus::Won),
        (
            "charge.dispute.closed",
            "warning_closed",
            DisputeStatus::Won,
        ),
        ("charge.dispute.closed", "lost", DisputeStatus::Lost),
        ("charge.dispute.closed", "prevented", DisputeStatus::Lost),
        ("charge.dispute.updated", "lost", DisputeStatus::Lost),
        ("charge.dispute.updated", "prevented", DisputeStatus::Lost),
        (
            "charge.dispute.updated",
            "under_review",
            DisputeStatus::UnderReview,
        ),
        (
            "charge.dispute.updated",
            "warning_under_review",
            DisputeStatus::UnderReview,
        ),
        (
            "charge.dispute.created",
            "warning_needs_response",
            DisputeStatus::NeedsResponse,
        ),
        (
            "charge.dispute.created",
            "new",
            DisputeStatus::NeedsResponse,
        ),
    ] {
        let (told, ..) = dispute(kind, json!({ "status": status }));
        assert_eq!(told, read, "{kind} {status}");
    }
    for (reason, approved) in [
        ("approved", true),
        ("refunded_as_fraud", false),
        ("disputed", false),
    ] {
        let review = json!({"id": "prv_1", "payment_intent": "pi_1", "closed_reason": reason, "reason": reason});
        let expected = PaymentFact::ReviewClosed {
            id: "prv_1".into(),
            approved,
            reason: reason.into(),
        };
        assert_eq!(read("review.closed", review).1, expected);
    }
}

/// A dispute of 15.00 EUR with `fields`: its status, its deadline, and the money that moved.
fn dispute(
    kind: &str,
    fields: Value,
) -> (DisputeStatus, Option<jiff::Timestamp>, Option<DisputeFunds>) {
    let mut object = json!({
        "id": "dp_1", "payment_intent": "pi_1", "amount": 1500, "currency": "eur",
        "reason": "fraudulent", "status": "needs_response",
    });
    object
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    match read(kind, object).1 {
        PaymentFact::Dispute {
            id,
            status,
            amount,
            currency: told,
            reason,
            evidence_due,
            funds,
            reinstated: _,
        } => {
            let fixed = (id.as_str(), amount, told, reason.as_deref());
            assert_eq!(fixed, ("dp_1", 1500, currency("EUR"), Some("fraudulent")));
            (status, evidence_due, funds)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_dispute_says_until_when_evidence_can_be_sent_and_where_its_money_is() {
    let due = |details: Value| {
        let fields = json!({ "evidence_details": details });
        dispute("charge.dispute.created", fields).1
    };
    let at = "2018-02-01T23:59:59Z".parse().unwrap();
    assert_eq!(due(json!({ "due_by": 1_517_529_599 })), Some(at));
    assert_eq!(due(json!({ "due_by": null })), None);
    assert_eq!(due(json!({ "due_by": 0 })), None);
    assert_eq!(due(Value::Null), None);
    for (kind, funds) in [
        ("charge.dispute.created", None),
        ("charge.dispute.updated", None),
        (
            "charge.dispute.funds_withdrawn",
            Some(DisputeFunds::Withdrawn),
        ),
        (
            "charge.dispute.funds_reinstated",
            Some(DisputeFunds::Reinstated),
        ),
        ("charge.dispute.closed", None),
    ] {
        assert_eq!(dispute(kind, json!({})).2, funds, "{kind}");
    }
    let nothing = json!({"id": "dp_1", "payment_intent": "pi_1", "status": "lost"});
    assert_eq!(
        rejected("charge.dispute.closed", nothing),
        "invalid_field `data.object.currency`: missing"
    );
}

/// The published sample, of a charge that has a payment intent.
#[test]
fn a_published_withdrawal_is_read_to_the_cent() {
    let mut sample = example_json("stripe/charge.dispute.funds_withdrawn.json");
    sample["data"]["object"]["payment_intent"] = "pi_1".into();
    let inbound = inbound(from_stripe(&serde_json::to_vec(&sample).unwrap()));
    let Fact::Payment { fact, .. } = inbound.fact else {
        panic!("a payment fact");
    };
    assert_eq!(
        fact,
        PaymentFact::Dispute {
            id: "dp_00000000000000".into(),
            status: DisputeStatus::NeedsResponse,
            amount: 25_000,
            currency: currency("USD"),
            reason: Some("fraudulent".into()),
            evidence_due: Some("2018-02-01T23:59:59Z".parse().unwrap()),
            funds: Some(DisputeFunds::Withdrawn),
            reinstated: None,
        }
    );
}

/// A dispute that is won in part ends as `lost`, and what came back is only in its balance transactions, without fees.
#[test]
fn a_dispute_says_how_much_of_it_came_back() {
    let back = |moved: Value| {
        let object = json!({
            "id": "dp_1", "payment_intent": "pi_1", "amount": 1500, "currency": "eur", "status": "lost",
            "balance_transactions": moved,
        });
        match read("charge.dispute.funds_reinstated", object).1 {
            PaymentFact::Dispute { reinstated, .. } => reinstated,
            other => panic!("{other:?}"),
        }
    };
    let taken = json!({"amount": -1500, "currency": "eur", "fee": 2000, "net": -3500});
    let part = json!({"amount": 400, "currency": "eur", "fee": 0, "net": 400});
    let dollars = json!({"amount": 440, "currency": "usd", "exchange_rate": 1.1});
    let foreign = json!({"amount": 440, "currency": "xxq"});
    assert_eq!(back(json!([taken, part])), Some(400));
    assert_eq!(back(json!([part, part])), Some(800));
    assert_eq!(back(json!([taken])), None);
    assert_eq!(back(json!([taken, dollars, foreign])), None);
    assert_eq!(back(json!([taken, {"id": "txn_2"}])), None);
    assert_eq!(back(json!([])), None);
    assert_eq!(back(Value::Null), None);
}

#[test]
fn refunds_have_the_status_of_the_object() {
    let status = |status: Value| {
        let object = json!({"id": "re_1", "payment_intent": "pi_1", "amount": 1, "currency": "eur", "status": status});
        match read("refund.updated", object).1 {
            PaymentFact::Refund { status, .. } => status,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(status(json!("requires_action")), RefundStatus::Pending);
    assert_eq!(status(json!("canceled")), RefundStatus::Cancelled);
    assert_eq!(status(json!("failed")), RefundStatus::Failed);
    assert_eq!(status(Value::Null), RefundStatus::Pending);
    let odd = json!({"id": "re_1", "payment_intent": "pi_1", "amount": 1, "currency": "eur", "status": "odd"});
    assert!(rejected("refund.updated", odd).starts_with("invalid_field `data.object.status`"));
}

#[test]
fn amounts_are_converted_or_rejected() {
    let captured = |amount: Value, code: &str| json!({"id": "pi_1", "amount_received": amount, "currency": code, "metadata": {}});
    let kind = "payment_intent.succeeded";
    let isk = PaymentFact::Captured {
        amount: 5,
        currency: currency("ISK"),
    };
    assert_eq!(read(kind, captured(json!(500), "isk")).1, isk);
    assert!(rejected(kind, captured(json!(501), "ugx")).starts_with("unrepresentable_amount"));
    assert!(
        rejected(kind, captured(json!(12.5), "eur"))
            .starts_with("invalid_field `data.object.amount_received`")
    );
    assert!(
        rejected(kind, captured(json!("12"), "eur"))
            .starts_with("invalid_field `data.object.amount_received`")
    );
    assert_eq!(
        rejected(kind, captured(Value::Null, "eur")),
        "invalid_field `data.object.amount_received`: missing"
    );
    assert!(
        rejected(kind, captured(json!(1), "euro"))
            .starts_with("invalid_field `data.object.currency`")
    );
}

#[test]
fn every_type_of_the_registry_is_read() {
    for listed in VENDOR.events {
        match from_stripe(&event(listed.name, &json!({}))) {
            Ok(ParsedWebhook::Ignored { reason, .. }) => {
                assert_eq!(reason.code(), "no_order", "{}", listed.name);
            }
            Ok(ParsedWebhook::Fact(fact)) => panic!("{}: {fact:?}", listed.name),
            Err(rejection) => assert_eq!(rejection.code(), "invalid_field", "{}", listed.name),
        }
    }
}

#[test]
fn other_types_thin_events_and_strangers_are_ignored() {
    assert_eq!(
        ignored(from_stripe(&event("customer.created", &json!({"id": 7})))),
        "unused_type"
    );
    assert_eq!(
        ignored(from_stripe(br#"{"type":"a.type.of.tomorrow","data":[]}"#)),
        "unused_type"
    );
    let thin =
        br#"{"object":"v2.core.event","type":"payment_intent.succeeded","created":"2026-11-22T00:00:00Z"}"#;
    assert_eq!(ignored(from_stripe(thin)), "thin_event");
    let stranger =
        json!({"id": "re_1", "amount": 1, "currency": "eur", "charge": "ch_1", "metadata": {}});
    assert_eq!(
        ignored(from_stripe(&event("refund.created", &stranger))),
        "no_order"
    );
}

#[test]
fn what_is_needed_and_missing_is_named() {
    let rejection =
        from_stripe(br#"{"type":"payment_intent.succeeded","created":1,"data":{}}"#).unwrap_err();
    assert_eq!(rejection.code(), "invalid_field");
    assert_eq!(
        from_stripe(b"{}").unwrap_err().to_string(),
        "`type`: missing"
    );
    let mut event = example_json("stripe/payment_intent.succeeded.json");
    event["id"] = json!("");
    let rejection = from_stripe(event.to_string().as_bytes()).unwrap_err();
    assert_eq!(
        rejection.to_string(),
        "`id`: expected 1 to 255 characters on one line"
    );
    assert!(
        rejected("payment_intent.canceled", json!({"id": "pi#1"}))
            .starts_with("invalid_field `data.object.id`")
    );
    assert_eq!(
        rejected("review.opened", json!({"payment_intent": "pi_1"})),
        "invalid_field `data.object.id`: missing"
    );
}

#[test]
fn a_refund_names_the_effect_that_it_was_made_for() {
    let order = "ord_94e558ec935c8f0fae32a0ba77d2fa0a";
    let effect = |metadata: Value| {
        let mut event = example_json("stripe/refund.created.json");
        event["data"]["object"]["metadata"] = metadata;
        let event = event.to_string();
        match payment(fact(from_stripe(event.as_bytes()))).1 {
            PaymentFact::Refund { effect, .. } => effect,
            other => panic!("{other:?}"),
        }
    };
    let own = json!({ "order_id": order, "oms_effect": format!("{order}:3") });
    assert_eq!(effect(own), Some(3));
    // Only one of the same order is its own; what a person or another system wrote is none of ours.
    let other = "ord_00000000000080008000000000000000";
    for metadata in [
        json!({}),
        json!({ "order_id": order }),
        json!({ "oms_effect": format!("{order}:3") }),
        json!({ "order_id": other, "oms_effect": format!("{order}:3") }),
        json!({ "order_id": order, "oms_effect": "3" }),
        json!({ "order_id": order, "oms_effect": format!("{order}:x") }),
        json!({ "order_id": "1001", "oms_effect": "1001:3" }),
    ] {
        assert_eq!(effect(metadata.clone()), None, "{metadata}");
    }
}
