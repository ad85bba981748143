//! Webhooks of locations: one example of each type, and what may be wrong with one.

use connect::vendors::wms::{Kind, Shipped, WireMessage};
use domain::{
    inbound::{Fact, FactLine, FulfillmentFact, ShipmentFact},
    stock::StockMovement,
};
use serde_json::{Value, json};

use crate::support::{example, example_json, examples, fact, from_berlin, ignored, inbound};

fn read(kind: Kind) -> Fact {
    fact(from_berlin(&example(&format!(
        "wms/{}.json",
        kind.as_str()
    ))))
}

/// The example of a type with one value set.
fn with(kind: Kind, pointer: &str, value: Value) -> Vec<u8> {
    let mut message = example_json(&format!("wms/{}.json", kind.as_str()));
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[field] = value;
    message.to_string().into_bytes()
}

fn rejected(kind: Kind, pointer: &str, value: Value) -> String {
    let rejection = from_berlin(&with(kind, pointer, value)).unwrap_err();
    assert_eq!(rejection.status(), 400);
    format!("{} {rejection}", rejection.code())
}

fn line(line: &str, quantity: u32) -> FactLine {
    FactLine {
        line: line.parse().unwrap(),
        quantity,
    }
}

#[test]
fn there_is_one_example_of_each_type() {
    let mut types: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    types.sort_unstable();
    assert_eq!(
        examples("wms")
            .into_iter()
            .map(|(kind, _)| kind)
            .collect::<Vec<_>>(),
        types
    );
    for kind in Kind::ALL {
        assert_eq!(
            example_json(&format!("wms/{}.json", kind.as_str()))["type"],
            kind.as_str()
        );
        read(*kind);
    }
}

#[test]
fn a_message_keeps_its_id_its_location_and_its_time() {
    let inbound = inbound(from_berlin(&example("wms/shipment.delivered.json")));
    assert_eq!(
        (inbound.source.as_str(), inbound.id.as_str()),
        ("wms", "msg_1")
    );
    assert_eq!(inbound.cause_id(), "berlin:msg_1");
    assert_eq!(inbound.occurred_at.to_string(), "2026-11-23T11:02:00Z");
}

#[test]
fn each_type_becomes_its_fact() {
    let fulfillment = |kind| match read(kind) {
        Fact::Fulfillment { fact, .. } => fact,
        other => panic!("{other:?}"),
    };
    assert_eq!(fulfillment(Kind::Accepted), FulfillmentFact::Accepted);
    assert_eq!(fulfillment(Kind::Picking), FulfillmentFact::Picking);
    assert_eq!(fulfillment(Kind::Packed), FulfillmentFact::Packed);
    assert_eq!(
        fulfillment(Kind::Rejected),
        FulfillmentFact::Rejected {
            reason: "out_of_stock".into()
        }
    );
    assert_eq!(
        fulfillment(Kind::CancelRefused),
        FulfillmentFact::CancelRefused {
            reason: "already_packed".into()
        }
    );
    assert_eq!(
        fulfillment(Kind::Cancelled),
        FulfillmentFact::Cancelled {
            lines: vec![line("1", 1)]
        }
    );
    assert_eq!(
        fulfillment(Kind::Closed),
        FulfillmentFact::Closed {
            totals: vec![line("1", 2)]
        }
    );
    let shipped = FulfillmentFact::Shipped {
        reference: "BOX-1".into(),
        carrier: Some("DHL".into()),
        tracking: Some("00340434161094042557".into()),
        lines: vec![line("1", 2), line("2", 1)],
        last: true,
        totals: None,
    };
    assert_eq!(fulfillment(Kind::Shipped), shipped);
    let shipment = |kind| match read(kind) {
        Fact::Shipment {
            reference, fact, ..
        } => (reference, fact),
        other => panic!("{other:?}"),
    };
    for (kind, expected) in [
        (Kind::InTransit, ShipmentFact::InTransit),
        (Kind::OutForDelivery, ShipmentFact::OutForDelivery),
        (Kind::Delivered, ShipmentFact::Delivered),
        (
            Kind::Exception,
            ShipmentFact::Exception {
                reason: Some("address_unknown".into()),
            },
        ),
        (Kind::ReturnedToSender, ShipmentFact::ReturnedToSender),
    ] {
        assert_eq!(shipment(kind), ("BOX-1".to_owned(), expected));
    }
}

#[test]
fn stock_is_by_sku_and_added_up() {
    let moved = |body: &[u8]| match fact(from_berlin(body)) {
        Fact::Stock(facts) => facts
            .into_iter()
            .map(|f| (f.sku.to_string(), f.movement))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let pallets = json!([{"sku": "TEE", "quantity": 2}, {"sku": "MUG", "quantity": 0}, {"sku": "TEE", "quantity": 3}]);
    let received = moved(&with(Kind::StockReceived, "/data/items", pallets));
    assert_eq!(
        received,
        [("TEE".to_owned(), StockMovement::Received { quantity: 5 })]
    );
    let counted = moved(&example("wms/stock.counted.json"));
    assert_eq!(
        counted[0],
        ("MUG-BLUE".to_owned(), StockMovement::counted(0))
    );
    let twice = json!([{"sku": "TEE", "on_hand": 2}, {"sku": "TEE", "on_hand": 3}]);
    assert_eq!(
        rejected(Kind::StockCounted, "/data/items", twice),
        "invalid_field `data.items[1].sku`: the SKU is counted more than once"
    );
    let many: Vec<_> = (0..51)
        .map(|n| json!({"sku": format!("S{n}"), "on_hand": 1}))
        .collect();
    assert!(rejected(Kind::StockCounted, "/data/items", json!(many)).contains("at most 50"));
    let none = "invalid_field `data.items`: at least one unit";
    assert_eq!(
        rejected(
            Kind::StockReceived,
            "/data/items",
            json!([{"sku": "TEE", "quantity": 0}])
        ),
        none
    );
}

#[test]
fn optional_fields_may_be_left_out_or_null() {
    let shipped =
        |field: &str, value: Value| match fact(from_berlin(&with(Kind::Shipped, field, value))) {
            Fact::Fulfillment {
                fact:
                    FulfillmentFact::Shipped {
                        carrier,
                        tracking,
                        last,
                        totals: None,
                        ..
                    },
                ..
            } => (carrier.is_some(), tracking.is_some(), last),
            other => panic!("{other:?}"),
        };
    assert_eq!(shipped("/data/carrier", Value::Null), (false, true, true));
    assert_eq!(
        shipped("/data/tracking_number", json!("")),
        (true, false, true)
    );
    assert_eq!(
        shipped("/data/last", Value::Null),
        (true, true, false),
        "more may come unless it is said"
    );
    assert_eq!(
        shipped("/data/driver", json!({"name": "x"})),
        (true, true, true),
        "unknown fields are ignored"
    );
    let all = fact(from_berlin(&with(
        Kind::Cancelled,
        "/data/lines",
        Value::Null,
    )));
    let everything = FulfillmentFact::Cancelled { lines: Vec::new() };
    assert!(matches!(all, Fact::Fulfillment { fact, .. } if fact == everything));
    let reason = fact(from_berlin(&with(
        Kind::Rejected,
        "/data/reason",
        Value::Null,
    )));
    let unspecified = FulfillmentFact::Rejected {
        reason: "unspecified".into(),
    };
    assert!(matches!(reason, Fact::Fulfillment { fact, .. } if fact == unspecified));
}

#[test]
fn an_empty_list_never_means_everything() {
    let empty = "invalid_field `data.lines`: at least one unit";
    assert_eq!(rejected(Kind::Cancelled, "/data/lines", json!([])), empty);
    assert_eq!(
        rejected(
            Kind::Cancelled,
            "/data/lines",
            json!([{"line": "1", "quantity": 0}])
        ),
        empty
    );
    assert_eq!(rejected(Kind::Shipped, "/data/lines", json!([])), empty);
}

#[test]
fn a_wrong_field_is_named_by_its_path() {
    let lines = json!([{"line": "1", "quantity": 1}, {"line": "2", "quantity": "two"}]);
    let path = "invalid_field `data.lines[1].quantity`: invalid type: string, expected u32";
    assert_eq!(rejected(Kind::Shipped, "/data/lines", lines), path);
    let order = rejected(Kind::Accepted, "/data/order_id", json!("1001"));
    assert_eq!(
        order,
        "invalid_field `data.order_id`: not a valid order id: `ord_` and 32 lower-case hexadecimal digits"
    );
    assert!(
        rejected(Kind::Accepted, "/data", json!({})).contains("`data`: missing field `order_id`")
    );
    assert!(
        rejected(Kind::Accepted, "/timestamp", json!("yesterday"))
            .starts_with("invalid_field `timestamp`")
    );
    let reference = rejected(Kind::Delivered, "/data/shipment_reference", json!("a\nb"));
    assert!(reference.starts_with("invalid_field `data.shipment_reference`"));
    let much = json!([{"line": "1", "quantity": 4_000_000_000u32}]);
    assert!(rejected(Kind::Shipped, "/data/lines", much).contains("at most 100000 units"));
}

#[test]
fn newer_versions_and_types() {
    assert_eq!(
        rejected(Kind::Accepted, "/version", json!(2))
            .split(' ')
            .next(),
        Some("unsupported_version")
    );
    assert!(from_berlin(&with(Kind::Accepted, "/version", Value::Null)).is_err());
    let mut unversioned = example_json("wms/fulfillment_order.accepted.json");
    unversioned.as_object_mut().unwrap().remove("version");
    fact(from_berlin(unversioned.to_string().as_bytes()));
    assert_eq!(
        ignored(from_berlin(br#"{"type":"shipment.lost","version":9}"#)),
        "unused_type"
    );
    assert_eq!(
        from_berlin(b"{}").unwrap_err().to_string(),
        "`.`: missing field `type`"
    );
}

#[test]
fn the_types_write_what_they_read_and_describe_themselves() {
    let shipped: WireMessage<Shipped> =
        serde_json::from_slice(&example("wms/shipment.shipped.json")).unwrap();
    let again: Value = serde_json::from_str(&shipped.to_json().unwrap()).unwrap();
    assert_eq!(again, example_json("wms/shipment.shipped.json"));
    for kind in Kind::ALL {
        let schema = kind.schema();
        assert_eq!(schema["properties"]["type"]["const"], kind.as_str());
        assert!(schema["properties"]["data"].is_object(), "{schema}");
    }
}
