//! Giving money back by the API, and trying again what the payment gateway has refused.

use app::{bus::publish::entries_of_stored_commit, memory::Streamed};
use domain::{
    ids::OrderId,
    inbound::{Fact, OrderReference, PaymentFact},
    order::RefundStatus,
};
use serde_json::{Value, json};
use stories::gateway::{GatewayDouble, Trouble};

use crate::{
    api_harness::{ApiHarness, ApiResponse, request},
    samples::{TOTAL, order},
};

/// An order that is paid, of which the gateway is commanded.
async fn paid(api: &ApiHarness) -> OrderId {
    let mut order = order("1001");
    order["terms"]["payment_commands"] = json!({});
    let id = api.place(&order).await;
    api.pay(id, TOTAL).await;
    id
}

/// The gateway with what was paid of an order.
fn gateway(order: OrderId) -> GatewayDouble {
    let gateway = GatewayDouble::default();
    gateway.has(&format!("pi_{order}"), TOTAL, TOTAL);
    gateway
}

async fn refund(api: &ApiHarness, order: OrderId, key: &str, body: &Value) -> ApiResponse {
    let path = format!("/api/oms/orders/{order}/refunds");
    api.post("agent", &path, key, body).await
}

async fn preview(api: &ApiHarness, order: OrderId, body: &Value) -> ApiResponse {
    let path = format!("/api/oms/orders/{order}/refunds?preview=true");
    let sent = request("agent", "POST", &path, &body.to_string(), None);
    api.send(&sent).await
}

async fn cancel_mug(api: &ApiHarness, order: OrderId) -> i64 {
    let body = json!({ "reason": "CUSTOMER_REQUESTED", "lines": [{ "line": "2" }] });
    let path = format!("/api/oms/orders/{order}/cancel");
    let cancelled = api.post("agent", &path, "cancel", &body).await.expect(200);
    cancelled["refund_owed"].as_i64().unwrap()
}

fn links<'a>(view: &'a Value, kind: &str) -> Vec<&'a Value> {
    let actions = view["actions"].as_array().unwrap().iter();
    actions.filter(|action| action["action"] == kind).collect()
}

#[tokio::test]
async fn a_refund_is_asked_for_once_and_a_repetition_gets_the_same_answer() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    let body = json!({ "amount": 500, "note": "The mug has a scratch" });
    let first = refund(&api, id, "r-1", &body).await;
    let answer = first.json.clone();
    assert_eq!(first.response.status(), 200, "{answer}");
    assert_eq!(
        (&answer["order"], &answer["preview"]),
        (&json!(id.to_string()), &json!(false))
    );
    assert_eq!(
        (&answer["amount"], &answer["credit"]),
        (&json!(500), &json!(500))
    );
    let part = json!({ "effect": 1, "intent": format!("pi_{id}"), "amount": 500 });
    assert_eq!(answer["parts"], json!([part]));
    assert_eq!(answer["money"]["refundable"], TOTAL - 500);
    assert_eq!(answer["money"]["due"], TOTAL - 500);

    let gateway = gateway(id);
    api.perform_effects(&gateway, id).await;
    assert_eq!(gateway.refunded(), 500);
    // The order has changed since; the answer is still what was asked for then.
    let again = refund(&api, id, "r-1", &body).await;
    assert!(again.response.headers().contains_key("idempotent-replayed"));
    assert_eq!(again.response.body(), first.response.body());
    api.perform_effects(&gateway, id).await;
    assert_eq!(gateway.refunds().len(), 1);
    let other = refund(&api, id, "r-1", &json!({ "amount": 501 })).await;
    assert_eq!(other.problem(422), "idempotency_key_reused");
}

#[tokio::test]
async fn a_preview_answers_what_would_be_asked_for_and_writes_nothing() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    let owed = cancel_mug(&api, id).await;
    // What is owed was asked for with the cancellation, so all of this is a credit.
    let before = api.order("admin", id).await;
    let body = json!({ "amount": 700 });
    let mut previewed = preview(&api, id, &body).await.expect(200);
    assert_eq!(api.order("admin", id).await, before);
    assert_eq!(previewed["preview"], true);
    assert_eq!(previewed["money"]["refundable"], TOTAL - owed - 700);
    // What is asked for then is what was previewed.
    let asked = refund(&api, id, "r-1", &body).await.expect(200);
    previewed["preview"] = json!(false);
    assert_eq!(asked, previewed);
    // A preview that is not asked for properly must not give money back.
    for unclear in [
        "preview",
        "preview=",
        "preview=yes",
        "preview=True",
        "Preview=true",
    ] {
        let path = format!("/api/oms/orders/{id}/refunds?{unclear}");
        let answer = api.post("agent", &path, "r-2", &body).await;
        assert_eq!(answer.problem(400), "malformed", "{unclear}");
    }
    let path = format!("/api/oms/orders/{id}/refunds?preview=false");
    let sent = request("agent", "POST", &path, &body.to_string(), None);
    let answer = api.send(&sent).await;
    assert_eq!(answer.problem(400), "idempotency_key_required");
}

#[tokio::test]
async fn what_cannot_be_refunded_is_refused_with_its_reason() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    for (amount, status, code) in [
        (json!(0), 409, "refund_amount"),
        (json!(-1), 409, "refund_amount"),
        (json!(TOTAL + 1), 409, "refund_amount"),
        (json!(i64::MIN), 409, "refund_amount"),
        (json!(i64::MAX), 409, "refund_amount"),
        (json!(1.5), 400, "malformed"),
        (json!("1"), 400, "malformed"),
        (json!(null), 400, "malformed"),
    ] {
        let body = json!({ "amount": amount });
        let key = format!("k-{amount}");
        assert_eq!(
            refund(&api, id, &key, &body).await.problem(status),
            code,
            "{amount}"
        );
        assert_eq!(
            preview(&api, id, &body).await.problem(status),
            code,
            "{amount}"
        );
    }
    let misspelt = json!({ "amount": 1, "notes": "" });
    assert_eq!(
        refund(&api, id, "m", &misspelt).await.problem(400),
        "malformed"
    );
    let endless = json!({ "amount": 1, "note": "x".repeat(1001) });
    assert_eq!(
        refund(&api, id, "n", &endless).await.problem(422),
        "invalid_note"
    );
    let unknown: OrderId = OrderId::of(&"default".parse().unwrap(), &"9".parse().unwrap());
    let one = json!({ "amount": 1 });
    assert_eq!(
        refund(&api, unknown, "u", &one).await.problem(404),
        "not_found"
    );
    assert_eq!(preview(&api, unknown, &one).await.problem(404), "not_found");

    let uncommanded = api.place(&order("1002")).await;
    api.pay(uncommanded, TOTAL).await;
    let answer = refund(&api, uncommanded, "c", &one).await;
    assert_eq!(answer.problem(409), "not_commanded");
    let view = api.order("agent", uncommanded).await;
    assert!(links(&view, "refund").is_empty());

    let reference = OrderReference {
        order: Some(id.to_string()),
        intent: None,
    };
    let fact = PaymentFact::DisputeOpened {
        id: "dp_1".to_owned(),
    };
    let dispute = Fact::Payment {
        order: reference,
        fact,
    };
    api.receives_webhook("evt_dispute", None, dispute).await;
    assert_eq!(refund(&api, id, "d", &one).await.problem(409), "disputed");
    assert!(links(&api.order("agent", id).await, "refund").is_empty());
}

#[tokio::test]
async fn a_refused_refund_is_shown_and_tried_again() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    let gateway = gateway(id);
    gateway.goes_wrong(&[Trouble::Refused("balance_insufficient")]);
    refund(&api, id, "r-1", &json!({ "amount": 500 }))
        .await
        .expect(200);
    let retry = format!("/api/oms/orders/{id}/effects/1/retry");
    let view = api.order("agent", id).await;
    let effect = &view["effects"][0];
    assert_eq!(
        (&effect["number"], &effect["kind"], &effect["state"]),
        (&json!(1), &json!("refund"), &json!("open"))
    );
    assert!(links(&view, "retry_effect").is_empty(), "it is being done");

    api.perform_effects(&gateway, id).await;
    let view = api.order("agent", id).await;
    let refused = json!({
        "number": 1, "kind": "refund", "performer": "payment_gateway", "key": format!("{id}:1"),
        "intent": format!("pi_{id}"), "amount": 500,
        "since": "2026-11-22T12:00:00Z", "state": "refused", "code": "balance_insufficient",
    });
    assert_eq!(view["effects"], json!([refused]));
    assert_eq!(links(&view, "retry_effect")[0]["href"], retry);
    assert_eq!(links(&view, "retry_effect")[0]["effect"], 1);
    let others = api.order("support", id).await;
    assert!(links(&others, "retry_effect").is_empty());

    let first = api.post("agent", &retry, "t-1", &json!({})).await;
    let answer = json!({ "order": id.to_string(), "effect": 1, "state": "open" });
    assert_eq!(first.json, answer);
    api.perform_effects(&gateway, id).await;
    assert_eq!(gateway.refunded(), 500);
    let again = api.post("agent", &retry, "t-1", &json!({})).await;
    assert!(again.response.headers().contains_key("idempotent-replayed"));
    assert_eq!(again.expect(200), answer);

    let view = api.order("agent", id).await;
    assert_eq!(view.get("effects"), None);
    let made = json!({
        "id": gateway.refunds()[0].id, "amount": 500, "status": "succeeded", "intent": format!("pi_{id}"), "effect": 1,
    });
    assert_eq!(view["money"]["refunds"], json!([made]));
    for unknown in ["1", "2", "0", "x", "-1"] {
        let path = retry.replace("/1/", &format!("/{unknown}/"));
        let answer = api
            .post("agent", &path, &format!("u{unknown}"), &json!({}))
            .await;
        let code = answer.problem(404);
        let expected = if unknown.parse::<u32>().is_ok() {
            "unknown_effect"
        } else {
            "not_found"
        };
        assert_eq!(code, expected, "{unknown}");
    }
}

#[tokio::test]
async fn a_retry_that_was_not_needed_is_answered_alike_after_the_effect_has_happened() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    let gateway = gateway(id);
    refund(&api, id, "r-1", &json!({ "amount": 500 }))
        .await
        .expect(200);
    let retry = format!("/api/oms/orders/{id}/effects/1/retry");
    let first = api.post("agent", &retry, "t-1", &json!({})).await;
    let answer = first.expect(200);
    api.perform_effects(&gateway, id).await;
    let again = api.post("agent", &retry, "t-1", &json!({})).await;
    assert!(again.response.headers().contains_key("idempotent-replayed"));
    assert_eq!(again.expect(200), answer);
    let other = api.post("agent", &retry, "t-2", &json!({})).await;
    assert!(
        other.json["detail"]
            .as_str()
            .unwrap()
            .contains("has happened")
    );
    assert_eq!(other.problem(404), "unknown_effect");
}

#[tokio::test]
async fn a_refund_of_what_went_back_at_the_gateway_before_asks_for_nothing() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    let mug = api.order("agent", id).await["lines"][1]["amounts"]["total"].clone();
    let made = PaymentFact::Refund {
        id: "re_by_hand".to_owned(),
        amount: mug.as_i64().unwrap(),
        currency: "EUR".parse().unwrap(),
        status: RefundStatus::Succeeded,
        effect: None,
    };
    let order = OrderReference {
        order: Some(id.to_string()),
        intent: Some(format!("pi_{id}")),
    };
    let fact = Fact::Payment { order, fact: made };
    api.receives_webhook("evt_r", None, fact).await;
    let body = json!({ "lines": [{ "line": "2", "quantity": 1 }], "reason": "DAMAGED" });
    let asked = refund(&api, id, "r-1", &body).await.expect(200);
    assert_eq!(asked["state"], "nothing_owed");
    assert_eq!((&asked["amount"], &asked["parts"]), (&json!(0), &json!([])));
    let view = api.order("agent", id).await;
    assert_eq!(view["money"]["refunded"], mug);
    assert_eq!(view["lines"][1]["units"]["credited"], 1);
}

#[tokio::test]
async fn units_and_shipping_are_refunded_once() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    let before = api.order("agent", id).await;
    let shipping = before["money"]["refundable_shipping"].as_i64().unwrap();
    assert_eq!(shipping, 490);
    // The mug costs 1000 with its discount, and its share of the shipping goes back with it.
    let mug = &before["lines"][1]["amounts"]["total"];
    let body = json!({ "lines": [{ "line": "2", "quantity": 1 }], "reason": "DAMAGED" });
    let asked = refund(&api, id, "r-1", &body).await.expect(200);
    assert_eq!((&asked["amount"], &asked["credit"]), (mug, &json!(0)));
    assert_eq!(asked["state"], "requested");
    let view = api.order("agent", id).await;
    let line = &view["lines"][1];
    assert_eq!(line["units"]["credited"], 1);
    assert_eq!(
        (
            &line["amounts"]["credited"],
            &line["amounts"]["refund_owed"]
        ),
        (mug, mug)
    );
    assert_eq!(line["amounts"]["cancelled"], 0);
    let again = refund(&api, id, "r-2", &body).await;
    assert_eq!(again.problem(422), "bad_quantity");
    assert_eq!(cancel_mug(&api, id).await, 0, "it is paid back");
    let left = view["money"]["refundable_shipping"].as_i64().unwrap();
    let too_much = json!({ "shipping": left + 1 });
    let refused = refund(&api, id, "r-3", &too_much).await;
    assert_eq!(refused.problem(409), "refund_amount");
    let asked = refund(&api, id, "r-4", &json!({ "shipping": left })).await;
    assert_eq!(asked.expect(200)["amount"], left);
    let rest = json!({ "reason": "CUSTOMER_REQUESTED" });
    let path = format!("/api/oms/orders/{id}/cancel");
    api.post("agent", &path, "rest", &rest).await.expect(200);
    let gateway = gateway(id);
    api.perform_effects(&gateway, id).await;
    assert_eq!(gateway.refunded(), TOTAL, "the whole, each part once");
    for unclear in [
        json!({ "lines": [{ "line": "1" }] }),
        json!({ "reason": "BECAUSE", "amount": 1 }),
        json!({ "lines": [{ "line": "1", "quantity": -1 }] }),
    ] {
        let answer = refund(&api, id, &unclear.to_string().len().to_string(), &unclear).await;
        assert_eq!(answer.problem(400), "malformed", "{unclear}");
    }
}

#[tokio::test]
async fn a_fee_that_is_kept_of_a_cancellation_is_shown() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    let path = format!("/api/oms/orders/{id}/cancel");
    let with_fee = |fee| json!({ "reason": "CUSTOMER_REQUESTED", "lines": [{ "line": "2" }], "restocking_fee": fee });
    let refused = api.post("agent", &path, "c-1", &with_fee(TOTAL)).await;
    assert_eq!(refused.problem(409), "refund_amount");
    let cancelled = api.post("agent", &path, "c-2", &with_fee(300)).await;
    let cancelled = cancelled.expect(200);
    assert_eq!(cancelled["restocking_fee"], 300);
    let view = api.order("agent", id).await;
    let worth = view["lines"][1]["amounts"]["credited"].as_i64().unwrap();
    assert_eq!(cancelled["refund_owed"], worth - 300);
    let money = &view["money"];
    assert_eq!(money["restocking_fees"], 300);
    assert_eq!(
        (&money["due"], &money["refund_owed"]),
        (&json!(TOTAL - worth + 300), &json!(worth - 300))
    );
    let gateway = gateway(id);
    api.perform_effects(&gateway, id).await;
    assert_eq!(gateway.refunded(), worth - 300);
}

#[tokio::test]
async fn goodwill_beyond_the_limit_of_a_role_waits_for_somebody_else() {
    let mut api = ApiHarness::new().await;
    api.settings.goodwill = "agent:500".parse().unwrap();
    let id = paid(&api).await;
    refund(&api, id, "r-1", &json!({ "amount": 400 }))
        .await
        .expect(200);
    let body = json!({ "amount": 101, "note": "She waited long" });
    let mut previewed = preview(&api, id, &body).await.expect(200);
    assert_eq!(previewed["state"], "awaits_approval");
    let asked = refund(&api, id, "r-2", &body).await.expect(200);
    assert_eq!(
        (&asked["amount"], &asked["credit"]),
        (&json!(101), &json!(101))
    );
    assert_eq!(asked["parts"], json!([]));
    previewed["preview"] = json!(false);
    previewed["money"] = asked["money"].clone();
    assert_eq!(asked, previewed);
    let gateway = gateway(id);
    api.perform_effects(&gateway, id).await;
    assert_eq!(gateway.refunded(), 400);
    let view = api.order("support", id).await;
    assert_eq!(view["exceptions"][0]["kind"], "refund_awaits_approval");
    assert!(!view.to_string().contains("waited long"));
    assert_eq!(view["money"]["proposed_refunds"][0]["amount"], 101);

    let close = format!(
        "/api/oms/orders/{id}/exceptions/{}/close",
        asked["exception"]
    );
    let approve = json!({ "outcome": "approved" });
    let own = api.post("agent", &close, "a-1", &approve).await;
    assert_eq!(own.problem(409), "own_refund");
    // The role of another one has no limit, and would not need one.
    let approved = api.post("admin", &close, "a-2", &approve).await;
    approved.expect(200);
    api.perform_effects(&gateway, id).await;
    assert_eq!(gateway.refunded(), 501);
    let view = api.order("agent", id).await;
    assert_eq!(view["exceptions"], json!([]));
    assert_eq!(view["money"].get("proposed_refunds"), None);
    // Whoever has no limit needs nobody.
    let asked = api
        .post(
            "admin",
            &format!("/api/oms/orders/{id}/refunds"),
            "r-3",
            &json!({ "amount": 1000 }),
        )
        .await
        .expect(200);
    assert_eq!(asked["state"], "requested");
}

#[tokio::test]
async fn the_order_links_to_a_refund_as_long_as_there_is_something_to_give() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    for (group, may) in [
        ("agent", true),
        ("admin", true),
        ("support", false),
        ("operator", false),
    ] {
        let view = api.order(group, id).await;
        let found = links(&view, "refund");
        assert_eq!(found.len(), usize::from(may), "{group}");
        for link in found {
            assert_eq!(link["amount"], TOTAL);
            assert_eq!(link["href"], format!("/api/oms/orders/{id}/refunds"));
        }
    }
    refund(&api, id, "r", &json!({ "amount": TOTAL }))
        .await
        .expect(200);
    assert!(links(&api.order("agent", id).await, "refund").is_empty());
}

#[tokio::test]
async fn the_note_of_a_refund_is_for_those_who_may_read_personal_data() {
    let api = ApiHarness::new().await;
    let id = paid(&api).await;
    let body = json!({ "amount": 500, "note": "Jane van Doe is a good customer" });
    refund(&api, id, "r-1", &body).await.expect(200);
    let seen = api.revealed("agent", id).await.to_string();
    assert!(seen.contains("a good customer"));
    for group in ["support", "operator"] {
        let view = api.order(group, id).await.to_string();
        assert!(!view.contains("good customer"), "{group}");
    }
    let mut published = 0;
    for streamed in api.store.stream(0).0 {
        if let Streamed::Commit { order, text, hash } = streamed {
            for entry in entries_of_stored_commit(&order.to_string(), &text, &hash).unwrap() {
                assert!(!entry.detail.contains("good customer"), "{}", entry.detail);
                published += usize::from(entry.detail_type == "RefundRequested");
            }
        }
    }
    assert_eq!(published, 1);
}
