//! The catalogue of published events: deliverables, types and code agree.

use std::collections::BTreeSet;

use app::bus::{
    catalogue::{CATALOGUE, PublishedEvent},
    envelope::{ORDER_SOURCE, STOCK_SOURCE},
    publish::{entries_of_commit, entries_of_stored_commit, entries_of_stored_record},
};
use domain::order::{Actor, Cause, Commit, CommitBody, EffectAction, Event};
use serde_json::Value;

use crate::{api_harness::ApiHarness, compatible::incompatibility, deliverables, examples};

fn example_of(name: &str, version: u16) -> String {
    format!("events/published/{name}.v{version}.json")
}

fn schema_of(name: &str, version: u16) -> String {
    format!("events/published/{name}.v{version}.schema.json")
}

#[test]
fn every_event_has_one_example_that_its_type_reads_and_writes() {
    let entries = examples::entries();
    for listed in CATALOGUE {
        let mut found = entries
            .iter()
            .filter(|entry| entry.detail_type == listed.name);
        let (entry, more) = (
            found
                .next()
                .unwrap_or_else(|| panic!("no example of {}", listed.name)),
            found.next(),
        );
        assert!(more.is_none(), "two examples of {}", listed.name);
        assert_eq!(entry.source, listed.source);
        let detail: Value = serde_json::from_str(&entry.detail).unwrap();
        assert_eq!(detail["version"], listed.version);
        let name = example_of(listed.name, listed.version);
        deliverables::assert_current(&name, &detail);
        let filed = deliverables::json(&name).unwrap();
        assert_eq!(
            (listed.reread)(&filed).unwrap(),
            filed,
            "{name}: something is lost or new"
        );
    }
    assert_eq!(entries.len(), CATALOGUE.len());
}

#[test]
fn every_schema_is_current_and_breaks_no_reader() {
    for listed in CATALOGUE {
        let name = schema_of(listed.name, listed.version);
        let schema = (listed.schema)().to_value();
        // Looked at before it is written anew: a change that breaks readers needs a version of its own.
        if let Some(incompatibility) =
            deliverables::json(&name).and_then(|old| incompatibility(&old, &schema))
        {
            panic!(
                "{name}: {incompatibility}. Raise the event's version in the catalogue instead."
            );
        }
        deliverables::assert_current(&name, &schema);
    }
}

#[test]
fn every_file_belongs_to_a_published_event() {
    let known: BTreeSet<String> = CATALOGUE
        .iter()
        .flat_map(|listed| {
            [
                example_of(listed.name, listed.version),
                schema_of(listed.name, listed.version),
            ]
        })
        .collect();
    for file in std::fs::read_dir(deliverables::path("events/published")).unwrap() {
        let name = format!(
            "events/published/{}",
            file.unwrap().file_name().into_string().unwrap()
        );
        // Older versions stay on file for their readers.
        let older = known
            .iter()
            .any(|known| known.split(".v").next() == name.split(".v").next());
        assert!(known.contains(&name) || older, "{name}");
    }
}

#[test]
fn every_event_of_an_order_is_published_or_private_by_decision() {
    let kept: Vec<&str> = examples::events()
        .iter()
        .filter(|(_, _, event)| PublishedEvent::of_event(event).is_none())
        .map(|e| e.2.name())
        .collect();
    assert_eq!(
        kept,
        [
            "PaymentLinked",
            "FulfillmentClosingEnded",
            "RefundProposed",
            "EffectEnded",
            "ExceptionTaken",
            "PaymentAsked",
            "AuthorizationTermsReported"
        ]
    );
    for (_, _, event) in examples::events() {
        let name = PublishedEvent::of_event(&event).map(|fact| fact.name());
        // One name for each thing that can be asked of the payment gateway, so that a rule can match it.
        let expected = if let Event::EffectRequested { action, .. } = &event {
            requested(action)
        } else {
            event.name()
        };
        assert!(name.is_none_or(|name| name == expected), "{name:?}");
    }
}

fn requested(action: &EffectAction) -> &'static str {
    match action {
        EffectAction::Refund { .. } => "RefundRequested",
        EffectAction::Capture { .. } => "CaptureRequested",
        EffectAction::ReleaseRest { .. } | EffectAction::CancelIntent { .. } => "VoidRequested",
        EffectAction::ReverseTax(_) => "TaxReversalRequested",
    }
}

#[test]
fn ids_do_not_depend_on_private_events() {
    let released = Event::OrderReleased {};
    let body = CommitBody {
        schema: domain::schema::VERSION,
        seq: 3,
        at: "2026-11-22T09:30:00Z".parse().unwrap(),
        actor: Actor::system("x"),
        cause: Cause::new("stripe", "evt_1"),
        events: vec![
            Event::PaymentLinked {
                intent: "pi_1".into(),
            },
            released,
        ],
        prev_hash: String::new(),
    };
    let entries = entries_of_commit(examples::order_id(), &body).unwrap();
    let detail: Value = serde_json::from_str(&entries[0].detail).unwrap();
    assert_eq!(detail["id"], format!("{}:3:1", examples::order_id()));
    assert_eq!(
        (entries.len(), &detail["correlation_id"]),
        (1, &detail["order_id"])
    );
}

#[tokio::test]
async fn what_the_store_streams_is_published_once_each() {
    let api = ApiHarness::new().await;
    api.receive("r1", "TEE-RED-M", "berlin", 1).await;
    let id = api.place(&crate::samples::order("1001")).await;
    api.pay(id, crate::samples::TOTAL).await;
    api.route(id).await;
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    for streamed in api.store.stream(0).0 {
        let entries = match &streamed {
            app::memory::Streamed::Commit { order, text, hash } => {
                entries_of_stored_commit(&order.to_string(), text, hash)
            }
            app::memory::Streamed::Stock(text) => entries_of_stored_record(text),
        };
        for entry in entries.unwrap() {
            let detail: Value = serde_json::from_str(&entry.detail).unwrap();
            assert!(ids.insert(detail["id"].to_string()));
            assert!([ORDER_SOURCE, STOCK_SOURCE].contains(&entry.source));
            names.insert(entry.detail_type);
        }
    }
    for name in [
        "StockReceived",
        "OrderPlaced",
        "PaymentCaptured",
        "OrderReleased",
        "OrderRouted",
        "UnitsBackordered",
    ] {
        assert!(names.contains(name), "{name} of {names:?}");
    }
}

#[test]
fn an_edited_commit_is_not_published() {
    let body = CommitBody {
        schema: domain::schema::VERSION,
        seq: 1,
        at: "2026-11-22T09:30:00Z".parse().unwrap(),
        actor: Actor::system("x"),
        cause: Cause::new("api", "k"),
        events: vec![Event::OrderReleased {}],
        prev_hash: String::new(),
    };
    let commit = Commit::seal(body).unwrap();
    let order = examples::order_id().to_string();
    assert_eq!(
        entries_of_stored_commit(&order, &commit.text, &commit.hash)
            .unwrap()
            .len(),
        1
    );
    let edited = commit.text.replace("\"k\"", "\"l\"");
    let unknown = commit.text.replace("OrderReleased", "OrderTeleported");
    let hash_of_unknown = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&unknown));
    let (edited, own) = (edited.as_str(), commit.hash.as_str());
    for (order, text, hash, code) in [
        (order.as_str(), edited, own, "commit_hash_mismatch"),
        (&order, &commit.text, "00", "commit_hash_mismatch"),
        (&order, &unknown, &hash_of_unknown, "commit_unreadable"),
        ("ord_x", &commit.text, own, "commit_unreadable"),
    ] {
        let refused = entries_of_stored_commit(order, text, hash).unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let refused = entries_of_stored_record("{}").unwrap_err();
    assert_eq!(refused.code(), "movement_unreadable");
}
