use domain::order::HoldKind;

#[test]
fn a_name_from_a_later_build_is_kept() {
    let read: HoldKind = serde_json::from_str(r#""customs_check""#).unwrap();
    assert!(!read.is_known());
    assert_eq!(serde_json::to_string(&read).unwrap(), r#""customs_check""#);
}

#[test]
fn every_known_name_reads_back_as_itself() {
    for name in HoldKind::KNOWN {
        let kind = HoldKind::from(*name);
        assert!(kind.is_known());
        assert_eq!(kind.as_str(), *name);
    }
}
