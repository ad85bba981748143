//! Between the gateway's own request and response types and those of the crate `http`.

use app::api;
use http::{HeaderName, HeaderValue, Request, Response};

pub(crate) fn request(request: &api::Request) -> Request<Vec<u8>> {
    let mut translated = Request::new(request.body.clone());
    if let Ok(uri) = request.path.parse() {
        *translated.uri_mut() = uri;
    }
    for (name, value) in &request.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            translated.headers_mut().append(name, value);
        }
    }
    translated
}

pub(crate) fn response(response: Response<String>) -> api::Response {
    let (parts, body) = response.into_parts();
    let headers = ["content-type", "retry-after"]
        .into_iter()
        .filter_map(|name| {
            let value = parts.headers.get(name)?.to_str().ok()?;
            Some((name, value.to_owned()))
        });
    api::Response {
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body,
    }
}
