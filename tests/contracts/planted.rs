//! Personal data is planted in an order that lives a whole life. Then everything that was logged, published and stored is
//! searched for it: it is in the contact and, as far as people wrote it there, in the notes of commits, and nowhere else.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use app::{
    bus::publish::{entries_of_stored_commit, entries_of_stored_record},
    memory::Streamed,
    ports::{OrderStore, PageRequest, UnmatchedState, UnmatchedStore},
};
use domain::{
    inbound::{Fact, FulfillmentFact, OrderReference, PaymentFact},
    order::Order,
};
use serde_json::{Value, json};
use stories::gateway::GatewayDouble;

use crate::{
    api_harness::ApiHarness,
    samples::{TOTAL, order},
};

/// Words of the customer's data: a contact has them, and nothing else.
const CUSTOMER: [&str; 6] = [
    "zaphira",
    "quillfeather",
    "@planted.example",
    "rosenwinkel",
    "98765",
    "5551234",
];
/// Words of the notes, which commits have as well.
const NOTES: [&str; 3] = ["neighbour", "scratch", "lyonnaise"];

/// What is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[track_caller]
fn assert_none(words: &[&str], what: &str, text: &str) {
    let text = text.to_lowercase();
    for word in words {
        assert!(!text.contains(word), "{word} in {what}: {text}");
    }
}

fn planted(number: &str) -> Value {
    let mut planted = order(number);
    planted["terms"]["payment_commands"] = json!({});
    planted["customer"] = json!({
        "name": "Zaphira Quillfeather",
        "email": "Zaphira@Planted.example",
        "phone": "+49 5551234",
        "address": { "lines": ["Rosenwinkel 4"], "city": "Berlin", "postal_code": "98765", "country": "DE" },
    });
    planted
}

/// Everything that people and systems do with one order and its customer.
async fn a_life(api: &ApiHarness) -> Order {
    api.receive("t", "TEE-RED-M", "berlin", 2).await;
    api.receive("m", "MUG-BLUE", "berlin", 1).await;
    let id = api.place(&planted("1001")).await;
    let path = format!("/api/oms/orders/{id}");
    let again = api
        .post("agent", "/api/oms/orders", "place-1001", &planted("1001"))
        .await
        .expect(201);
    assert_none(
        &CUSTOMER,
        "the answer to a repeated placement",
        &again.to_string(),
    );
    // Requests that are refused: the number is taken, a field is unknown, a reason has an address in it.
    let taken = api
        .post("agent", "/api/oms/orders", "other", &planted("1001"))
        .await;
    assert_none(&CUSTOMER, "a refusal", taken.response.body());
    let mut wrong = planted("1002");
    wrong["customer"]["zaphira"] = json!("Rosenwinkel 4");
    let wrong = api.post("agent", "/api/oms/orders", "wrong", &wrong).await;
    wrong.problem(400);
    let asked = format!("{path}?personal_data=zaphira%40planted.example");
    assert_eq!(api.get("agent", &asked).await.problem(400), "bad_reason");
    let listing = "/api/oms/orders?customer_email=zaphira%40planted.example";
    let listed = api.get("agent", listing).await.expect(200).to_string();
    assert!(listed.contains("1001"), "{listed}");
    assert_none(&CUSTOMER, "the list of a customer", &listed);

    let note = json!({ "reason": "OTHER", "note": "the neighbour of Quillfeather", "lines": [{ "line": "2" }] });
    api.post("agent", &format!("{path}/cancel"), "c", &note)
        .await
        .expect(200);
    api.pay(id, TOTAL).await;
    let gateway = GatewayDouble::default();
    gateway.has(&format!("pi_{id}"), TOTAL, TOTAL);
    api.route(id).await;
    let refund = json!({ "amount": 100, "reason": "DAMAGED", "note": "a scratch" });
    api.post("agent", &format!("{path}/refunds"), "r", &refund)
        .await
        .expect(200);
    api.perform_effects(&gateway, id).await;
    let fact = PaymentFact::Captured {
        amount: 5,
        currency: "EUR".parse().unwrap(),
    };
    let reference = OrderReference {
        order: None,
        intent: Some("pi_nobody".to_owned()),
    };
    let fact = Fact::Payment {
        order: reference,
        fact,
    };
    api.receives_webhook("evt_nobody", None, fact).await;
    let close = "/api/oms/unmatched_payments/close/intent:pi_nobody";
    api.post("agent", close, "u", &json!({ "note": "lyonnaise" }))
        .await
        .expect(200);

    let clear = api.revealed("agent", id).await.to_string();
    for word in ["Rosenwinkel", "the neighbour of Quillfeather", "a scratch"] {
        assert!(clear.contains(word), "{word}: {clear}");
    }
    for group in ["support", "agent", "operator", "admin"] {
        let masked = api.order(group, id).await.to_string();
        assert_none(&CUSTOMER, group, &masked);
        assert_none(&NOTES, group, &masked);
    }
    let view = api.order("admin", id).await;
    let work = view["fulfillment_orders"][0]["id"].as_str().unwrap();
    let work = format!("{path}/fulfillment_orders/{work}");
    let berlin = "location location:berlin";
    let label = api.get(berlin, &work).await.expect(200).to_string();
    assert!(label.contains("Rosenwinkel"), "{label}");
    let gone = FulfillmentFact::Rejected {
        reason: "address_unknown".to_owned(),
    };
    api.reports("w", id, "berlin", gone).await;
    api.route(id).await;
    api.store.load(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn planted_personal_data_is_found_in_its_places_only() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // Of this thread, on which this test's runtime runs.
    let guard = tracing::subscriber::set_default(subscriber);
    let api = ApiHarness::new().await;
    let order = a_life(&api).await;
    drop(guard);

    let logged = lines.text();
    assert!(logged.lines().count() > 20, "{logged}");
    assert_none(&CUSTOMER, "the log", &logged);
    assert_none(&NOTES, "the log", &logged);

    // What is stored of the order besides its contact: as placed, state, commits.
    for text in [
        serde_json::to_string(&order.placed).unwrap(),
        serde_json::to_string(&order.state).unwrap(),
    ] {
        assert_none(&CUSTOMER, "the order", &text);
        assert_none(&NOTES, "the order", &text);
    }
    let (mut published, mut with_notes) = (0, 0);
    for streamed in api.store.stream(0).0 {
        let (text, entries) = match &streamed {
            Streamed::Commit { order, text, hash } => {
                let mut body: Value = serde_json::from_str(text).unwrap();
                with_notes += take_notes(&mut body);
                let entries = entries_of_stored_commit(&order.to_string(), text, hash);
                (body.to_string(), entries)
            }
            Streamed::Stock(text) => (text.clone(), entries_of_stored_record(text)),
        };
        assert_none(&CUSTOMER, "a commit without its notes", &text);
        assert_none(&NOTES, "a commit without its notes", &text);
        for entry in entries.unwrap() {
            assert_none(&CUSTOMER, entry.detail_type, &entry.detail);
            assert_none(&NOTES, entry.detail_type, &entry.detail);
            published += 1;
        }
    }
    assert!(published > 8, "{published}");
    assert!(with_notes >= 2, "they have been looked at: {with_notes}");

    let log = api.get("admin", "/api/oms/access_log").await.expect(200);
    assert_eq!(log["entries"].as_array().unwrap().len(), 2, "{log}");
    assert_none(&CUSTOMER, "the access log", &log.to_string());
    assert_none(&NOTES, "the access log", &log.to_string());

    // The note of an unmatched payment stays with it.
    let page = PageRequest {
        limit: 10,
        after: None,
    };
    let closed = api
        .store
        .unmatched_payments(UnmatchedState::Closed, None, &page);
    let closed = serde_json::to_string(&closed.await.unwrap().items).unwrap();
    assert_none(&CUSTOMER, "unmatched payments", &closed);
    assert!(closed.contains("lyonnaise"));
    let contact = api
        .store
        .contact(order.placed.id, order.state.contact_version);
    assert_eq!(contact.await.unwrap().unwrap().name, "Zaphira Quillfeather");
}

/// Takes the notes out of a commit; says how many it had.
fn take_notes(value: &mut Value) -> usize {
    match value {
        Value::Object(fields) => {
            let note = fields.remove("note").filter(|note| !note.is_null());
            let inside: usize = fields.values_mut().map(take_notes).sum();
            inside + usize::from(note.is_some())
        }
        Value::Array(values) => values.iter_mut().map(take_notes).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
