//! What orders get that do not say what is commanded at the payment gateway, or when shipping goes back.

use app::{
    goodwill::GoodwillLimits,
    usecases::placement_defaults::{DuplicateHold, PlacementDefaults},
};
use domain::order::ShippingRefund;
use serde_json::{Value, json};
use web::Settings;

use crate::{api_harness::ApiHarness, samples::order};

async fn api_with(setting: &str) -> ApiHarness {
    let defaults: PlacementDefaults = setting.parse().unwrap();
    let mut api = ApiHarness::new().await;
    api.settings.defaults = defaults;
    api
}

async fn commands(api: &ApiHarness, order: &Value) -> Value {
    let id = api.place(order).await;
    api.order("support", id).await["terms"]["payment_commands"].clone()
}

fn with_commands(number: &str, commands: Value) -> Value {
    let mut order = order(number);
    order["terms"]["payment_commands"] = commands;
    order
}

#[tokio::test]
async fn an_order_that_says_nothing_gets_what_the_deployment_says() {
    for (setting, capture) in [
        ("off", None),
        ("manual_capture", Some("manual")),
        ("capture_at_once", Some("at_once")),
        ("capture_on_first_shipment", Some("first_shipment")),
        ("capture_per_shipment", Some("per_shipment")),
    ] {
        let api = api_with(setting).await;
        let expected =
            capture.map(|capture| json!({ "capture": capture, "refund_order": "first" }));
        let expected = expected.unwrap_or_default();
        assert_eq!(commands(&api, &order("1001")).await, expected, "{setting}");
        // An order without any terms says nothing either.
        let mut bare = order("1002");
        bare.as_object_mut().unwrap().remove("terms");
        assert_eq!(commands(&api, &bare).await, expected, "{setting}");
    }
}

#[tokio::test]
async fn an_order_that_says_something_keeps_it() {
    for setting in ["off", "capture_at_once"] {
        let api = api_with(setting).await;
        let said = json!({ "capture": "first_shipment", "refund_order": "pro_rata" });
        let found = commands(&api, &with_commands("1001", said.clone())).await;
        assert_eq!(found, said, "{setting}");
        let found = commands(&api, &with_commands("1002", json!({}))).await;
        assert_eq!(found["capture"], "manual", "{setting}");
    }
}

#[tokio::test]
async fn a_changed_setting_changes_no_order_and_no_repeated_request() {
    let mut api = api_with("off").await;
    let old = api.place(&order("1001")).await;
    api.settings.defaults = "capture_at_once".parse().unwrap();
    let again = api
        .post("agent", "/api/oms/orders", "place-1001", &order("1001"))
        .await;
    assert!(again.response.headers().contains_key("idempotent-replayed"));
    again.expect(201);
    let terms = api.order("support", old).await["terms"].clone();
    assert_eq!(terms.get("payment_commands"), None);
    api.settings.defaults = "off".parse().unwrap();
    let new = with_commands("1002", json!({ "capture": "at_once" }));
    assert_eq!(commands(&api, &new).await["capture"], "at_once");
}

#[tokio::test]
async fn an_order_keeps_the_rule_for_shipping_that_it_was_placed_with() {
    let rule = async |api: &ApiHarness, order: &Value| {
        let id = api.place(order).await;
        api.order("support", id).await["terms"]["shipping_refund"].clone()
    };
    for (setting, expected) in [
        (ShippingRefund::ProRata, Value::Null),
        (ShippingRefund::Never, json!("never")),
    ] {
        let mut api = ApiHarness::new().await;
        let commands = PlacementDefaults::default();
        let (limits, hold) = (GoodwillLimits::default(), DuplicateHold::Off);
        api.settings = Settings::new(commands, setting, 24, limits, hold, 14, 30);
        assert_eq!(rule(&api, &order("1001")).await, expected);
        let mut said = order("1002");
        said["terms"]["shipping_refund"] = json!("last_unit");
        assert_eq!(rule(&api, &said).await, "last_unit");
        said["number"] = json!("1003");
        said["terms"]["shipping_refund"] = json!("sometimes");
        let refused = api.post("agent", "/api/oms/orders", "1003", &said).await;
        assert_eq!(refused.problem(400), "malformed");
    }
}
