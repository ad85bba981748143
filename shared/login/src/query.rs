//! Parameters of queries and forms.

use form_urlencoded::{Serializer, parse};

/// The first parameter of this name.
pub(crate) fn parameter(encoded: &[u8], name: &str) -> Option<String> {
    parse(encoded)
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// The parameters as a query or a form.
pub(crate) fn encoded(parameters: &[(&str, &str)]) -> String {
    Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}
