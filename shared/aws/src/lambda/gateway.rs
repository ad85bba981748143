//! Translates between API Gateway's HTTP API (payload format 2.0) and the `http` crate's types.

use app::access::Claims;
use aws_lambda_events::{
    apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
    encodings::Body,
};
use http::{HeaderValue, Request, Response, Uri, header};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

/// The event is not a request: its body is not the base64 that it is marked as, or its path is not a path.
#[derive(Debug, thiserror::Error)]
pub enum BadEvent {
    /// The body is marked as base64 and is not.
    #[error("the body is not base64")]
    Body,
    /// The path or the query cannot be part of a URI.
    #[error("not a URI")]
    Uri(#[from] http::uri::InvalidUri),
}

/// Responds to every request of the gateway, for the life of the function.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn serve(
    answer: impl AsyncFn(Result<Request<Vec<u8>>, BadEvent>) -> Response<String>,
) -> Result<(), Error> {
    let answer = &answer;
    run(service_fn(
        async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
            Ok::<_, Error>(respond(event.payload, answer).await)
        },
    ))
    .await
}

/// Responds to one request. The claims of the verified token are in the request's extensions, as [`Claims`].
pub async fn respond(
    event: ApiGatewayV2httpRequest,
    answer: impl AsyncFn(Result<Request<Vec<u8>>, BadEvent>) -> Response<String>,
) -> ApiGatewayV2httpResponse {
    to_gateway(answer(from_gateway(event)).await)
}

/// The request, with the body as it was sent.
fn from_gateway(event: ApiGatewayV2httpRequest) -> Result<Request<Vec<u8>>, BadEvent> {
    let body = match event.body {
        None => Vec::new(),
        Some(text) if event.is_base64_encoded => {
            aws_smithy_types::base64::decode(text).map_err(|_| BadEvent::Body)?
        }
        Some(text) => text.into_bytes(),
    };
    let context = event.request_context;
    let mut request = Request::new(body);
    *request.method_mut() = context.http.method;
    let path = event.raw_path.or(context.http.path).unwrap_or_default();
    *request.uri_mut() = uri(&path, event.raw_query_string.as_deref())?;
    *request.headers_mut() = event.headers;
    // This format takes cookies out of the headers.
    if let Some(cookies) = event.cookies.filter(|cookies| !cookies.is_empty())
        && let Ok(cookies) = HeaderValue::from_str(&cookies.join("; "))
    {
        request.headers_mut().insert(header::COOKIE, cookies);
    }
    if let Some(jwt) = context.authorizer.and_then(|authorizer| authorizer.jwt) {
        let claims = jwt.claims.into_iter();
        let claims = claims.map(|(name, claim)| (name, Value::String(claim)));
        request.extensions_mut().insert(Claims(claims.collect()));
    }
    Ok(request)
}

/// The URI of a path and a query. The gateway decodes some characters of a path; those that a URI cannot have are
/// encoded again.
fn uri(path: &str, query: Option<&str>) -> Result<Uri, http::uri::InvalidUri> {
    let mut text = if path.starts_with('/') {
        String::new()
    } else {
        "/".to_owned()
    };
    encode_into(&mut text, path, b"?#");
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        text.push('?');
        encode_into(&mut text, query, b"#");
    }
    text.parse()
}

/// Appends `part`, with `reserved` and whatever is not visible ASCII percent-encoded.
fn encode_into(text: &mut String, part: &str, reserved: &[u8]) {
    for byte in part.bytes() {
        let allowed = byte.is_ascii_graphic() && !reserved.contains(&byte);
        if allowed
            && !matches!(
                byte,
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
            )
        {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
}

fn to_gateway(response: Response<String>) -> ApiGatewayV2httpResponse {
    let (mut parts, body) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(parts.status.as_u16());
    // A header has one value in this format, so several cookies have a field of their own.
    if let header::Entry::Occupied(cookies) = parts.headers.entry(header::SET_COOKIE) {
        let (_, cookies) = cookies.remove_entry_mult();
        let text = |cookie: HeaderValue| Some(cookie.to_str().ok()?.to_owned());
        answer.cookies = cookies.filter_map(text).collect();
    }
    answer.headers = parts.headers;
    answer.body = Some(Body::Text(body));
    answer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(body: &str, base64: bool) -> ApiGatewayV2httpRequest {
        serde_json::from_value(json!({
            "version": "2.0", "routeKey": "POST /webhooks/{source}", "rawPath": "/webhooks/stripe",
            "rawQueryString": "a=1&b=%20", "headers": { "Stripe-Signature": "t=1,v1=00" },
            "requestContext": {
                "http": { "method": "POST", "path": "/webhooks/stripe" },
                "authorizer": { "jwt": { "claims": { "sub": "u1", "cognito:groups": "[agent]" }, "scopes": [] } }
            },
            "isBase64Encoded": base64, "body": body
        }))
        .unwrap()
    }

    #[test]
    fn a_request_is_translated_byte_by_byte() {
        let plain = from_gateway(event("{\"a\": 1}\n", false)).unwrap();
        assert_eq!(plain.body(), b"{\"a\": 1}\n");
        assert_eq!(
            (plain.method().as_str(), plain.uri().path()),
            ("POST", "/webhooks/stripe")
        );
        assert_eq!(plain.headers()["stripe-signature"], "t=1,v1=00");
        assert_eq!(plain.uri().query(), Some("a=1&b=%20"));
        let Claims(claims) = plain.extensions().get().unwrap();
        assert_eq!(claims["cognito:groups"], "[agent]");
        let binary = from_gateway(event("/wA=", true)).unwrap();
        assert_eq!(binary.body(), &[0xff, 0x00]);
    }

    #[test]
    fn a_path_that_the_gateway_has_decoded_is_encoded_again() {
        let uri = |path: &str, query| super::uri(path, query).unwrap().to_string();
        assert_eq!(uri("/stock/TEE%2FM", None), "/stock/TEE%2FM");
        assert_eq!(
            uri("/stock/a b?c#dé", Some("q=#")),
            "/stock/a%20b%3Fc%23d%C3%A9?q=%23"
        );
        assert_eq!(uri("/x/%zz", Some("")), "/x/%zz");
        assert_eq!(uri("", None), "/");
    }

    #[tokio::test]
    async fn cookies_have_fields_of_their_own() {
        let mut event = event("", false);
        event.cookies = Some(vec!["a=1".to_owned(), "b=2".to_owned()]);
        let answer = respond(event, async |request| {
            assert_eq!(request.unwrap().headers()["cookie"], "a=1; b=2");
            let response = Response::builder().header("content-type", "text/html");
            let response = response
                .header("set-cookie", "a=3")
                .header("set-cookie", "b=4");
            response.body("<p>".to_owned()).unwrap()
        })
        .await;
        assert_eq!(answer.cookies, ["a=3", "b=4"]);
        assert!(!answer.headers.contains_key("set-cookie"));
        assert_eq!(answer.headers["content-type"], "text/html");
    }

    #[tokio::test]
    async fn a_body_that_is_not_the_base64_it_is_marked_as_is_an_error() {
        let answer = respond(event("***", true), async |request| {
            assert!(matches!(request, Err(BadEvent::Body)));
            Response::new("refused".to_owned())
        })
        .await;
        assert_eq!(answer.status_code, 200);
        assert!(matches!(answer.body, Some(Body::Text(text)) if text == "refused"));
    }
}
