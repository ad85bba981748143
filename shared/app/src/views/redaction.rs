//! Redaction: a customer as shown to callers without the permission to read personal data.

use domain::order::{Address, Contact};

/// A contact without what identifies the person; what remains is initials, the e-mail's first letters, city and
/// country.
pub(super) fn redact(contact: &Contact) -> Contact {
    Contact {
        name: initials(&contact.name),
        email: email(&contact.email),
        phone: contact.phone.as_ref().map(|_| "***".to_owned()),
        address: Address {
            lines: Vec::new(),
            city: contact.address.city.clone(),
            region: None,
            postal_code: None,
            country: contact.address.country.clone(),
        },
    }
}

/// `Jane van Doe` as `J. v. D.`
fn initials(name: &str) -> String {
    let letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    letters
        .map(|letter| format!("{letter}."))
        .collect::<Vec<_>>()
        .join(" ")
}

/// `jane@example.com` as `j***@e***.com`.
fn email(email: &str) -> String {
    let (user, host) = email.rsplit_once('@').unwrap_or((email, ""));
    let (name, ending) = host.rsplit_once('.').unwrap_or((host, ""));
    let ending = if ending.is_empty() {
        String::new()
    } else {
        format!(".{ending}")
    };
    format!("{}@{}{ending}", first(user), first(name))
}

fn first(text: &str) -> String {
    text.chars()
        .next()
        .map_or_else(|| "***".to_owned(), |letter| format!("{letter}***"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(email(clear), redacted);
        }
    }
}
