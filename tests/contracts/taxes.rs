//! An order whose tax a tax service has recorded: what people see of it, and what they do when the service refuses.

use domain::ids::OrderId;
use serde_json::{Value, json};
use stories::gateway::{GatewayDouble, Trouble};

use crate::{
    api_harness::ApiHarness,
    samples::{TOTAL, order},
};

/// An order that is paid and names a tax transaction, and its gateway.
async fn paid(api: &ApiHarness) -> (OrderId, GatewayDouble) {
    let mut order = order("1001");
    order["terms"]["payment_commands"] = json!({});
    order["tax"] = transaction();
    let id = api.place(&order).await;
    api.pay(id, TOTAL).await;
    let gateway = GatewayDouble::default();
    gateway.has(&format!("pi_{id}"), TOTAL, TOTAL);
    (id, gateway)
}

fn transaction() -> Value {
    json!({ "service": "stripe_tax", "transaction": "tax_1", "shipping_tax": 78 })
}

/// The mug is cancelled: 10.36 with 1.65 tax, and its share of the shipping.
async fn cancel_mug(api: &ApiHarness, order: OrderId) {
    let body = json!({ "reason": "CUSTOMER_REQUESTED", "lines": [{ "line": "2" }] });
    let path = format!("/api/oms/orders/{order}/cancel");
    api.post("agent", &path, "cancel", &body).await.expect(200);
}

fn of<'a>(view: &'a Value, field: &str) -> Vec<&'a str> {
    let effects = view["effects"].as_array().unwrap().iter();
    effects
        .map(|effect| effect[field].as_str().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn people_see_what_waits_for_the_tax_service_and_what_it_has_reversed() {
    let api = ApiHarness::new().await;
    let (id, gateway) = paid(&api).await;
    cancel_mug(&api, id).await;
    let view = api.order("agent", id).await;
    assert_eq!(view["tax"], transaction());
    assert_eq!(of(&view, "kind"), ["reverse_tax", "refund"]);
    assert_eq!(of(&view, "state"), ["open", "awaits_tax"]);
    assert_eq!(of(&view, "tax_transaction"), ["tax_1", ""]);
    let asked = &view["effects"][0];
    assert_eq!(asked["amount"], view["effects"][1]["amount"]);
    api.perform_effects(&gateway, id).await;
    let view = api.order("agent", id).await;
    assert_eq!(view["effects"], Value::Null);
    let movements = view["movements"].as_array().unwrap();
    let reversed = movements.iter().find(|m| m["kind"] == "tax_reversed");
    let reversed = reversed.unwrap();
    assert_eq!(
        (&reversed["effect"], &reversed["id"]),
        (&json!(1), &json!("tax_rev_1"))
    );
    assert_eq!(reversed["amount"], asked["tax"]);
}

#[tokio::test]
async fn a_reversal_that_was_refused_is_tried_again_by_who_may_refund() {
    let api = ApiHarness::new().await;
    let (id, gateway) = paid(&api).await;
    cancel_mug(&api, id).await;
    gateway
        .tax
        .goes_wrong(&[Trouble::Refused("resource_missing")]);
    api.perform_effects(&gateway, id).await;
    let view = api.order("agent", id).await;
    assert_eq!(of(&view, "state"), ["refused", "awaits_tax"]);
    assert_eq!(view["exceptions"][0]["kind"], "tax_reversal_refused");
    assert_eq!(gateway.refunded(), 0);
    let path = format!("/api/oms/orders/{id}/effects/1/retry");
    api.post("agent", &path, "again", &json!({}))
        .await
        .expect(200);
    api.perform_effects(&gateway, id).await;
    assert_eq!(gateway.tax.reversals().len(), 1);
    assert_eq!(api.order("agent", id).await["effects"], Value::Null);
}

#[tokio::test]
async fn a_transaction_that_breaks_the_rules_is_refused_by_its_field() {
    let api = ApiHarness::new().await;
    for (field, value) in [
        ("service", json!("Stripe Tax")),
        ("transaction", json!("")),
        ("shipping_tax", json!(491)),
    ] {
        let mut order = order("1001");
        order["tax"] = transaction();
        order["tax"][field] = value;
        let answer = api.post("agent", "/api/oms/orders", field, &order).await;
        assert_eq!(answer.problem(422), "invalid_order", "{field}");
    }
}
