//! Every movement of an order's money, with who did it and why, and the disputes of its payment.

use domain::{
    ids::OrderId,
    inbound::{Fact, OrderReference, PaymentFact},
    order::{DisputeFunds, DisputeStatus},
};
use serde_json::{Value, json};
use stories::gateway::GatewayDouble;

use crate::{
    api_harness::ApiHarness,
    samples::{TOTAL, order},
};

/// An order that is paid, of which the gateway is commanded, and its gateway.
async fn paid(api: &ApiHarness) -> (OrderId, GatewayDouble) {
    let mut order = order("1001");
    order["terms"]["payment_commands"] = json!({});
    let id = api.place(&order).await;
    api.pay(id, TOTAL).await;
    let gateway = GatewayDouble::default();
    gateway.has(&format!("pi_{id}"), TOTAL, TOTAL);
    (id, gateway)
}

/// The provider tells of the dispute.
async fn tells(
    api: &ApiHarness,
    order: OrderId,
    event: &str,
    status: DisputeStatus,
    funds: Option<DisputeFunds>,
    reinstated: Option<i64>,
) {
    let fact = PaymentFact::Dispute {
        id: "dp_1".to_owned(),
        status,
        amount: 700,
        currency: "EUR".parse().unwrap(),
        reason: Some("product_not_received".to_owned()),
        evidence_due: Some("2027-01-31T23:59:59Z".parse().unwrap()),
        funds,
        reinstated,
    };
    let order = OrderReference {
        order: Some(order.to_string()),
        intent: Some(format!("pi_{order}")),
    };
    let fact = Fact::Payment { order, fact };
    api.receives_webhook(event, None, fact).await;
}

/// Kind, amount and actor of each movement.
fn movements(view: &Value) -> Vec<(String, i64, String)> {
    let movements = view["movements"].as_array().unwrap().iter();
    movements
        .map(|movement| {
            let text = |field: &Value| field.as_str().unwrap().to_owned();
            let amount = movement["amount"].as_i64().unwrap();
            (
                text(&movement["kind"]),
                amount,
                text(&movement["actor"]["kind"]),
            )
        })
        .collect()
}

fn sum(view: &Value, field: &str) -> i64 {
    let lines = view["lines"].as_array().unwrap().iter();
    lines
        .map(|line| line["amounts"][field].as_i64().unwrap())
        .sum()
}

#[tokio::test]
async fn every_movement_says_who_why_and_how_much() {
    let api = ApiHarness::new().await;
    let (id, gateway) = paid(&api).await;
    let body = json!({ "amount": 500, "reason": "DAMAGED", "note": "The mug has a scratch" });
    let path = format!("/api/oms/orders/{id}/refunds");
    api.post("agent", &path, "r-1", &body).await.expect(200);
    api.perform_effects(&gateway, id).await;
    let view = api.revealed("agent", id).await;
    let row = |kind: &str, amount, actor: &str| (kind.to_owned(), amount, actor.to_owned());
    assert_eq!(
        movements(&view),
        [
            row("captured", TOTAL, "payment_provider"),
            row("credit_granted", 500, "agent"),
            // The gateway has answered a function; the agent had asked.
            row("refunded", 500, "agent"),
        ]
    );
    let refunded = &view["movements"][2];
    assert_eq!(refunded["id"], gateway.refunds()[0].id);
    assert_eq!(refunded["effect"], 1);
    assert_eq!(refunded["reason"], "DAMAGED");
    assert_eq!(refunded["note"], "The mug has a scratch");
    assert_eq!(view["movements"][0]["id"], format!("pi_{id}"));
    // Who may not read personal data reads no notes.
    let seen = api.order("support", id).await;
    assert_eq!(seen["movements"][2]["note"], Value::Null);
    assert_eq!(movements(&seen), movements(&view));
}

#[tokio::test]
async fn the_shares_of_the_lines_add_up_to_the_order() {
    let api = ApiHarness::new().await;
    let (id, gateway) = paid(&api).await;
    let view = api.order("agent", id).await;
    assert_eq!(sum(&view, "captured"), TOTAL);
    assert_eq!(sum(&view, "refunded"), 0);
    assert_eq!(sum(&view, "refundable"), TOTAL);
    let body = json!({ "reason": "CUSTOMER_REQUESTED", "lines": [{ "line": "2" }] });
    let path = format!("/api/oms/orders/{id}/cancel");
    let cancelled = api.post("agent", &path, "cancel", &body).await.expect(200);
    api.perform_effects(&gateway, id).await;
    let view = api.order("agent", id).await;
    let back = cancelled["refund_owed"].as_i64().unwrap();
    let amounts = |line: usize| &view["lines"][line]["amounts"];
    assert_eq!(amounts(1)["refunded"], back);
    assert_eq!(amounts(1)["refunded"], amounts(1)["captured"]);
    assert_eq!(amounts(1)["refundable"], 0);
    assert_eq!(amounts(0)["refunded"], 0);
    assert_eq!(amounts(0)["refundable"], TOTAL - back);
    assert_eq!(view["money"]["refundable"], TOTAL - back);
    assert_eq!(view["movements"][1]["reason"], "CUSTOMER_REQUESTED");
}

#[tokio::test]
async fn a_dispute_is_shown_with_its_deadline_and_its_money() {
    let api = ApiHarness::new().await;
    let (id, _) = paid(&api).await;
    let taken = Some(DisputeFunds::Withdrawn);
    tells(
        &api,
        id,
        "evt_d1",
        DisputeStatus::NeedsResponse,
        taken,
        None,
    )
    .await;
    let view = api.order("agent", id).await;
    let shown = json!([{
        "id": "dp_1", "intent": format!("pi_{id}"), "status": "needs_response", "amount": 700,
        "reason": "product_not_received", "evidence_due": "2027-01-31T23:59:59Z",
        "funds_withdrawn": true, "funds_reinstated": false, "reinstated": 0,
    }]);
    assert_eq!(view["disputes"], shown);
    assert_eq!(view["payment_status"], "disputed");
    assert_eq!(view["money"]["refunded"], 0);
    assert_eq!(view["money"]["lost_to_disputes"], 0);
    assert_eq!(movements(&view)[1].0, "dispute_funds_withdrawn");
    assert_eq!(view["movements"][1]["id"], "dp_1");
    assert_eq!(view["movements"][1]["reason"], "product_not_received");

    tells(&api, id, "evt_d2", DisputeStatus::Lost, None, None).await;
    let view = api.order("agent", id).await;
    let dispute = &view["disputes"][0];
    assert_eq!(
        (&dispute["status"], &dispute["evidence_due"]),
        (&json!("lost"), &Value::Null)
    );
    assert_eq!(view["money"]["lost_to_disputes"], 700);
    assert_eq!(view["money"]["refundable"], TOTAL - 700);
    assert_eq!(view["money"]["secured"], TOTAL - 700);
    assert_eq!(view["exceptions"][0]["kind"], "dispute_lost");

    // The bank has decided for its customer, but for a part.
    let back = Some(DisputeFunds::Reinstated);
    tells(&api, id, "evt_d3", DisputeStatus::Lost, back, Some(250)).await;
    let view = api.order("agent", id).await;
    assert_eq!(view["disputes"][0]["reinstated"], 250);
    assert_eq!(view["disputes"][0]["funds_reinstated"], true);
    assert_eq!(view["money"]["lost_to_disputes"], 450);
    assert_eq!(view["money"]["refundable"], TOTAL - 450);
    let movement = movements(&view).pop().unwrap();
    let moved = (movement.0.as_str(), movement.1);
    assert_eq!(moved, ("dispute_funds_reinstated", 250));
}
