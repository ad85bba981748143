//! Webhooks: from the request to the queue, and the response.
//!
//! The status says what the sender should do. 2xx: it is stored, or ignored; do not send it again. 4xx: it is not
//! authenticated or not readable; sending it again does not help. 5xx: it was not stored; send it again. If we die
//! before the response, the sender retries, and the duplicate has no effect.

use app::{
    failure::Failure,
    ports::{InboundQueue, SecretStore},
    secrets,
};
use connect::{
    Endpoint, Headers, IgnoredReason, ParsedWebhook, Secrets, SignedRequest, WebhookRejection,
    registry,
};
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{problem::Problem, response::build};

/// Seconds after which a sender may retry when a webhook could not be stored.
const RETRY_AFTER_S: u32 = 5;

/// Receives one webhook; `now` is the time of its arrival.
pub async fn receive(
    secrets: &impl SecretStore,
    queue: &impl InboundQueue,
    now: Timestamp,
    request: &Request<Vec<u8>>,
) -> Response<String> {
    let Some(endpoint) = endpoint(request.uri().path()) else {
        let detail = "no webhooks are received at this path";
        return Problem::new(404, "unknown_source", detail).into_response();
    };
    let vendor = endpoint.vendor();
    match verify_and_enqueue(secrets, queue, now, request, &endpoint).await {
        Ok(Outcome::Stored { cause }) => {
            tracing::info!(webhook.source = vendor, webhook.id = %cause, "enqueued a webhook");
            json(202, &json!({ "status": "accepted" }))
        }
        Ok(Outcome::Ignored { kind, reason }) => {
            let reason = reason.code();
            tracing::info!(webhook.source = vendor, webhook.kind = %kind, reason, "ignored a webhook");
            json(200, &json!({ "status": "ignored", "reason": reason }))
        }
        Ok(Outcome::Rejected(rejection)) => {
            let code = rejection.code();
            tracing::warn!(
                webhook.source = vendor,
                code,
                "rejected a webhook: {rejection}"
            );
            // The log has the true code; a stranger must not learn from it which locations exist.
            let shown = rejection.for_the_sender();
            Problem::new(shown.status(), shown.code(), shown.to_string()).into_response()
        }
        Err(failure) => {
            tracing::error!(webhook.source = vendor, error = %failure.chain(), "could not store a webhook");
            Problem::new(503, failure.code(), "not stored; please send it again")
                .retry_after(RETRY_AFTER_S)
                .into_response()
        }
    }
}

enum Outcome {
    Stored { cause: String },
    Ignored { kind: String, reason: IgnoredReason },
    Rejected(WebhookRejection),
}

async fn verify_and_enqueue(
    secrets: &impl SecretStore,
    queue: &impl InboundQueue,
    now: Timestamp,
    request: &Request<Vec<u8>>,
    endpoint: &Endpoint,
) -> Result<Outcome, Failure> {
    let headers: Headers<'_> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let request = SignedRequest {
        headers: &headers,
        body: request.body(),
    };
    match verify(secrets, now, &request, endpoint).await? {
        Err(rejection) => Ok(Outcome::Rejected(rejection)),
        Ok(ParsedWebhook::Ignored { kind, reason }) => Ok(Outcome::Ignored { kind, reason }),
        Ok(ParsedWebhook::Fact(inbound)) => {
            let body =
                serde_json::to_string(&inbound).map_err(|e| Failure::Malformed(e.to_string()))?;
            queue.send(&body).await?;
            let cause = inbound.cause_id();
            Ok(Outcome::Stored { cause })
        }
    }
}

/// Checks and parses a request. If the signature does not match, the secret may have been rotated: it is read again and
/// checked once more.
async fn verify(
    secrets: &impl SecretStore,
    now: Timestamp,
    request: &SignedRequest<'_>,
    endpoint: &Endpoint,
) -> Result<Result<ParsedWebhook, WebhookRejection>, Failure> {
    let path = endpoint.secrets_path();
    let cached = parse_secrets(secrets.find(&path).await?)?;
    let parsed = endpoint.receive(request, &cached, now);
    match parsed {
        Err(rejection) if rejection.may_be_stale_secret() => {
            let fresh = parse_secrets(secrets.refreshed(&path).await?)?;
            Ok(endpoint.receive(request, &fresh, now))
        }
        parsed => Ok(parsed),
    }
}

fn parse_secrets(stored: Option<String>) -> Result<Secrets, Failure> {
    Ok(secrets::parse("the secret of a source", stored)?.unwrap_or_default())
}

fn json(status: u16, body: &Value) -> Response<String> {
    build(status, "application/json", body.to_string())
}

/// `/webhooks/<vendor>` or `/webhooks/<vendor>/<location>`.
fn endpoint(path: &str) -> Option<Endpoint> {
    let segments: Vec<_> = path.strip_prefix("/webhooks/")?.split('/').collect();
    registry::find(&segments)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const BODY: &[u8] =
        br#"{"id":"evt_1","object":"event","type":"payment_intent.processing","created":1790000000,
        "data":{"object":{"id":"pi_1","object":"payment_intent","amount":100,"currency":"eur"}}}"#;

    /// Secrets as they are in memory, and as they are when read again.
    struct TestSecrets {
        cached: &'static [&'static str],
        fresh: &'static [&'static str],
    }

    fn stored(path: &str, secrets: &[&str]) -> Option<String> {
        ["webhooks/stripe", "webhooks/wms/berlin"]
            .contains(&path)
            .then(|| json!({ "secrets": secrets }).to_string())
    }

    impl SecretStore for TestSecrets {
        async fn find(&self, path: &str) -> Result<Option<String>, Failure> {
            Ok(stored(path, self.cached))
        }

        async fn refreshed(&self, path: &str) -> Result<Option<String>, Failure> {
            Ok(stored(path, self.fresh))
        }
    }

    #[derive(Default)]
    struct TestQueue {
        bodies: Mutex<Vec<String>>,
        broken: bool,
    }

    impl InboundQueue for TestQueue {
        async fn send(&self, body: &str) -> Result<(), Failure> {
            if self.broken {
                return Err(Failure::unavailable("the queue", "no answer"));
            }
            self.bodies.lock().unwrap().push(body.to_owned());
            Ok(())
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_790_000_010).unwrap()
    }

    fn signed(secret: &str, body: &[u8]) -> Request<Vec<u8>> {
        signed_to("/webhooks/stripe", secret, body)
    }

    fn signed_to(path: &str, secret: &str, body: &[u8]) -> Request<Vec<u8>> {
        let signature =
            connect::signature::stripe::sign(&Secrets::new([secret]), now(), body).unwrap();
        Request::post(path)
            .header("stripe-signature", signature)
            .body(body.to_vec())
            .unwrap()
    }

    const SECRETS: TestSecrets = TestSecrets {
        cached: &["whsec_a"],
        fresh: &["whsec_a"],
    };

    #[tokio::test]
    async fn an_authenticated_webhook_is_stored_before_it_is_acknowledged() {
        let queue = TestQueue::default();
        let response = receive(&SECRETS, &queue, now(), &signed("whsec_a", BODY)).await;
        assert_eq!(response.status(), 202, "{}", response.body());
        let inbound: domain::inbound::Inbound =
            serde_json::from_str(&queue.bodies.lock().unwrap()[0]).unwrap();
        assert_eq!(inbound.id, "evt_1");
    }

    #[tokio::test]
    async fn a_forged_webhook_is_rejected_and_not_stored() {
        let queue = TestQueue::default();
        let response = receive(&SECRETS, &queue, now(), &signed("whsec_forged", BODY)).await;
        assert_eq!(response.status(), 401);
        assert!(
            response.body().contains("wrong_signature"),
            "{}",
            response.body()
        );
        assert!(queue.bodies.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_rotated_secret_is_read_again_when_a_signature_fails() {
        let rotated = TestSecrets {
            cached: &["whsec_old"],
            fresh: &["whsec_new", "whsec_old"],
        };
        let queue = TestQueue::default();
        assert_eq!(
            receive(&rotated, &queue, now(), &signed("whsec_new", BODY))
                .await
                .status(),
            202
        );
    }

    #[tokio::test]
    async fn what_cannot_be_stored_is_to_be_sent_again() {
        let queue = TestQueue {
            broken: true,
            ..TestQueue::default()
        };
        let response = receive(&SECRETS, &queue, now(), &signed("whsec_a", BODY)).await;
        assert_eq!(response.status(), 503);
        assert!(
            !response.body().contains("no answer"),
            "the cause is not shown"
        );
    }

    #[tokio::test]
    async fn an_ignored_webhook_is_acknowledged_and_not_stored() {
        let queue = TestQueue::default();
        let body = br#"{"id":"evt_2","object":"event","type":"customer.created","created":1790000000,"data":{"object":{}}}"#;
        assert_eq!(
            receive(&SECRETS, &queue, now(), &signed("whsec_a", body))
                .await
                .status(),
            200
        );
        assert!(queue.bodies.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn malformed_huge_and_unknown_have_their_own_codes() {
        let queue = TestQueue::default();
        let malformed = receive(&SECRETS, &queue, now(), &signed("whsec_a", b"{")).await;
        assert_eq!(malformed.status(), 400, "{}", malformed.body());
        let huge = receive(
            &SECRETS,
            &queue,
            now(),
            &signed("whsec_a", &vec![b' '; connect::BODY_MAX + 1]),
        )
        .await;
        assert_eq!(
            (
                huge.status().as_u16(),
                huge.body().contains("body_too_large")
            ),
            (413, true)
        );
        let request = signed_to("/webhooks/nobody", "whsec_a", BODY);
        let unknown = receive(&SECRETS, &queue, now(), &request).await;
        assert_eq!(unknown.status(), 404);
    }

    #[tokio::test]
    async fn a_location_without_secrets_looks_like_a_wrong_signature() {
        let queue = TestQueue::default();
        let with = |cached| TestSecrets {
            cached,
            fresh: cached,
        };
        let another = with(&["whsec_YW5vdGhlciBzZWNyZXQgb2YgYmVybGlu"]);
        let (none, unusable) = (with(&[]), with(&["whsec_not base64"]));
        let request = Request::post("/webhooks/wms/berlin")
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", "1790000010")
            .header("webhook-signature", "v1,bm90aGluZw==")
            .body(b"{}".to_vec())
            .unwrap();
        for secrets in [&another, &none, &unusable] {
            let response = receive(secrets, &queue, now(), &request).await;
            assert_eq!(response.status(), 401);
            let problem: Value = serde_json::from_str(response.body()).unwrap();
            assert_eq!(problem["code"], "wrong_signature");
            assert_eq!(problem["detail"], "no signature matches");
        }
    }
}
