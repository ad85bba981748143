//! One webhook: from the request to the queue, and the answer.
//!
//! The answer tells the sender what to do. 2xx: we have it, or have no use for it, never send it again. 4xx: it is
//! not proven or not readable, sending it again will not help. 5xx: it was not stored, send it again.

use app::failure::Failure;
use aws::{queue::Queue, secrets::Vault};
use connect::{Delivery, Headers, Reading, Refusal, Secrets, SignatureError, Source};
use jiff::Timestamp;
use serde_json::json;
use web::{Request, Response};

/// Where signing secrets are kept.
pub(crate) trait Keys {
    /// The live secrets at a path; none when there is nothing. `fresh`: not from memory, should it be older than
    /// a moment, because a signature has just failed and the secret may have been rotated.
    async fn secrets(&self, path: &str, fresh: bool) -> Result<Option<Secrets>, Failure>;
}

/// Where accepted webhooks go.
pub(crate) trait Inbox {
    /// Stores one; when this returns, it is safe.
    async fn put(&self, body: &str) -> Result<(), Failure>;
}

/// Secrets in Secrets Manager.
pub(crate) struct SourceKeys(pub(crate) Vault);

impl Keys for SourceKeys {
    async fn secrets(&self, path: &str, fresh: bool) -> Result<Option<Secrets>, Failure> {
        let stored = if fresh {
            self.0.refreshed(path).await?
        } else {
            self.0.find(path).await?
        };
        let read = |text: String| {
            Secrets::from_json(&text)
                .map_err(|error| Failure::unavailable("the secret of a source", error))
        };
        stored.map(read).transpose()
    }
}

impl Inbox for Queue {
    async fn put(&self, body: &str) -> Result<(), Failure> {
        self.send(body).await
    }
}

/// Takes one webhook in.
pub(crate) async fn receive(
    keys: &impl Keys,
    inbox: &impl Inbox,
    now: Timestamp,
    request: &Request,
) -> Response {
    let Some(source) = source(request.uri().path()) else {
        return problem(
            404,
            "unknown_source",
            "no webhooks are taken in at this path",
        );
    };
    match take(keys, inbox, now, request, &source).await {
        Ok(Taken::Stored(id)) => {
            tracing::info!(webhook.source = source.name(), webhook.id = %id, "queued a webhook");
            answer(202, &json!({ "status": "accepted" }))
        }
        Ok(Taken::Ignored { kind, why }) => {
            tracing::info!(webhook.source = source.name(), webhook.kind = %kind, why, "webhook of no use to us");
            answer(200, &json!({ "status": "ignored", "reason": why }))
        }
        Ok(Taken::Refused(refusal)) => {
            let code = refusal.code();
            tracing::warn!(
                webhook.source = source.name(),
                code,
                "turned a webhook away: {refusal}"
            );
            problem(refusal.status(), code, &refusal.to_string())
        }
        Err(failure) => {
            tracing::error!(webhook.source = source.name(), error = %failure.chain(), "could not store a webhook");
            let mut response = problem(503, failure.code(), "not stored; please send it again");
            response
                .headers_mut()
                .insert("retry-after", http::HeaderValue::from_static("5"));
            response
        }
    }
}

/// What became of a webhook.
enum Taken {
    Stored(String),
    Ignored { kind: String, why: &'static str },
    Refused(Refusal),
}

async fn take(
    keys: &impl Keys,
    inbox: &impl Inbox,
    now: Timestamp,
    request: &Request,
    source: &Source,
) -> Result<Taken, Failure> {
    let headers: Headers<'_> = request
        .headers()
        .iter()
        .filter_map(|(n, v)| Some((n.as_str(), v.to_str().ok()?)))
        .collect();
    let delivery = Delivery {
        headers: &headers,
        body: request.body(),
    };
    let path = source.secrets_path();
    // A location without secrets is treated like one with a wrong signature: whoever asks learns nothing.
    let known = keys.secrets(&path, false).await?.unwrap_or_default();
    let reading = match source.receive(delivery, &known, now) {
        Err(Refusal::Unproven(
            SignatureError::Wrong | SignatureError::NoSecret | SignatureError::UnusableSecret(_),
        )) => {
            let fresh = keys.secrets(&path, true).await?.unwrap_or_default();
            source.receive(delivery, &fresh, now)
        }
        reading => reading,
    };
    match reading {
        Err(refusal) => Ok(Taken::Refused(refusal)),
        Ok(Reading::Ignored { kind, why }) => Ok(Taken::Ignored {
            kind,
            why: why.code(),
        }),
        Ok(Reading::Fact(inbound)) => {
            let body =
                serde_json::to_string(&inbound).map_err(|e| Failure::Malformed(e.to_string()))?;
            inbox.put(&body).await?;
            Ok(Taken::Stored(inbound.cause_id()))
        }
    }
}

/// `/webhooks/{source}` or `/webhooks/{source}/{location}`.
fn source(path: &str) -> Option<Source> {
    let mut parts = path.strip_prefix("/webhooks/")?.split('/');
    let (name, location) = (parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    Source::at(name, location)
}

fn answer(status: u16, body: &serde_json::Value) -> Response {
    response(status, "application/json", body)
}

fn problem(status: u16, code: &str, detail: &str) -> Response {
    let body = json!({
        "type": format!("urn:oms:problem:{code}"), "title": "Webhook not accepted",
        "status": status, "code": code, "detail": detail
    });
    response(status, "application/problem+json", &body)
}

fn response(status: u16, media_type: &'static str, body: &serde_json::Value) -> Response {
    let mut response = Response::new(body.to_string());
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static(media_type),
    );
    response
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const BODY: &[u8] =
        br#"{"id":"evt_1","object":"event","type":"payment_intent.processing","created":1790000000,
        "data":{"object":{"id":"pi_1","object":"payment_intent","amount":100,"currency":"eur"}}}"#;

    /// Secrets as they are remembered, and as they are when asked afresh.
    struct Ring {
        remembered: &'static [&'static str],
        fresh: &'static [&'static str],
    }

    impl Keys for Ring {
        async fn secrets(&self, path: &str, fresh: bool) -> Result<Option<Secrets>, Failure> {
            let there = if fresh { self.fresh } else { self.remembered };
            Ok((path == "webhooks/stripe").then(|| Secrets::new(there)))
        }
    }

    #[derive(Default)]
    struct Tray {
        bodies: RefCell<Vec<String>>,
        broken: bool,
    }

    impl Inbox for Tray {
        async fn put(&self, body: &str) -> Result<(), Failure> {
            if self.broken {
                return Err(Failure::unavailable("the queue", "no answer"));
            }
            self.bodies.borrow_mut().push(body.to_owned());
            Ok(())
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_790_000_010).unwrap()
    }

    fn sent_to(path: &str, signature: &str, body: &[u8]) -> Request {
        http::Request::post(path)
            .header("stripe-signature", signature)
            .body(body.to_vec())
            .unwrap()
    }

    fn signed(secret: &str, body: &[u8]) -> Request {
        let signature =
            connect::signature::stripe::sign(&Secrets::new([secret]), now(), body).unwrap();
        sent_to("/webhooks/stripe", &signature, body)
    }

    const RING: Ring = Ring {
        remembered: &["whsec_a"],
        fresh: &["whsec_a"],
    };

    #[tokio::test]
    async fn a_proven_webhook_is_stored_before_it_is_acknowledged() {
        let tray = Tray::default();
        let response = receive(&RING, &tray, now(), &signed("whsec_a", BODY)).await;
        assert_eq!(response.status(), 202, "{}", response.body());
        let inbound: domain::facts::Inbound =
            serde_json::from_str(&tray.bodies.borrow()[0]).unwrap();
        assert_eq!(inbound.id, "evt_1");
    }

    #[tokio::test]
    async fn a_forged_one_is_turned_away_and_nothing_is_stored() {
        let tray = Tray::default();
        let response = receive(&RING, &tray, now(), &signed("whsec_forged", BODY)).await;
        assert_eq!(response.status(), 401);
        assert!(
            response.body().contains("wrong_signature"),
            "{}",
            response.body()
        );
        assert!(tray.bodies.borrow().is_empty());
    }

    #[tokio::test]
    async fn a_rotated_secret_is_fetched_when_a_signature_fails() {
        let rotated = Ring {
            remembered: &["whsec_old"],
            fresh: &["whsec_new", "whsec_old"],
        };
        let tray = Tray::default();
        assert_eq!(
            receive(&rotated, &tray, now(), &signed("whsec_new", BODY))
                .await
                .status(),
            202
        );
    }

    #[tokio::test]
    async fn when_it_cannot_be_stored_the_sender_is_asked_to_send_it_again() {
        let tray = Tray {
            broken: true,
            ..Tray::default()
        };
        let response = receive(&RING, &tray, now(), &signed("whsec_a", BODY)).await;
        assert_eq!(response.status(), 503);
        assert!(
            !response.body().contains("no answer"),
            "the inner cause stays inside"
        );
    }

    #[tokio::test]
    async fn what_we_have_no_use_for_is_acknowledged_and_not_stored() {
        let tray = Tray::default();
        let body = br#"{"id":"evt_2","object":"event","type":"customer.created","created":1790000000,"data":{"object":{}}}"#;
        assert_eq!(
            receive(&RING, &tray, now(), &signed("whsec_a", body))
                .await
                .status(),
            200
        );
        assert!(tray.bodies.borrow().is_empty());
    }

    #[tokio::test]
    async fn malformed_huge_and_unknown_have_codes_of_their_own() {
        let tray = Tray::default();
        let malformed = receive(&RING, &tray, now(), &signed("whsec_a", b"{")).await;
        assert_eq!(malformed.status(), 400, "{}", malformed.body());
        let huge = receive(
            &RING,
            &tray,
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
        let mut unknown = signed("whsec_a", BODY);
        *unknown.uri_mut() = "/webhooks/nobody".parse().unwrap();
        assert_eq!(receive(&RING, &tray, now(), &unknown).await.status(), 404);
        let mut stranger = signed("whsec_a", BODY);
        *stranger.uri_mut() = "/webhooks/wms/nowhere".parse().unwrap();
        assert_eq!(receive(&RING, &tray, now(), &stranger).await.status(), 401);
    }
}
