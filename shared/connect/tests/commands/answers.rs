//! What answers to commands mean.

use connect::vendors::stripe::commands::NoOutcome;
use domain::order::{Effect, EffectOutcome, RefundStatus};
use serde_json::{Value, json};

use crate::support::{answered, cancel, capture, made_refund, published, refund, release};

/// The outcome that a 2xx answer with this object stands for.
fn done(effect: &Effect, object: &Value) -> Result<EffectOutcome, NoOutcome> {
    answered(effect, 200, &[], &object.to_string())
}

/// Why an answer with this error has no outcome.
fn error(status: u16, headers: &[(&str, &str)], error: &Value) -> NoOutcome {
    let body = json!({ "error": error }).to_string();
    answered(&refund(3, 100), status, headers, &body).unwrap_err()
}

fn refused(code: &str) -> NoOutcome {
    let code = code.to_owned();
    NoOutcome::Refused { code }
}

fn is_unknown(outcome: Result<EffectOutcome, NoOutcome>) -> bool {
    matches!(outcome, Err(NoOutcome::Unknown { .. }))
}

#[test]
fn a_published_refund_is_read_with_its_status() {
    let with_status = |status: &str| {
        let mut made = made_refund(3);
        made["status"] = status.into();
        done(&refund(3, 100), &made)
    };
    for (theirs, status) in [
        ("succeeded", RefundStatus::Succeeded),
        ("pending", RefundStatus::Pending),
        ("requires_action", RefundStatus::Pending),
        ("failed", RefundStatus::Failed),
        ("canceled", RefundStatus::Cancelled),
    ] {
        let made = EffectOutcome::Refunded {
            refund: "re_1Pgc72B7WZ01zgkWqPvrRrPE".to_owned(),
            amount: 100,
            status,
        };
        assert_eq!(with_status(theirs), Ok(made));
    }
    assert!(is_unknown(with_status("lost")));
}

#[test]
fn a_published_intent_says_what_was_captured() {
    let succeeded = published("payment_intent.succeeded");
    let captured = EffectOutcome::Captured {
        amount: 2000,
        capturable: 0,
    };
    assert_eq!(done(&capture(1, 2000, 0), &succeeded), Ok(captured));
    // Where several captures are allowed, the rest can still be captured.
    let mut partly = succeeded.clone();
    partly["status"] = "requires_capture".into();
    partly["amount_received"] = 500.into();
    partly["amount_capturable"] = 1500.into();
    let captured = EffectOutcome::Captured {
        amount: 500,
        capturable: 1500,
    };
    assert_eq!(done(&capture(1, 500, 0), &partly), Ok(captured));
    // The same answer as before the second capture: it has not happened yet.
    let again = done(&capture(2, 500, 500), &partly);
    assert_eq!(again, Err(NoOutcome::Pending));
    // What is left is released once it can be captured no more.
    assert_eq!(done(&release(3), &partly), Err(NoOutcome::Pending));
    let captured = EffectOutcome::Captured {
        amount: 2000,
        capturable: 0,
    };
    assert_eq!(done(&release(3), &succeeded), Ok(captured));
}

#[test]
fn a_published_intent_says_whether_it_is_cancelled() {
    let cancelled = published("payment_intent.canceled");
    assert_eq!(done(&cancel(1), &cancelled), Ok(EffectOutcome::Cancelled));
    let succeeded = published("payment_intent.succeeded");
    assert_eq!(done(&cancel(1), &succeeded), Err(NoOutcome::Pending));
}

#[test]
fn an_answer_about_something_else_says_nothing() {
    assert!(is_unknown(done(&refund(3, 100), &made_refund(4))));
    assert!(is_unknown(done(
        &refund(3, 100),
        &published("refund.updated")
    )));
    let mut other = published("payment_intent.canceled");
    other["id"] = "pi_other".into();
    assert!(is_unknown(done(&cancel(1), &other)));
    let mut euros = made_refund(3);
    euros["currency"] = "eur".into();
    let in_euros = done(&refund(3, 100), &euros);
    assert_eq!(in_euros, Err(NoOutcome::OtherCurrency));
}

#[test]
fn an_answer_of_another_form_says_nothing() {
    for body in ["", "<html>", "[]", "{}", r#"{"id":7}"#, r#"{"error":"no"}"#] {
        for status in [200, 302, 400, 402, 404, 418] {
            let outcome = answered(&refund(3, 100), status, &[], body);
            assert!(is_unknown(outcome), "{status} {body}");
        }
    }
}

#[test]
fn what_stripe_refuses_is_refused_by_its_code() {
    let invalid = |code: &str| json!({ "type": "invalid_request_error", "code": code });
    for (status, code) in [
        (400, "charge_already_refunded"),
        (400, "payment_intent_unexpected_state"),
        (400, "amount_too_large"),
        (404, "resource_missing"),
    ] {
        assert_eq!(error(status, &[], &invalid(code)), refused(code));
    }
    let declined = json!({ "type": "card_error", "code": "card_declined" });
    assert_eq!(error(402, &[], &declined), refused("card_declined"));
    // A refund above what is left has no code.
    let too_much = json!({ "type": "invalid_request_error", "param": "amount", "message": "Jane" });
    assert_eq!(error(400, &[], &too_much), refused("invalid_request_error"));
}

#[test]
fn a_key_that_is_not_accepted_refuses_nothing() {
    let invalid =
        json!({ "type": "invalid_request_error", "message": "Invalid API Key: sk_live_1" });
    for status in [401, 403] {
        let found = error(status, &[], &invalid);
        assert_eq!(found, NoOutcome::NotAuthorized { status });
        assert!(!format!("{found} {found:?}").contains("sk_live"));
    }
}

#[test]
fn what_is_busy_is_asked_again_when_stripe_says() {
    let busy = |status, retry_after_s| NoOutcome::Busy {
        status,
        retry_after_s,
    };
    let in_use = json!({ "type": "idempotency_error", "code": "idempotency_key_in_use" });
    assert_eq!(error(409, &[], &in_use), busy(409, None));
    let locked = json!({ "type": "invalid_request_error", "code": "lock_timeout" });
    for status in [400, 409, 429] {
        assert_eq!(error(status, &[], &locked), busy(status, None));
    }
    let limited = json!({ "type": "invalid_request_error", "code": "rate_limit" });
    let wait = [("Retry-After", "7")];
    assert_eq!(error(429, &wait, &limited), busy(429, Some(7)));
    let date = [("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")];
    assert_eq!(error(429, &date, &limited), busy(429, None));
    let again = [("Stripe-Should-Retry", "true")];
    let refused = json!({ "type": "invalid_request_error", "code": "charge_disputed" });
    assert_eq!(error(400, &again, &refused), busy(400, None));
    for status in [409, 429] {
        let unreadable = answered(&refund(3, 100), status, &wait, "slow down");
        assert_eq!(unreadable, Err(busy(status, Some(7))));
    }
}

#[test]
fn a_key_with_other_parameters_is_never_taken_for_a_refusal() {
    let reused = json!({ "type": "idempotency_error" });
    for status in [400, 409] {
        assert_eq!(error(status, &[], &reused), NoOutcome::KeyReused);
    }
}

#[test]
fn a_server_error_is_unknown_and_its_replay_says_that_the_key_is_spent() {
    let internal = json!({ "type": "api_error" });
    let replay = [("Idempotent-Replayed", "true")];
    for status in [500, 502, 503] {
        let first = error(status, &[], &internal);
        assert!(is_unknown(Err(first)));
        assert_eq!(error(status, &replay, &internal), NoOutcome::ReplayedError);
    }
    // One that says when to come again is believed, unless it is a replay.
    let wait = [("Retry-After", "7")];
    let busy = NoOutcome::Busy {
        status: 503,
        retry_after_s: Some(7),
    };
    assert_eq!(error(503, &wait, &internal), busy);
    let both = [wait[0], replay[0]];
    assert_eq!(error(500, &both, &internal), NoOutcome::ReplayedError);
    // What was done is replayed as it was.
    let made = made_refund(3).to_string();
    assert!(answered(&refund(3, 100), 200, &replay, &made).is_ok());
}
