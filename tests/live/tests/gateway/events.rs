//! The list of events says what webhooks would have told.

use app::{
    failure::Failure,
    ports::{EventPage, PaymentGateway},
};
use domain::inbound::{Fact, OrderReference, PaymentFact};
use jiff::{SignedDuration, Timestamp};
use live::{stripe::Delivery, wait};

use crate::support::{INTENT, World, order, refund};

fn an_hour_ago() -> Timestamp {
    wait::now() - SignedDuration::from_hours(1)
}

async fn page(world: &World, since: Timestamp, after: Option<&str>) -> EventPage {
    let page = world.gateway.events(since, after).await.unwrap();
    page.unwrap()
}

/// Every page, as far back as that time.
async fn all_since(world: &World, since: Timestamp) -> (usize, EventPage) {
    let (mut pages, mut all) = (0, EventPage::default());
    loop {
        let read = page(world, since, all.next.as_deref()).await;
        pages += 1;
        all.facts.extend(read.facts);
        all.next = read.next;
        if all.next.is_none() {
            return (pages, all);
        }
    }
}

#[tokio::test]
async fn what_no_webhook_told_is_in_the_list() {
    let world = World::paid();
    world
        .stripe
        .send_webhooks("http://127.0.0.1:9/", "whsec_double", Delivery::Never);
    world.stripe.tell(INTENT).unwrap();
    world.perform(&refund(3, 500)).await.unwrap();
    let (pages, all) = all_since(&world, an_hour_ago()).await;
    assert_eq!((pages, all.facts.len()), (1, 2));
    let [refunded, captured] = &all.facts[..] else {
        panic!("{all:?}")
    };
    let about = OrderReference {
        order: Some(order().to_string()),
        intent: Some(INTENT.to_owned()),
    };
    let captured_fact = PaymentFact::Captured {
        amount: 2000,
        currency: "EUR".parse().unwrap(),
    };
    let fact = |order, fact| Fact::Payment { order, fact };
    assert_eq!(captured.fact, fact(about.clone(), captured_fact));
    assert!(
        matches!(&refunded.fact, Fact::Payment { order, fact: PaymentFact::Refund { effect: Some(3), amount: 500, .. } } if *order == about),
        "{refunded:?}"
    );
    assert_eq!(captured.source, "stripe");
    assert!(captured.id.starts_with("evt_"), "{captured:?}");
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page_and_no_further_back_than_asked() {
    let world = World::paid();
    for _ in 0..120 {
        world.stripe.tell(INTENT).unwrap();
    }
    let (pages, all) = all_since(&world, an_hour_ago()).await;
    assert_eq!((pages, all.facts.len()), (3, 120));
    let mut ids: Vec<&str> = all.facts.iter().map(|fact| fact.id.as_str()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 120);
    world.stripe.advance(SignedDuration::from_hours(2));
    let later = wait::now() + SignedDuration::from_hours(1);
    world.stripe.tell(INTENT).unwrap();
    assert_eq!(all_since(&world, later).await.1.facts.len(), 1);
}

#[tokio::test]
async fn a_gateway_without_a_key_is_not_connected() {
    let world = World::paid();
    world.secrets.remove();
    assert_eq!(
        world.gateway.events(an_hour_ago(), None).await.unwrap(),
        None
    );
    world.secrets.store("sk_test_wrong");
    let failure = world.gateway.events(an_hour_ago(), None).await.unwrap_err();
    assert!(matches!(failure, Failure::Gateway { .. }), "{failure:?}");
}
