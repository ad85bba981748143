//! Requests and responses, and how responses are built.

use app::failure::Failure;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

/// A request as the gateway passes it on. The verified claims are in its extensions, as [`app::access::Claims`];
/// a caller who is known already is there as [`app::access::Principal`].
pub type Request = http::Request<Vec<u8>>;

/// A response; the body is JSON.
pub type Response = http::Response<String>;

/// A response of a media type. Orders contain personal data, so no cache may store it.
pub(crate) fn build(status: u16, media_type: &'static str, body: String) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// A response with a JSON body.
pub(crate) fn json(status: u16, body: &impl Serialize) -> Result<Response, Failure> {
    let text = serde_json::to_string(body)
        .map_err(|error| Failure::Inconsistent(format!("a response cannot be written: {error}")))?;
    Ok(build(status, "application/json", text))
}

/// The response with one more header. A value that no header may have is left out.
pub(crate) fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Marks the response to a repeated request.
pub(crate) fn mark_replayed(response: Response, replayed: bool) -> Response {
    if replayed {
        with_header(
            response,
            HeaderName::from_static("idempotent-replayed"),
            "true",
        )
    } else {
        response
    }
}
