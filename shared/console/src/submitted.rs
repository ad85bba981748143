//! What a form sent, and queries.

use http::Request;

/// The fields of a form or a query, decoded, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Submitted(pub(crate) Vec<(String, String)>);

impl Submitted {
    /// The body of a request that a form sent.
    pub(crate) fn of_body(request: &Request<Vec<u8>>) -> Self {
        Self(
            form_urlencoded::parse(request.body())
                .into_owned()
                .collect(),
        )
    }

    /// The query of a request.
    pub(crate) fn of_query(request: &Request<Vec<u8>>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The trimmed value of a field; none when it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        let found = fields.find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The fields whose names begin with a prefix: what follows it, and the trimmed value.
    pub(crate) fn with_prefix<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let fields = self.0.iter();
        fields.filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.trim())))
    }
}

/// A text as one segment of a path.
pub(crate) fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// A query string of the parameters that have a value, with a question mark; empty without any.
pub(crate) fn query<'a>(
    parameters: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            text.append_pair(name, value);
        }
    }
    let text = text.finish();
    if text.is_empty() {
        text
    } else {
        format!("?{text}")
    }
}
