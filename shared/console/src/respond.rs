//! Responses.

use askama::Template;
use http::{HeaderValue, Response, StatusCode, header};

/// A page. Orders hold personal data, so no cache may store it.
pub(crate) fn html(status: u16, page: &impl Template) -> Response<String> {
    let (status, body) = match page.render() {
        Ok(body) => (status, body),
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            (500, "The page cannot be shown. Reload it.".to_owned())
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Leads to another page, which is read with `GET`.
pub(crate) fn see_other(target: &str) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    let target = HeaderValue::from_str(target);
    headers.insert(
        header::LOCATION,
        target.unwrap_or(HeaderValue::from_static("/console")),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
