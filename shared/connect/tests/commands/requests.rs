//! What is sent.

use connect::vendors::stripe::commands::{
    API_VERSION, ApiRequest, CommandError, Method, command, find_intent, find_refunds,
};
use domain::order::{Effect, EffectAction};

use crate::support::{
    INTENT, cancel, capture, capture_of_part, currency, effect, order, refund, release,
};

fn written(effect: &Effect) -> ApiRequest {
    command(order(), currency("EUR"), effect).unwrap()
}

fn header<'a>(request: &'a ApiRequest, name: &str) -> Option<&'a str> {
    let mut headers = request.headers.iter();
    let found = headers.find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

#[test]
fn a_refund_names_its_intent_amount_and_effect() {
    let request = written(&refund(3, 1999));
    assert_eq!(
        (request.method, request.path.as_str()),
        (Method::Post, "/v1/refunds")
    );
    let body = "payment_intent=pi_000000000000000000000000&amount=1999\
        &metadata%5Border_id%5D=ord_94e558ec935c8f0fae32a0ba77d2fa0a\
        &metadata%5Boms_effect%5D=ord_94e558ec935c8f0fae32a0ba77d2fa0a%3A3";
    assert_eq!(request.body, body);
    assert_eq!(header(&request, "stripe-version"), Some(API_VERSION));
    assert_eq!(
        header(&request, "content-type"),
        Some("application/x-www-form-urlencoded")
    );
    let key = "ord_94e558ec935c8f0fae32a0ba77d2fa0a:3";
    assert_eq!(header(&request, "idempotency-key"), Some(key));
}

#[test]
fn a_capture_and_a_cancellation_name_their_intent() {
    let captured = written(&capture(1, 500, 0));
    let path = format!("/v1/payment_intents/{INTENT}/capture");
    assert_eq!(captured.path, path);
    assert_eq!(captured.body, "amount_to_capture=500");
    let part = written(&capture_of_part(1, 500, 0));
    assert_eq!(part.path, path);
    assert_eq!(part.body, "amount_to_capture=500&final_capture=false");
    let released = written(&release(3));
    assert_eq!(released.path, path);
    assert_eq!(released.body, "amount_to_capture=0&final_capture=true");
    let cancelled = written(&cancel(2));
    assert_eq!(
        cancelled.path,
        format!("/v1/payment_intents/{INTENT}/cancel")
    );
    assert_eq!(
        (cancelled.method, cancelled.body.as_str()),
        (Method::Post, "")
    );
}

#[test]
fn the_next_attempt_has_a_new_key_and_the_same_body() {
    let first = refund(3, 1999);
    let second = Effect {
        attempt: 1,
        ..first.clone()
    };
    let (first, second) = (written(&first), written(&second));
    assert_eq!(first.body, second.body);
    let keys = [&first, &second].map(|request| header(request, "idempotency-key").unwrap());
    assert_eq!(keys[1], format!("{}:1", keys[0]));
}

#[test]
fn two_equal_refunds_differ_in_key_and_metadata() {
    let (one, other) = (written(&refund(3, 500)), written(&refund(4, 500)));
    assert_ne!(one.body, other.body);
    assert_ne!(
        header(&one, "idempotency-key"),
        header(&other, "idempotency-key")
    );
}

#[test]
fn amounts_are_written_in_stripes_units_or_not_at_all() {
    let in_currency = |amount, code| command(order(), currency(code), &refund(1, amount));
    let amount = |request: ApiRequest| request.body.split('&').nth(1).unwrap().to_owned();
    assert_eq!(in_currency(500, "JPY").map(amount).unwrap(), "amount=500");
    assert_eq!(in_currency(5, "ISK").map(amount).unwrap(), "amount=500");
    assert_eq!(in_currency(5120, "KWD").map(amount).unwrap(), "amount=5120");
    assert_eq!(in_currency(501, "MGA"), Err(CommandError::Amount));
}

#[test]
fn an_id_that_is_none_of_stripes_never_becomes_a_path() {
    for id in ["", "..", "pi_1/../..", "pi_1?x", "pi_1%2e", "pay 1", "pi_é"] {
        let intent = id.to_owned();
        let odd = effect(1, EffectAction::CancelIntent { intent });
        let refused = command(order(), currency("EUR"), &odd);
        assert_eq!(refused, Err(CommandError::Intent), "{id}");
        assert_eq!(find_intent(&odd), Err(CommandError::Intent), "{id}");
        assert_eq!(find_refunds(&odd, None), Err(CommandError::Intent), "{id}");
    }
}

#[test]
fn look_ups_are_reads_without_a_key() {
    let first = find_refunds(&refund(1, 5), None).unwrap();
    let path = format!("/v1/refunds?payment_intent={INTENT}&limit=100");
    assert_eq!((first.method, &first.path), (Method::Get, &path));
    assert_eq!(header(&first, "idempotency-key"), None);
    assert_eq!(header(&first, "stripe-version"), Some(API_VERSION));
    let second = find_refunds(&refund(1, 5), Some("re_9")).unwrap();
    assert_eq!(second.path, format!("{path}&starting_after=re_9"));
    let intent = find_intent(&cancel(1)).unwrap();
    assert_eq!(intent.path, format!("/v1/payment_intents/{INTENT}"));
}
