use app::views::redaction::*;
use domain::order::*;

#[test]
fn a_redacted_contact_keeps_initials_city_and_country_only() {
    let redacted = redact(&Contact {
        name: "Jane van Doe".into(),
        email: "jane.doe@mail.example.com".into(),
        phone: Some("+49 30 1234".into()),
        address: Address {
            lines: vec!["Hauptstr. 1".into()],
            city: "Berlin".into(),
            region: Some("BE".into()),
            postal_code: Some("10115".into()),
            country: "DE".into(),
        },
    });
    let json = serde_json::to_string(&redacted).unwrap();
    assert_eq!(
        json,
        r#"{"name":"J. v. D.","email":"j***@m***.com","phone":"***","address":{"lines":[],"city":"Berlin","country":"DE"}}"#
    );
}

#[test]
fn unusual_addresses_are_redacted_too() {
    for (clear, redacted) in [
        ("a@b", "a***@b***"),
        ("@", "***@***"),
        ("", "***@***"),
        ("no-at", "n***@***"),
        ("ö@ü.de", "ö***@ü***.de"),
        ("x@y@z.org", "x***@z***.org"),
    ] {
        let contact = Contact {
            name: "Jane".into(),
            email: clear.into(),
            phone: None,
            address: Address {
                lines: vec![],
                city: "Berlin".into(),
                region: None,
                postal_code: None,
                country: "DE".into(),
            },
        };
        assert_eq!(redact(&contact).email, redacted);
    }
}
