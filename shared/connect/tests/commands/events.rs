//! What the list of events says.

use std::path::PathBuf;

use connect::vendors::stripe::{
    VENDOR,
    commands::{EventPage, NoOutcome, events, find_events},
};
use domain::inbound::{Fact, PaymentFact};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::with_answer;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A published event.
fn event(kind: &str) -> Value {
    let path = format!("../../events/received/stripe/{kind}.json");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn read(data: &[Value], has_more: bool) -> Result<EventPage, NoOutcome> {
    let list = json!({ "object": "list", "url": "/v1/events", "has_more": has_more, "data": data });
    with_answer(200, &[], &list.to_string(), |answer| events(answer, now()))
}

#[test]
fn every_type_that_a_webhook_is_read_of_is_asked_for() {
    let request = find_events(now(), Some("evt_9"));
    let (path, query) = request.path.split_once('?').unwrap();
    assert_eq!(path, "/v1/events");
    let pairs: Vec<&str> = query.split('&').collect();
    assert!(pairs.contains(&"created%5Bgte%5D=1795348800"), "{query}");
    assert!(pairs.contains(&"starting_after=evt_9"), "{query}");
    for kind in VENDOR.events {
        let pair = format!("types%5B%5D={}", kind.name);
        assert!(pairs.contains(&pair.as_str()), "{query}");
    }
    assert!(request.body.is_empty());
}

#[test]
fn each_event_is_read_as_its_webhook_is() {
    let published = [event("payment_intent.succeeded"), event("refund.failed")];
    let page = read(&published, true).unwrap();
    let ids: Vec<&str> = page.facts.iter().map(|fact| fact.id.as_str()).collect();
    let expected: Vec<&str> = published
        .iter()
        .map(|e| e["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, expected);
    assert_eq!(page.next.as_deref(), expected.last().copied());
    assert_eq!(page.facts[0].received_at, now());
    let Fact::Payment { fact, .. } = &page.facts[0].fact else {
        panic!("{page:?}")
    };
    assert!(matches!(fact, PaymentFact::Captured { .. }), "{fact:?}");
}

#[test]
fn an_event_that_cannot_be_read_does_not_hide_the_others() {
    let mut broken = event("payment_intent.succeeded");
    broken["data"]["object"]["currency"] = json!(7);
    let unused = json!({ "id": "evt_2", "object": "event", "type": "payment_intent.created",
        "created": 1_790_000_000, "data": { "object": {} } });
    let page = read(&[broken, unused, event("refund.failed")], false).unwrap();
    assert_eq!((page.facts.len(), page.unreadable.len()), (1, 1));
    assert_eq!(page.unreadable[0].1.code(), "invalid_field");
    assert_eq!(page.next, None);
}

#[test]
fn a_page_without_a_last_id_has_no_outcome() {
    let nameless = json!({ "object": "event", "type": "payment_intent.created" });
    for (data, has_more) in [(vec![], true), (vec![nameless], true)] {
        let outcome = read(&data, has_more);
        assert!(
            matches!(outcome, Err(NoOutcome::Unknown { .. })),
            "{outcome:?}"
        );
    }
    assert_eq!(read(&[], false).unwrap(), EventPage::default());
}
