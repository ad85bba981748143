//! What Stripe refuses for good is refused by its code, and nothing has happened.

use app::ports::PaymentGateway;
use domain::order::{Effect, EffectOutcome};

use crate::support::{INTENT, World, cancel, capture, command, named, order, refund};

async fn code(world: &World, effect: &Effect) -> String {
    match world.perform(effect).await.unwrap() {
        EffectOutcome::Refused { code } => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn more_than_was_captured_cannot_be_refunded() {
    let world = World::paid();
    assert_eq!(
        code(&world, &refund(1, 2001)).await,
        "invalid_request_error"
    );
    world.perform(&refund(2, 1500)).await.unwrap();
    assert_eq!(code(&world, &refund(3, 501)).await, "invalid_request_error");
    world.perform(&refund(4, 500)).await.unwrap();
    let all_gone = code(&world, &refund(5, 1)).await;
    assert_eq!(all_gone, "charge_already_refunded");
    assert_eq!(world.refunds(), [named(2, 1500), named(4, 500)]);
}

#[tokio::test]
async fn more_than_was_authorized_cannot_be_captured() {
    let world = World::authorized();
    assert_eq!(code(&world, &capture(1, 2001, 0)).await, "amount_too_large");
    assert!(world.stripe.ledger().captured.is_empty());
}

#[tokio::test]
async fn what_was_captured_cannot_be_cancelled_and_what_was_cancelled_cannot_be_captured() {
    let world = World::paid();
    let refused = code(&world, &cancel(1)).await;
    assert_eq!(refused, "payment_intent_unexpected_state");
    let world = World::authorized();
    world.perform(&cancel(1)).await.unwrap();
    let refused = code(&world, &capture(2, 500, 0)).await;
    assert_eq!(refused, "payment_intent_unexpected_state");
    assert_eq!(world.stripe.ledger().cancelled.len(), 1);
}

#[tokio::test]
async fn an_intent_that_stripe_does_not_know_is_refused() {
    let world = World::new();
    for effect in [refund(1, 5), capture(2, 5, 0), cancel(3)] {
        assert_eq!(code(&world, &effect).await, "resource_missing");
        assert_eq!(world.find(&effect).await, None);
    }
}

#[tokio::test]
async fn less_than_ten_thousandths_are_neither_refunded_nor_captured() {
    let world = World::new();
    let order = order().to_string();
    world.stripe.pay(INTENT, &order, "kwd", 5120);
    let outcome = async |effect: &Effect| {
        let mut dinars = command(effect);
        dinars.currency = "KWD".parse().unwrap();
        world.gateway.perform(&dinars).await.unwrap().unwrap()
    };
    let refused = |outcome: &EffectOutcome| matches!(outcome, EffectOutcome::Refused { .. });
    assert!(refused(&outcome(&refund(1, 1005)).await));
    assert!(!refused(&outcome(&refund(2, 1010)).await));
    assert_eq!(world.refunds(), [named(2, 1010)]);
    world.stripe.authorize(INTENT, &order, "kwd", 5120);
    assert!(refused(&outcome(&capture(3, 505, 0)).await));
    assert!(!refused(&outcome(&capture(4, 510, 0)).await));
}

#[tokio::test]
async fn a_command_that_cannot_be_written_is_refused_without_asking() {
    let world = World::paid();
    let mut odd = command(&refund(1, 501));
    odd.currency = "MGA".parse().unwrap();
    let outcome = world.gateway.perform(&odd).await.unwrap();
    let code = "unrepresentable_amount".to_owned();
    assert_eq!(outcome, Some(EffectOutcome::Refused { code }));
    assert_eq!(world.stripe.commands(), 0);
}
