//! Keys that Stripe forgets, keys that were used for something else, and the key of the account.

use domain::order::{EffectOutcome, RefundStatus};
use jiff::SignedDuration;
use live::stripe::{Fault, SECRET_KEY};

use crate::support::{INTENT, World, cancel, capture, is_refund, named, refund};

const A_DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn a_refund_is_found_after_its_key_is_forgotten() {
    let world = World::paid();
    world.stripe.inject(Fault::Broken { done: true });
    world.failure(&refund(3, 500)).await;
    world.stripe.advance(A_DAY);
    let found = world.find(&refund(3, 500)).await.unwrap();
    assert!(is_refund(&found, 500, RefundStatus::Succeeded), "{found:?}");
}

#[tokio::test]
async fn only_a_look_up_tells_that_a_forgotten_key_was_used() {
    let world = World::paid();
    world.perform(&refund(3, 500)).await.unwrap();
    world.stripe.advance(A_DAY - SignedDuration::from_mins(1));
    world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(world.refunds(), [named(3, 500)], "still known");
    world.stripe.advance(SignedDuration::from_mins(2));
    world.perform(&refund(3, 500)).await.unwrap();
    let twice = [named(3, 500), named(3, 500)];
    assert_eq!(world.refunds(), twice, "who does not look first pays twice");
}

#[tokio::test]
async fn what_an_earlier_attempt_has_done_is_never_a_refusal() {
    let world = World::paid();
    world.perform(&refund(3, 2000)).await.unwrap();
    world.stripe.advance(A_DAY);
    let again = world.perform(&refund(3, 2000)).await.unwrap();
    assert!(
        is_refund(&again, 2000, RefundStatus::Succeeded),
        "{again:?}"
    );
    assert_eq!(world.refunds(), [named(3, 2000)]);

    let world = World::authorized();
    let first = world.perform(&capture(1, 2000, 0)).await.unwrap();
    world.stripe.advance(A_DAY);
    assert_eq!(world.perform(&capture(1, 2000, 0)).await.unwrap(), first);
    assert_eq!(world.stripe.ledger().captured[INTENT], 2000);

    let world = World::authorized();
    world.perform(&cancel(1)).await.unwrap();
    world.stripe.advance(A_DAY);
    let again = world.perform(&cancel(1)).await.unwrap();
    assert_eq!(again, EffectOutcome::Cancelled);
}

#[tokio::test]
async fn an_effect_that_was_changed_is_shown_and_not_performed() {
    let world = World::paid();
    world.perform(&refund(3, 500)).await.unwrap();
    let changed = world.failure(&refund(3, 600)).await;
    assert_eq!(changed.code(), "inconsistent");
    assert_eq!(world.refunds(), [named(3, 500)]);
}

#[tokio::test]
async fn a_key_of_the_account_that_is_wrong_is_an_outage_and_refuses_nothing() {
    let world = World::paid();
    world.secrets.store("sk_live_hunter2");
    let failure = world.failure(&refund(3, 500)).await;
    assert_eq!(failure.code(), "gateway_unavailable");
    assert!(failure.chain().contains("401"), "{}", failure.chain());
    let shown = format!("{} {failure:?}", failure.chain());
    assert!(!shown.contains("hunter2"), "{shown}");
    let unknown = world.find_failure(&refund(3, 500)).await;
    assert_eq!(unknown.code(), "gateway_unavailable");
    world.secrets.remove();
    let failure = world.failure(&refund(3, 500)).await;
    assert_eq!(failure.code(), "gateway_unavailable");
    assert_eq!(
        failure.chain(),
        "the payment gateway is unavailable: its secret key is not set up"
    );
    assert_eq!(world.refunds(), []);
}

#[tokio::test]
async fn a_key_of_the_account_that_was_replaced_is_read_again() {
    let world = World::paid();
    world.secrets.store("sk_test_older");
    world.failure(&refund(3, 500)).await;
    world.secrets.store(SECRET_KEY);
    world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(world.refunds(), [named(3, 500)]);
}
