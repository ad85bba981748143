//! The headers of a webhook.

/// The headers of one request, as they came. Names are compared without regard to case.
#[derive(Clone, Default)]
pub struct Headers<'a>(Vec<(&'a str, &'a str)>);

/// Longest header value that is read, in bytes; real ones have some hundred.
const VALUE_MAX: usize = 4096;

/// Why a header has no one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderError {
    /// There is none, or it is empty.
    Missing(&'static str),
    /// There are several, so it is not clear which one was signed.
    Repeated,
    TooLong,
}

impl<'a> Headers<'a> {
    /// The one header of that name.
    ///
    /// # Errors
    /// [`HeaderError`] when there is not exactly one, or its value is empty or too long.
    pub fn one(&self, name: &'static str) -> Result<&'a str, HeaderError> {
        let mut values = self
            .0
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.trim());
        match (values.next(), values.next()) {
            (None | Some(""), None) => Err(HeaderError::Missing(name)),
            (Some(value), None) if value.len() <= VALUE_MAX => Ok(value),
            (Some(_), None) => Err(HeaderError::TooLong),
            (_, Some(_)) => Err(HeaderError::Repeated),
        }
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Headers<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

// Headers may carry credentials, and debug output ends up in logs: names only.
impl std::fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_only_once() {
        let headers: Headers<'_> = [("Webhook-ID", " msg_1 "), ("a", "1"), ("A", "2"), ("b", "")]
            .into_iter()
            .collect();
        assert_eq!(headers.one("webhook-id"), Ok("msg_1"));
        assert_eq!(headers.one("a"), Err(HeaderError::Repeated));
        assert_eq!(headers.one("b"), Err(HeaderError::Missing("b")));
        assert_eq!(headers.one("c"), Err(HeaderError::Missing("c")));
        assert!(!format!("{headers:?}").contains("msg_1"));
    }
}
