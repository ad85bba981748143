//! What Stripe says of an intent when it is asked.

use app::ports::PaymentGateway;
use domain::inbound::{Fact, PaymentFact};

use crate::support::{INTENT, World, cancel, capture, order};

/// The facts that the state of the intent is made of; none when there is no such intent.
async fn told(world: &World, intent: &str) -> Option<Vec<PaymentFact>> {
    let told = world.gateway.payment(intent).await.unwrap()?;
    let fact = |inbound: domain::inbound::Inbound| match inbound.fact {
        Fact::Payment { order: of, fact } => {
            assert_eq!(of.order, Some(order().to_string()));
            assert_eq!(of.intent.as_deref(), Some(intent));
            fact
        }
        other => panic!("{other:?}"),
    };
    Some(told.into_iter().map(fact).collect())
}

#[tokio::test]
async fn an_intent_is_told_of_as_its_webhooks_would() {
    let currency = "EUR".parse().unwrap();
    let world = World::authorized();
    let amount = 2000;
    let authorized = PaymentFact::Authorized { amount, currency };
    // As the webhook of its charge tells: not several captures, and no end that is said.
    let terms = PaymentFact::AuthorizationTerms {
        capture_before: None,
        multicapture: false,
    };
    assert_eq!(told(&world, INTENT).await, Some(vec![authorized, terms]));
    world.perform(&capture(1, 1500, 0)).await.unwrap();
    let amount = 1500;
    let captured = PaymentFact::Captured { amount, currency };
    assert_eq!(told(&world, INTENT).await, Some(vec![captured]));
    let world = World::authorized();
    world.perform(&cancel(1)).await.unwrap();
    assert_eq!(
        told(&world, INTENT).await,
        Some(vec![PaymentFact::Cancelled])
    );
}

#[tokio::test]
async fn an_intent_that_waits_for_the_customer_tells_nothing() {
    let world = World::new();
    world
        .stripe
        .authorize(INTENT, &order().to_string(), "eur", 0);
    assert_eq!(told(&world, INTENT).await, Some(vec![]));
}

#[tokio::test]
async fn an_intent_that_is_not_there_is_not_found_and_an_error_is_no_answer() {
    let world = World::paid();
    assert_eq!(told(&world, "pi_unknown").await, None);
    assert_eq!(told(&world, "../refunds").await, None);
    world.secrets.remove();
    world.secrets.store("sk_test_wrong");
    world.gateway.payment(INTENT).await.unwrap_err();
}

#[tokio::test]
async fn two_answers_are_told_apart() {
    let world = World::paid();
    let ids = async || {
        let told = world.gateway.payment(INTENT).await.unwrap();
        told.unwrap().pop().unwrap().id
    };
    // The clock of the gateway's client stands still, so the same moment is the same answer.
    assert_eq!(ids().await, ids().await);
    assert!(ids().await.starts_with(INTENT));
}
