use domain::order::*;

#[test]
fn a_cause_is_remembered_across_json() {
    let mut causes = Causes::default();
    causes.remember("stripe:evt_1");
    causes.remember("stripe:evt_1");
    causes.remember("wms:msg_2");
    let json = serde_json::to_string(&causes).unwrap();
    let back: Causes = serde_json::from_str(&json).unwrap();
    assert_eq!(back, causes);
    assert_eq!(back.len(), 2);
    assert!(back.contains("wms:msg_2") && !back.contains("wms:msg_3"));
}
