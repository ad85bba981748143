use app::{bus::message::*, failure::Failure};
use serde_json::json;

const ORDER: &str = "ord_0199f3a0b1c27d3e8f4a5b6c7d8e9f00";

#[test]
fn an_event_of_the_bus_is_read_with_its_order_and_its_skus() {
    let body = json!({
        "version": "0", "id": "7f", "source": "oms.orders", "detail-type": "UnitsCancelled", "region": "x",
        "detail": {
            "id": format!("{ORDER}:3:0"), "version": 1, "order_id": ORDER,
            "data": { "units": [{ "line": "1", "sku": "TEE", "units": 2 }, { "line": "2", "sku": "TEE" }] },
        },
    });
    let message = QueueMessage::read(&body.to_string()).unwrap();
    let QueueMessage::Event(event) = &message else {
        panic!("{message:?}")
    };
    assert_eq!(event.name, "UnitsCancelled");
    assert_eq!(event.skus().unwrap(), ["TEE".parse().unwrap()]);
    let (order, cause) = message.about_order().unwrap();
    assert_eq!(
        (order.to_string().as_str(), cause.key()),
        (ORDER, format!("bus:{ORDER}:3:0"))
    );
}

#[test]
fn our_own_messages_read_back() {
    let order = ORDER.parse().unwrap();
    assert_eq!(
        QueueMessage::read(&redrive(order)).unwrap(),
        QueueMessage::Redrive(order)
    );
    let sku = "TEE/M".parse().unwrap();
    assert_eq!(
        QueueMessage::read(&drain(&sku)).unwrap(),
        QueueMessage::Drain(sku)
    );
    assert_eq!(
        QueueMessage::read(r#"{"sweep":true}"#).unwrap(),
        QueueMessage::Sweep(None)
    );
    assert_eq!(
        QueueMessage::read(&sweep_after("TEE")).unwrap(),
        QueueMessage::Sweep(Some("TEE".to_owned()))
    );
    assert_eq!(
        QueueMessage::read(r#"{"poll":true}"#).unwrap(),
        QueueMessage::Poll
    );
    assert_eq!(
        QueueMessage::read(r#"{"reconcile":true}"#).unwrap(),
        QueueMessage::Reconcile(None)
    );
    let day = "2026-11-22".parse().unwrap();
    assert_eq!(
        QueueMessage::read(&reconcile(day)).unwrap(),
        QueueMessage::Reconcile(Some(day))
    );
}

#[test]
fn any_other_body_is_malformed() {
    for body in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"redrive":{"order":"x"}}"#,
        r#"{"drain":{}}"#,
        r#"{"reconcile":{"day":"2026-02-30"}}"#,
    ] {
        assert!(
            matches!(QueueMessage::read(body), Err(Failure::Malformed(_))),
            "{body}"
        );
    }
}
