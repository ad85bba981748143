use app::bus::catalogue::CATALOGUE;
use app::bus::subscriptions::*;
use domain::order::*;

#[test]
fn every_subscribed_event_is_published() {
    for (consumer, events) in SUBSCRIPTIONS {
        for event in *events {
            assert!(
                CATALOGUE.iter().any(|entry| entry.name == *event),
                "{} subscribes to {event}",
                consumer.name()
            );
        }
    }
}

#[test]
fn what_an_order_owes_is_done_by_a_consumer_with_subscriptions() {
    for owed in [Owed::Routing, Owed::Dispatch, Owed::Cancellation] {
        let consumer = Consumer::of_owed(owed);
        assert!(SUBSCRIPTIONS.iter().any(|(known, _)| *known == consumer));
    }
}
