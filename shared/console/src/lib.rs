//! The pages of the console. For now one that says who is logged in.

use app::{
    access::Principal,
    ports::{Clock, IdGenerator, Store},
};
use http::{HeaderValue, Response, StatusCode, header};

/// Who is logged in.
pub struct Session {
    /// The caller, with the same rights as in the API.
    pub principal: Principal,
    /// To be shown.
    pub email: Option<String>,
    /// What every form that changes something has in its field `csrf`.
    pub csrf: String,
}

/// Answers a request of somebody who is logged in.
pub async fn serve(
    _store: &impl Store,
    _env: &(impl Clock + IdGenerator),
    _settings: &web::Settings,
    request: &http::Request<Vec<u8>>,
    session: &Session,
) -> Response<String> {
    let escaped = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        text.replace('"', "&quot;")
    };
    let name = session
        .email
        .as_deref()
        .unwrap_or(&session.principal.subject);
    let body = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Console</title></head>\n\
         <body><main><h1>Console</h1><p>You are logged in as {}.</p>\n\
         <form method=\"post\" action=\"/console/logout\">\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\"><button>Log out</button></form></main></body>\n</html>\n",
        escaped(name),
        escaped(&session.csrf)
    );
    let mut response = Response::new(body);
    if request.uri().path() != "/console" {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

/// A file of the console; none where there is no such file.
pub fn asset(_path: &str) -> Option<Response<String>> {
    None
}
