//! Redaction: a customer as shown to callers without the permission to read personal data.

use domain::order::{Address, Contact};

/// A contact without what identifies the person; what remains is initials, the e-mail's first letters, city and
/// country.
pub fn redact(contact: &Contact) -> Contact {
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
