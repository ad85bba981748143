//! The security headers of every response of the console, in one place.

use http::{HeaderName, HeaderValue, header};

use crate::{response::Response, settings::Settings};

/// Gives a response its security headers. A page may carry personal data, so no cache stores it; an asset says itself how
/// long it may be kept.
pub(crate) fn secured(settings: &Settings, mut response: Response) -> Response {
    // Log-out is a form of ours that leads to the hosted UI, and browsers apply `form-action` to where a form is sent on to.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'",
        settings.hosted_ui
    );
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.entry(name).or_insert(value);
        }
    };
    set(header::CONTENT_SECURITY_POLICY, &policy);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    if settings.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
