//! Changes must come from a page of ours: they carry a value that only our pages know, and the browser says so.

use http::{HeaderMap, header};
use subtle::ConstantTimeEq;

/// A change that did not come from a page of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CsrfError {
    /// Neither the form nor the header has the token.
    #[error("the request has no CSRF token")]
    Missing,
    /// The token is not that of the session.
    #[error("the CSRF token is not that of the session")]
    Wrong,
    /// The browser says that the request comes from elsewhere.
    #[error("the request comes from another site")]
    ForeignOrigin,
}

impl CsrfError {
    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "csrf_missing",
            Self::Wrong => "csrf_wrong",
            Self::ForeignOrigin => "foreign_origin",
        }
    }
}

/// Checks a request that changes something: `expected` is the session's token, `token` the request's form field `csrf` or
/// header `x-csrf-token`, `origin` the console's scheme, host and port.
///
/// # Errors
/// When the request does not come from a page of this session.
pub(crate) fn check(
    expected: &str,
    token: Option<&str>,
    headers: &HeaderMap,
    origin: &str,
) -> Result<(), CsrfError> {
    if !is_own(headers, origin) {
        return Err(CsrfError::ForeignOrigin);
    }
    let token = token.ok_or(CsrfError::Missing)?;
    if bool::from(token.as_bytes().ct_eq(expected.as_bytes())) {
        Ok(())
    } else {
        Err(CsrfError::Wrong)
    }
}

/// Whether `Origin`, or `Referer` where there is none, names the console. Old browsers send neither: then the token decides
/// alone.
fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name| {
        let value = headers.get(name)?;
        Some(value.to_str().unwrap_or_default())
    };
    if let Some(from) = text(header::ORIGIN) {
        return from == origin;
    }
    text(header::REFERER).is_none_or(|from| {
        let path = from.strip_prefix(origin);
        path.is_some_and(|path| path.is_empty() || path.starts_with('/'))
    })
}
