//! Pages that say why somebody is not let in. They say nothing about causes, which are logged.

use http::{HeaderValue, StatusCode, header};

use crate::response::Response;

/// A page with a sentence, a stable code and a way on.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
    /// What the link says, and where it leads: an address or path of ours.
    pub(crate) link: (&'static str, String),
}

impl Message {
    pub(crate) fn into_response(self) -> Response {
        let Self {
            status,
            code,
            text,
            link: (label, target),
        } = self;
        let target = target.replace('&', "&amp;").replace('"', "&quot;");
        let body = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Log-in</title></head>\n\
             <body><main><h1>Log-in</h1>\n<p>{text}</p>\n<p>Code: <code>{code}</code></p>\n\
             <p><a href=\"{target}\">{label}</a></p></main></body>\n</html>\n"
        );
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, html);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let soon = HeaderValue::from_static("5");
            response.headers_mut().insert(header::RETRY_AFTER, soon);
        }
        response
    }
}
