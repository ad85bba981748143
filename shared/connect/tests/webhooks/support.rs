//! Shared by the tests: secrets, times, signed requests, the recorded examples.

use std::path::PathBuf;

use connect::{
    Endpoint, Headers, ParsedWebhook, Secrets, SignedRequest, WebhookRejection, registry,
    signature::{standard, stripe},
};
use domain::inbound::{Fact, Inbound};
use jiff::Timestamp;
use serde_json::Value;

pub(crate) const STRIPE_SECRET: &str = "whsec_test_secret";
pub(crate) const WMS_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(crate) fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).unwrap()
}

pub(crate) fn secrets<const N: usize>(secrets: [&str; N]) -> Secrets {
    Secrets::new(secrets)
}

pub(crate) fn endpoint(path: &[&str]) -> Endpoint {
    registry::find(path).unwrap()
}

pub(crate) fn stripes() -> Endpoint {
    endpoint(&["stripe"])
}

pub(crate) fn berlin() -> Endpoint {
    endpoint(&["wms", "berlin"])
}

/// Sends a body as Stripe would, now.
pub(crate) fn from_stripe(body: &[u8]) -> Result<ParsedWebhook, WebhookRejection> {
    let secrets = secrets([STRIPE_SECRET]);
    let header = stripe::sign(&secrets, now(), body).unwrap();
    let headers = Headers::from_iter([("Stripe-Signature", header.as_str())]);
    stripes().receive(
        &SignedRequest {
            headers: &headers,
            body,
        },
        &secrets,
        now(),
    )
}

/// Sends a body as the location `berlin` would, now.
pub(crate) fn from_berlin(body: &[u8]) -> Result<ParsedWebhook, WebhookRejection> {
    let secrets = secrets([WMS_SECRET]);
    let signed = standard::sign(&secrets, "msg_1", now(), body).unwrap();
    let headers: Headers<'_> = signed
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    berlin().receive(
        &SignedRequest {
            headers: &headers,
            body,
        },
        &secrets,
        now(),
    )
}

pub(crate) fn inbound(reading: Result<ParsedWebhook, WebhookRejection>) -> Inbound {
    match reading.unwrap() {
        ParsedWebhook::Fact(inbound) => *inbound,
        ParsedWebhook::Ignored { kind, reason } => panic!("{kind} was ignored: {}", reason.code()),
    }
}

pub(crate) fn fact(reading: Result<ParsedWebhook, WebhookRejection>) -> Fact {
    inbound(reading).fact
}

/// Why it was ignored.
pub(crate) fn ignored(reading: Result<ParsedWebhook, WebhookRejection>) -> &'static str {
    match reading.unwrap() {
        ParsedWebhook::Fact(inbound) => panic!("{inbound:?}"),
        ParsedWebhook::Ignored { reason, .. } => reason.code(),
    }
}

pub(crate) fn example(path: &str) -> Vec<u8> {
    std::fs::read(received().join(path)).unwrap()
}

pub(crate) fn example_json(path: &str) -> Value {
    serde_json::from_slice(&example(path)).unwrap()
}

/// The recorded webhooks of a source, by type.
pub(crate) fn examples(source: &str) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(received().join(source)).unwrap();
    let mut examples: Vec<_> = files
        .map(|file| file.unwrap().path())
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                std::fs::read(&path).unwrap(),
            )
        })
        .collect();
    examples.sort();
    examples
}

fn received() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/received")
}
