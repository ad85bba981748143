//! Requests from API Gateway's HTTP API (payload format 2.0) as plain values, and answers back.

use std::collections::BTreeMap;

use app::api::{Request, Response};
use aws_lambda_events::{
    apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
    encodings::Body,
};
use lambda_runtime::tracing;

/// Answers one request.
pub async fn respond(
    event: ApiGatewayV2httpRequest,
    answer: impl AsyncFn(&Request) -> Response,
) -> ApiGatewayV2httpResponse {
    let response = match request(event) {
        Some(request) => answer(&request).await,
        None => {
            tracing::warn!("a request whose body is not the base64 that it says it is");
            unreadable()
        }
    };
    translated(response)
}

/// The request as a plain value: header names in lower case, the body as it was sent. None when the body is said to
/// be base64 and is not.
fn request(event: ApiGatewayV2httpRequest) -> Option<Request> {
    let headers: BTreeMap<String, String> = event
        .headers
        .iter()
        .filter_map(|(name, value)| {
            Some((
                name.as_str().to_ascii_lowercase(),
                value.to_str().ok()?.to_owned(),
            ))
        })
        .collect();
    let body = match event.body {
        None => Vec::new(),
        Some(text) if event.is_base64_encoded => decode(&text)?,
        Some(text) => text.into_bytes(),
    };
    let context = event.request_context;
    let claims = context.authorizer.and_then(|a| a.jwt).map(|jwt| {
        jwt.claims
            .into_iter()
            .map(|(name, claim)| (name, serde_json::Value::String(claim)))
            .collect()
    });
    Some(Request {
        method: context.http.method.to_string(),
        path: event.raw_path.or(context.http.path).unwrap_or_default(),
        query: event.raw_query_string.unwrap_or_default(),
        headers,
        body,
        claims,
    })
}

fn decode(text: &str) -> Option<Vec<u8>> {
    aws_smithy_types::base64::decode(text).ok()
}

fn unreadable() -> Response {
    let body = r#"{"type":"urn:oms:problem:malformed","title":"Malformed","status":400,"code":"malformed","detail":"the body cannot be decoded"}"#;
    Response {
        status: 400,
        headers: vec![("content-type", "application/problem+json".to_owned())],
        body: body.to_owned(),
    }
}

fn translated(response: Response) -> ApiGatewayV2httpResponse {
    let mut translated = ApiGatewayV2httpResponse::default();
    translated.status_code = i64::from(response.status);
    for (name, value) in response.headers {
        if let (Ok(name), Ok(value)) = (
            name.parse::<http::HeaderName>(),
            value.parse::<http::HeaderValue>(),
        ) {
            translated.headers.append(name, value);
        }
    }
    translated.body = Some(Body::Text(response.body));
    translated
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
    fn a_request_is_taken_over_byte_by_byte() {
        let plain = request(event("{\"a\": 1}\n", false)).unwrap();
        assert_eq!(plain.body, b"{\"a\": 1}\n");
        assert_eq!(
            (plain.method.as_str(), plain.path.as_str()),
            ("POST", "/webhooks/stripe")
        );
        assert_eq!(plain.header("stripe-signature"), Some("t=1,v1=00"));
        assert_eq!(plain.query, "a=1&b=%20");
        assert_eq!(plain.claims.unwrap()["cognito:groups"], "[agent]");
        assert_eq!(request(event("/wA=", true)).unwrap().body, [0xff, 0x00]);
    }

    #[tokio::test]
    async fn a_body_that_is_not_the_base64_it_says_is_refused() {
        let answer = respond(event("***", true), async |_| unreachable!()).await;
        assert_eq!(answer.status_code, 400);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
}
