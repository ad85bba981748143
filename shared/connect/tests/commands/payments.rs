//! What the state of an intent means.

use std::slice::from_ref;

use connect::vendors::stripe::commands::{NoOutcome, find_payment, payment};
use domain::inbound::{Fact, PaymentFact};
use serde_json::{Value, json};

use crate::support::{INTENT, published, with_answer};

fn told(intent: &Value) -> Result<Vec<PaymentFact>, NoOutcome> {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let told = with_answer(200, &[], &intent.to_string(), |answer| {
        payment(INTENT, answer, now)
    })?;
    let told = told.expect("an intent").into_iter();
    let facts = told.map(|inbound| {
        assert_eq!((inbound.occurred_at, inbound.received_at), (now, now));
        let Fact::Payment { fact, .. } = inbound.fact else {
            panic!("{inbound:?}")
        };
        fact
    });
    Ok(facts.collect())
}

/// The published intent in another state.
fn intent(status: &str, fields: &[(&str, Value)]) -> Value {
    let mut intent = published("payment_intent.succeeded");
    intent["id"] = INTENT.into();
    intent["status"] = status.into();
    intent["currency"] = "usd".into();
    intent["last_payment_error"] = Value::Null;
    (intent["amount_received"], intent["amount_capturable"]) = (json!(0), json!(0));
    for (name, value) in fields {
        intent[*name] = value.clone();
    }
    intent
}

#[test]
fn each_state_is_told_as_its_webhook_tells_it() {
    let currency = "USD".parse().unwrap();
    let received = ("amount_received", json!(1500));
    let capturable = ("amount_capturable", json!(500));
    let captured = PaymentFact::Captured {
        amount: 1500,
        currency,
    };
    let partly = PaymentFact::PartlyCaptured {
        amount: 1500,
        capturable: 500,
        currency,
    };
    let authorized = PaymentFact::Authorized {
        amount: 500,
        currency,
    };
    let declined = json!({ "type": "card_error", "decline_code": "insufficient_funds" });
    let failed = PaymentFact::Failed {
        code: Some("insufficient_funds".to_owned()),
    };
    let cases = [
        (intent("requires_payment_method", &[]), vec![]),
        (intent("requires_confirmation", &[]), vec![]),
        (intent("requires_action", &[]), vec![]),
        (
            intent(
                "requires_payment_method",
                &[("last_payment_error", declined)],
            ),
            vec![failed],
        ),
        (intent("processing", &[]), vec![PaymentFact::Processing]),
        (
            intent("requires_capture", from_ref(&capturable)),
            vec![authorized],
        ),
        (
            intent("requires_capture", &[capturable.clone(), received.clone()]),
            vec![partly],
        ),
        (
            intent("succeeded", from_ref(&received)),
            vec![captured.clone()],
        ),
        (intent("canceled", &[]), vec![PaymentFact::Cancelled]),
        (
            intent("canceled", &[received]),
            vec![captured, PaymentFact::Cancelled],
        ),
    ];
    for (intent, expected) in cases {
        assert_eq!(told(&intent).unwrap(), expected, "{}", intent["status"]);
    }
}

#[test]
fn the_charge_says_what_can_be_done_with_the_authorization() {
    let capturable = ("amount_capturable", json!(500));
    let card =
        json!({ "capture_before": 1_648_924_833, "multicapture": { "status": "available" } });
    let charge =
        json!({ "id": "ch_1", "captured": false, "payment_method_details": { "card": card } });
    let authorized = PaymentFact::Authorized {
        amount: 500,
        currency: "USD".parse().unwrap(),
    };
    let terms = PaymentFact::AuthorizationTerms {
        capture_before: Some("2022-04-02T18:40:33Z".parse().unwrap()),
        multicapture: true,
    };
    let with = |charge| {
        intent(
            "requires_capture",
            &[capturable.clone(), ("latest_charge", charge)],
        )
    };
    assert_eq!(told(&with(charge)).unwrap(), [authorized.clone(), terms]);
    for unsaid in [json!("ch_1"), Value::Null] {
        assert_eq!(told(&with(unsaid)).unwrap(), from_ref(&authorized));
    }
}

#[test]
fn a_state_that_is_not_known_or_of_another_intent_is_no_answer() {
    let mut other = intent("succeeded", &[("amount_received", json!(100))]);
    other["id"] = "pi_other".into();
    for wrong in [intent("new_state", &[]), other] {
        let outcome = told(&wrong);
        assert!(
            matches!(outcome, Err(NoOutcome::Unknown { .. })),
            "{outcome:?}"
        );
    }
}

#[test]
fn only_a_missing_object_is_not_found() {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let error = |code: &str| json!({ "error": { "type": "invalid_request_error", "code": code } });
    let read = |status, body: Value| {
        with_answer(status, &[], &body.to_string(), |answer| {
            payment(INTENT, answer, now)
        })
    };
    assert_eq!(read(404, error("resource_missing")), Ok(None));
    assert!(read(500, error("resource_missing")).is_err());
    assert!(read(401, error("resource_missing")).is_err());
}

#[test]
fn an_id_leads_nowhere_else() {
    assert!(find_payment("pi_1/../../refunds").is_err());
    assert_eq!(
        find_payment("pi_1").unwrap().path,
        "/v1/payment_intents/pi_1?expand%5B%5D=latest_charge"
    );
}
