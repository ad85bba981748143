//! What look-ups mean.

use connect::vendors::stripe::commands::{NoOutcome, RefundPage, intent, refunds};
use domain::order::{Effect, EffectOutcome};
use serde_json::{Value, json};

use crate::support::{
    cancel, capture, currency, made_refund, order, published, refund, with_answer,
};

fn page(effect: &Effect, status: u16, body: &Value) -> Result<RefundPage, NoOutcome> {
    with_answer(status, &[], &body.to_string(), |answer| {
        refunds(order(), currency("USD"), effect, answer)
    })
}

fn list(refunds: &[Value], has_more: bool) -> Value {
    json!({ "object": "list", "url": "/v1/refunds", "has_more": has_more, "data": refunds })
}

fn named(effect: u32, id: &str, status: &str) -> Value {
    let mut refund = made_refund(effect);
    refund["id"] = id.into();
    refund["status"] = status.into();
    refund
}

fn id(outcome: Option<EffectOutcome>) -> Option<String> {
    outcome.and_then(|outcome| match outcome {
        EffectOutcome::Refunded { refund, .. } => Some(refund),
        EffectOutcome::Captured { .. }
        | EffectOutcome::Cancelled
        | EffectOutcome::TaxReversed { .. }
        | EffectOutcome::TaxDisagrees { .. }
        | EffectOutcome::Refused { .. }
        | EffectOutcome::NotPerformed => None,
    })
}

#[test]
fn a_refund_is_found_by_its_effect_and_not_by_its_amount() {
    let foreign = published("refund.updated");
    let all = [
        foreign,
        named(4, "re_4", "succeeded"),
        named(3, "re_3", "pending"),
    ];
    let found = page(&refund(3, 100), 200, &list(&all, false)).unwrap();
    assert_eq!(id(found.live).as_deref(), Some("re_3"));
    assert_eq!((found.ended, found.next), (None, None));
    let none = page(&refund(5, 100), 200, &list(&all, false)).unwrap();
    assert_eq!(none, RefundPage::default());
}

#[test]
fn a_failed_refund_is_told_apart_from_a_live_one() {
    let all = [
        named(3, "re_new", "failed"),
        named(3, "re_old", "succeeded"),
    ];
    let found = page(&refund(3, 100), 200, &list(&all, false)).unwrap();
    assert_eq!(id(found.live).as_deref(), Some("re_old"));
    assert_eq!(id(found.ended).as_deref(), Some("re_new"));
}

#[test]
fn the_next_page_begins_after_the_last_refund() {
    let all = [named(4, "re_9", "succeeded"), named(5, "re_8", "succeeded")];
    let found = page(&refund(3, 100), 200, &list(&all, true)).unwrap();
    assert_eq!(found.next.as_deref(), Some("re_8"));
}

#[test]
fn an_intent_shows_a_capture_or_a_cancellation() {
    let look = |effect: &Effect, status, body: &Value| {
        with_answer(status, &[], &body.to_string(), |answer| {
            intent(currency("USD"), effect, answer)
        })
    };
    let captured = EffectOutcome::Captured {
        amount: 2000,
        capturable: 0,
    };
    let succeeded = published("payment_intent.succeeded");
    assert_eq!(
        look(&capture(1, 2000, 0), 200, &succeeded),
        Ok(Some(captured))
    );
    assert_eq!(look(&capture(1, 500, 2000), 200, &succeeded), Ok(None));
    assert_eq!(look(&cancel(1), 200, &succeeded), Ok(None));
    let cancelled = published("payment_intent.canceled");
    let done = Some(EffectOutcome::Cancelled);
    assert_eq!(look(&cancel(1), 200, &cancelled), Ok(done));
    let missing =
        json!({ "error": { "type": "invalid_request_error", "code": "resource_missing" } });
    assert_eq!(look(&cancel(1), 404, &missing), Ok(None));
}

#[test]
fn a_look_up_that_fails_finds_nothing_out() {
    let missing =
        json!({ "error": { "type": "invalid_request_error", "code": "resource_missing" } });
    let none = page(&refund(3, 100), 404, &missing);
    assert_eq!(none, Ok(RefundPage::default()));
    let internal = json!({ "error": { "type": "api_error" } });
    assert!(page(&refund(3, 100), 500, &internal).is_err());
    assert!(page(&refund(3, 100), 200, &json!({ "data": [] })).is_err());
    // One of ours that cannot be read hides whether it is live.
    let mut odd = named(3, "re_3", "succeeded");
    odd["amount"] = (-1).into();
    assert!(page(&refund(3, 100), 200, &list(&[odd], false)).is_err());
}
