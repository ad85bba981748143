use app::usecases::placement_defaults::*;
use domain::order::*;

#[test]
fn a_setting_says_what_is_commanded() {
    let commands = |setting: &str| {
        setting
            .parse()
            .map(|d: PlacementDefaults| d.payment_commands)
    };
    assert_eq!(commands("off"), Ok(None));
    for (setting, capture) in [
        ("manual_capture", CapturePolicy::Manual),
        ("capture_at_once", CapturePolicy::AtOnce),
        ("capture_on_first_shipment", CapturePolicy::FirstShipment),
        ("capture_per_shipment", CapturePolicy::PerShipment),
    ] {
        let found = commands(setting).unwrap().unwrap();
        assert_eq!(found.capture, capture, "{setting}");
    }
    for unknown in ["", "OFF", "manual"] {
        assert_eq!(commands(unknown), Err(UnknownDefault), "{unknown}");
        assert!(!UnknownDefault.to_string().is_empty());
    }
    for (name, _) in PlacementDefaults::SETTINGS {
        assert!(UnknownDefault.to_string().contains(name), "{name}");
    }
}
