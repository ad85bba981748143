//! Payments that no gateway tells of, by the API.

use domain::ids::OrderId;
use serde_json::{Value, json};

use crate::{
    api_harness::{ApiHarness, ApiResponse},
    samples::{TOTAL, order},
};

fn paid_by(number: &str, term: Value) -> Value {
    let mut order = order(number);
    order["terms"]["payment"] = term;
    order.as_object_mut().unwrap().remove("payment");
    order
}

async fn records(api: &ApiHarness, order: OrderId, key: &str, body: &Value) -> ApiResponse {
    let path = format!("/api/oms/orders/{order}/payments");
    api.post("operator", &path, key, body).await
}

fn transfer(reference: &str, amount: i64) -> Value {
    json!({ "kind": "bank_transfer", "reference": reference, "amount": amount, "note": "Seen" })
}

#[tokio::test]
async fn a_transfer_is_recorded_once_and_shown_with_the_order() {
    let api = ApiHarness::new().await;
    let id = api
        .place(&paid_by("1001", json!({ "kind": "bank_transfer" })))
        .await;
    assert_eq!(api.order("operator", id).await["status"], "pending");
    let first = records(&api, id, "p-1", &transfer("B/1", TOTAL)).await;
    let answer = first.json.clone();
    first.expect(200);
    assert_eq!(answer["payment_status"], "captured");
    let recorded = json!([{
        "payment": "bank_transfer#1", "kind": "bank_transfer", "reference": "B/1", "amount": TOTAL,
        "refundable": TOTAL
    }]);
    assert_eq!(answer["money"]["recorded"], recorded);
    let again = records(&api, id, "p-1", &transfer("B/1", TOTAL)).await;
    assert!(again.response.headers().contains_key("idempotent-replayed"));
    again.expect(200);
    let view = api.order("operator", id).await;
    assert_eq!(view["status"], "paid");
    assert_eq!(view["terms"]["payment"]["kind"], "bank_transfer");
    let other = records(&api, id, "p-2", &transfer("B/1", TOTAL)).await;
    assert_eq!(other.problem(409), "already_recorded");
    for (body, code) in [
        (transfer("B/2", 0), "payment_amount"),
        (transfer("", 1), "bad_reference"),
        (transfer("of Jane Doe", 1), "bad_reference"),
    ] {
        let refused = records(&api, id, "p-3", &body).await;
        assert_eq!(refused.problem(422), code, "{body}");
    }
    let unknown = json!({ "kind": "shells", "reference": "B/2", "amount": 1 });
    assert_eq!(
        records(&api, id, "p-4", &unknown).await.json["field"],
        "kind"
    );
}

#[tokio::test]
async fn a_refund_by_hand_is_shown_and_recorded() {
    let api = ApiHarness::new().await;
    let term = json!({ "kind": "collected_elsewhere", "reference": "M-1" });
    let id = api.place(&paid_by("1001", term)).await;
    let body = json!({ "reason": "CUSTOMER_REQUESTED" });
    let path = format!("/api/oms/orders/{id}/cancel");
    api.post("agent", &path, "c", &body).await.expect(200);
    let view = api.order("operator", id).await;
    let effect = &view["effects"][0];
    assert_eq!(effect["state"], "by_hand");
    assert_eq!(effect["intent"], "collected_elsewhere#1");
    assert_eq!(effect["amount"], TOTAL);
    let actions = view["actions"].as_array().unwrap().iter();
    let mut actions = actions.filter(|action| action["action"] == "record_refund");
    let path = actions.next().unwrap()["href"].as_str().unwrap();
    let body = json!({ "reference": "M-2" });
    let forbidden = api.post("agent", path, "r", &body).await;
    assert_eq!(forbidden.problem(403), "forbidden");
    let recorded = api.post("operator", path, "r", &body).await.expect(200);
    assert_eq!(recorded["payment_status"], "refunded");
    assert_eq!(recorded["money"]["refunds"][0]["id"], "M-2#1");
    let again = api.post("operator", path, "r2", &body).await;
    assert_eq!(again.problem(404), "unknown_effect");
}

#[tokio::test]
async fn a_placement_says_what_has_paid_it_or_is_refused() {
    let api = ApiHarness::new().await;
    let tender = |kind: &str, reference: &str, amount: i64| json!({ "kind": kind, "reference": reference, "amount": amount });
    let with = |tenders: Value| {
        let mut order = order("1001");
        order["payment"]["tenders"] = tenders;
        order
    };
    let mut both = paid_by("1001", json!({ "kind": "bank_transfer" }));
    both["payment"]["intent"] = json!("pi_1");
    let nameless = json!({ "kind": "collected_elsewhere", "reference": "of Jane" });
    for (order, field) in [
        (
            with(json!([tender("gift_card", "G", 0)])),
            "payment.tenders[0].amount",
        ),
        (
            with(json!([tender("gift_card", "G", TOTAL + 1)])),
            "payment.tenders[0].amount",
        ),
        (
            with(json!([tender("shells", "G", 1)])),
            "payment.tenders[0].kind",
        ),
        (
            with(json!([tender("gift_card", "", 1)])),
            "payment.tenders[0].reference",
        ),
        (
            with(json!([
                tender("gift_card", "G", 1),
                tender("gift_card", "G", 1)
            ])),
            "payment.tenders[1].reference",
        ),
        (both, "payment.intent"),
        (paid_by("1001", nameless), "terms.payment.reference"),
    ] {
        let refused = api.post("shop", "/api/oms/orders", "k", &order).await;
        assert_eq!(refused.json["field"], field);
        assert_eq!(refused.problem(422), "invalid_order");
    }
    let whole = with(json!([tender("gift_card", "G", TOTAL)]));
    let id = api.place(&whole).await;
    assert_eq!(api.order("support", id).await["status"], "paid");
}

#[tokio::test]
async fn an_account_is_made_with_its_limits_and_shows_what_it_owes() {
    let api = ApiHarness::new().await;
    let path = "/api/oms/accounts/ACME-7";
    let none = api.get("operator", path).await;
    assert_eq!(none.problem(404), "not_found");
    let on_account = |number: &str| {
        let term = json!({ "kind": "on_account", "account": "ACME-7", "days": 14 });
        paid_by(number, term)
    };
    let place = async |number: &str| {
        let order = on_account(number);
        api.post("shop", "/api/oms/orders", number, &order).await
    };
    let unknown = place("1001").await;
    assert_eq!(unknown.json["field"], "terms.payment.account");
    assert_eq!(unknown.problem(422), "unknown_account");
    let limits = json!({ "limits": { "EUR": TOTAL + 1, "JPY": 70000 } });
    for role in ["support", "agent", "shop"] {
        assert_eq!(
            api.put_as(role, path, &limits).await.problem(403),
            "forbidden"
        );
        assert_eq!(api.get(role, path).await.problem(403), "forbidden");
    }
    let balance = |currency: &str, decimals: u32, limit: i64, open: i64| {
        json!({
            "currency": currency, "decimals": decimals, "limit": limit, "open": open,
            "free": limit - open
        })
    };
    let written = api.put_as("operator", path, &limits).await.expect(200);
    let yen = balance("JPY", 0, 70000, 0);
    assert_eq!(
        written["balances"],
        json!([balance("EUR", 2, TOTAL + 1, 0), yen])
    );
    let placed = place("1001").await.expect(201);
    let view = api.get("admin", path).await.expect(200);
    assert_eq!(
        view["balances"],
        json!([balance("EUR", 2, TOTAL + 1, TOTAL), yen])
    );
    let refused = place("1002").await;
    assert_eq!(refused.problem(409), "credit_limit_exceeded");
    // Limits are replaced; what is open stays.
    let other = json!({ "limits": { "USD": 5 } });
    let written = api.put_as("operator", path, &other).await.expect(200);
    assert_eq!(
        written["balances"],
        json!([balance("EUR", 2, 0, TOTAL), balance("USD", 2, 5, 0)])
    );
    let order = placed["id"].as_str().unwrap();
    let view = api.order("support", order.parse().unwrap()).await;
    assert_eq!(view["terms"]["payment"]["account"], "ACME-7");
    assert_eq!(view["money"]["open_on_account"], TOTAL);
}

#[tokio::test]
async fn limits_and_terms_of_an_account_are_checked() {
    let api = ApiHarness::new().await;
    let path = "/api/oms/accounts/ACME-7";
    for limits in [
        json!({ "EUR": -1 }),
        json!({ "EUR": 1_000_000_000_001_i64 }),
    ] {
        let refused = api
            .put_as("admin", path, &json!({ "limits": limits }))
            .await;
        assert_eq!(refused.problem(422), "invalid_limits");
    }
    let limits = json!({ "limits": {} });
    let bad = api.put_as("admin", "/api/oms/accounts/A~B", &limits).await;
    assert_eq!(bad.problem(422), "invalid_account");
    for (days, pay_until, field) in [
        (json!(0), Value::Null, "terms.payment.days"),
        (json!(367), Value::Null, "terms.payment.days"),
        (json!(30), json!("2027-01-01T00:00:00Z"), "terms.pay_until"),
    ] {
        let term = json!({ "kind": "on_account", "account": "ACME-7", "days": days });
        let mut order = paid_by("1001", term);
        order["terms"]["pay_until"] = pay_until;
        let refused = api.post("shop", "/api/oms/orders", "k", &order).await;
        assert_eq!(refused.json["field"], field);
        assert_eq!(refused.problem(422), "invalid_order");
    }
}

#[tokio::test]
async fn an_agent_credits_an_invoice_that_is_not_paid_and_no_money_moves() {
    let mut api = ApiHarness::new().await;
    api.settings.goodwill = "agent:500".parse().unwrap();
    let limits = json!({ "limits": { "EUR": TOTAL } });
    let account = "/api/oms/accounts/ACME-7";
    api.put_as("operator", account, &limits).await.expect(200);
    let term = json!({ "kind": "on_account", "account": "ACME-7", "days": 14 });
    let id = api.place(&paid_by("1001", term)).await;
    let path = format!("/api/oms/orders/{id}/refunds");
    let ask = async |key: &str, amount: i64| {
        let body = json!({ "amount": amount });
        let preview = format!("{path}?preview=true");
        let preview = api.post("agent", &preview, key, &body).await;
        (preview, api.post("agent", &path, key, &body).await)
    };
    let open = async || {
        let view = api.get("operator", account).await.expect(200);
        view["balances"][0]["open"].as_i64().unwrap()
    };
    let (preview, asked) = ask("r-1", 400).await;
    let (mut preview, asked) = (preview.expect(200), asked.expect(200));
    assert_eq!(asked["state"], "credited");
    assert_eq!(
        (&asked["amount"], &asked["on_account"], &asked["credit"]),
        (&json!(0), &json!(400), &json!(400))
    );
    assert_eq!(asked["parts"], json!([]));
    preview["preview"] = json!(false);
    assert_eq!(asked, preview);
    let (_, again) = ask("r-1", 400).await;
    assert_eq!(again.expect(200), asked, "it counts once");
    assert_eq!(open().await, TOTAL - 400);
    let view = api.order("agent", id).await;
    assert_eq!(view["money"]["open_on_account"], TOTAL - 400);
    assert_eq!(view["money"]["refunded"], 0);

    // The limit of goodwill counts for it as well.
    let (_, waiting) = ask("r-2", 101).await;
    let waiting = waiting.expect(200);
    assert_eq!(waiting["state"], "awaits_approval");
    assert_eq!(open().await, TOTAL - 400);
    let number = &waiting["exception"];
    let close = format!("/api/oms/orders/{id}/exceptions/{number}/close");
    let approved = json!({ "outcome": "approved" });
    let approved = api.post("admin", &close, "a-1", &approved).await;
    approved.expect(200);
    assert_eq!(open().await, TOTAL - 501);
    let (_, too_much) = ask("r-3", TOTAL).await;
    assert_eq!(too_much.problem(409), "refund_amount");
}
