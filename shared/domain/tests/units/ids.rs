use domain::ids::*;
use jiff::Timestamp;

fn order(shop: &str, number: &str) -> OrderId {
    OrderId::of(&shop.parse().unwrap(), &number.parse().unwrap())
}

#[test]
fn an_id_reads_back_what_it_writes() {
    let id = FulfillmentOrderId::mint(Timestamp::UNIX_EPOCH, [7; 10]);
    assert_eq!(id.to_string().parse::<FulfillmentOrderId>(), Ok(id));
    assert_eq!(id.to_string().len(), 36);
}

#[test]
fn an_order_id_follows_from_shop_and_number() {
    let id = order("default", "1001");
    assert_eq!(id.to_string().parse::<OrderId>(), Ok(id));
    assert_eq!(id, order("default", "1001"));
    assert_ne!(id, order("default", "1002"));
    assert_ne!(id, order("eu", "1001"));
    // Stored keys depend on it: the same in every build.
    assert_eq!(id.to_string(), "ord_94e558ec935c8f0fae32a0ba77d2fa0a");
}

#[test]
fn an_id_of_another_kind_or_spelling_is_refused() {
    let shipment = ShipmentId::mint(Timestamp::UNIX_EPOCH, [7; 10]).to_string();
    assert!(shipment.parse::<OrderId>().is_err());
    let capitals = order("default", "1001").to_string().to_uppercase();
    assert!(capitals.parse::<OrderId>().is_err());
}

#[test]
fn a_name_with_a_key_separator_is_refused() {
    assert!("A#B".parse::<Sku>().is_err());
    assert!("".parse::<Sku>().is_err());
    assert!("TEE-RED/M".parse::<Sku>().is_ok());
}
