use domain::order::*;

#[test]
fn every_rule_has_the_name_that_is_stored() {
    for (name, rule) in ShippingRefund::NAMES {
        assert_eq!(serde_json::to_value(rule).unwrap(), name);
        assert_eq!(name.parse(), Ok(rule));
        assert!(UnknownShippingRefund.to_string().contains(name));
    }
    assert_eq!(
        "Never".parse::<ShippingRefund>(),
        Err(UnknownShippingRefund)
    );
}
