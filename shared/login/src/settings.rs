//! What the deployment decides about the log-in.

use http::Uri;

/// A setting that should be an address and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the address of a server, such as https://example.com")]
pub struct BadUrl(String);

/// The settings of the log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Scheme, host and port of the console, as browsers know it.
    pub(crate) origin: String,
    /// The console's client of the user pool.
    pub(crate) client_id: String,
    /// The issuer of the pool's tokens.
    pub(crate) issuer: String,
    /// Where the pool's keys are.
    pub(crate) keys_url: String,
    /// Scheme, host and port of the hosted UI.
    pub(crate) hosted_ui: String,
    /// After so many seconds without a request the session is over.
    pub(crate) idle_s: i64,
    /// So many seconds after the log-in the session is over.
    pub(crate) session_s: i64,
}

impl Settings {
    /// `console_url` and `hosted_ui_url` are addresses without a path, `keys_url` is that of the pool's JWKS. A session ends
    /// `idle_minutes` after the last request, and `session_hours` after the log-in.
    ///
    /// # Errors
    /// When an address without a path is none.
    pub fn new(
        console_url: &str,
        hosted_ui_url: &str,
        client_id: String,
        issuer: String,
        keys_url: String,
        idle_minutes: u32,
        session_hours: u32,
    ) -> Result<Self, BadUrl> {
        Ok(Self {
            origin: origin(console_url)?,
            client_id,
            issuer,
            keys_url,
            hosted_ui: origin(hosted_ui_url)?,
            idle_s: i64::from(idle_minutes).saturating_mul(60),
            session_s: i64::from(session_hours).saturating_mul(3600),
        })
    }

    /// Whether the console is reached over HTTPS, as it always is but on a local stack.
    pub(crate) fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Where the hosted UI sends people back to.
    pub(crate) fn callback_url(&self) -> String {
        format!("{}/console/callback", self.origin)
    }
}

/// Scheme, host and port of a URL without anything else.
fn origin(url: &str) -> Result<String, BadUrl> {
    let bad = || BadUrl(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| bad())?;
    match (uri.scheme_str(), uri.authority(), uri.path(), uri.query()) {
        (Some(scheme @ ("http" | "https")), Some(authority), "/", None)
            if !authority.as_str().contains('@') =>
        {
            Ok(format!("{scheme}://{authority}"))
        }
        _ => Err(bad()),
    }
}
