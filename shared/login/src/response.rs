//! Requests and responses, and how responses are built.

use http::{HeaderValue, StatusCode, header};

/// A request as the gateway passes it on.
pub type Request = http::Request<Vec<u8>>;

/// A response; the body is text.
pub type Response = http::Response<String>;

/// A redirection with a GET.
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The response with these cookies.
pub(crate) fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
