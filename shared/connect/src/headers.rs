//! The headers of a webhook.

use crate::signature::SignatureError;

/// The headers of one request, as they came. Names are compared without regard to case.
#[derive(Clone, Default)]
pub struct Headers<'a>(Vec<(&'a str, &'a str)>);

/// Longest header value that is looked at; real ones have some hundred bytes.
const VALUE_MAX: usize = 4096;

impl<'a> Headers<'a> {
    /// The one header of that name.
    ///
    /// # Errors
    /// `Missing` when there is none or it is empty; `Malformed` when there are several, for then it is not clear
    /// which was signed, or when it is absurdly long.
    pub fn one(&self, name: &'static str) -> Result<&'a str, SignatureError> {
        let mut values = self
            .0
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.trim());
        match (values.next(), values.next()) {
            (None | Some(""), None) => Err(SignatureError::Missing(name)),
            (Some(value), None) if value.len() <= VALUE_MAX => Ok(value),
            (Some(_), None) => Err(SignatureError::Malformed("a header is too long")),
            (_, Some(_)) => Err(SignatureError::Malformed("a header occurs more than once")),
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
        assert!(matches!(
            headers.one("a"),
            Err(SignatureError::Malformed(_))
        ));
        assert_eq!(headers.one("b"), Err(SignatureError::Missing("b")));
        assert_eq!(headers.one("c"), Err(SignatureError::Missing("c")));
        assert!(!format!("{headers:?}").contains("msg_1"));
    }
}
