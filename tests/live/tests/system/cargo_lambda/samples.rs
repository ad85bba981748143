//! The sample events and the expected responses.

use std::{fs, path::PathBuf};

use live::{
    environment::Environment,
    outcome::{Outcome, StoryError, expect},
    stack,
};
use serde_json::Value;

use super::{super::operator, watched_function::WatchedFunction};

/// The expected response.
#[derive(Clone, Copy)]
enum Expected {
    /// HTTP status, and the code of the problem; empty for a success.
    Status(u64, &'static str),
    /// A batch, with the ids of the messages or records to retry.
    Retried(&'static [&'static str]),
    /// The whole response, as JSON.
    Answer(&'static str),
}

use Expected::{Answer, Retried, Status};

const FIRST: &str = "7d9a6c1e-0000-4000-8000-000000000001";

/// Every sample event of every function: the files of `events/<function>/`.
const SAMPLES: &[(&str, &[(&str, Expected)])] = &[
    (
        "intake",
        &[
            ("base64_body", Status(401, "timestamp_out_of_window")),
            ("forged_signature", Status(401, "wrong_signature")),
            ("no_signature", Status(401, "missing_signature")),
            ("replayed", Status(401, "timestamp_out_of_window")),
            ("unknown_source", Status(404, "unknown_source")),
            ("warehouse_forged", Status(401, "wrong_signature")),
        ],
    ),
    (
        "lifecycle",
        &[
            ("early_neighbour", Retried(&[FIRST])),
            ("malformed", Retried(&[])),
            ("payment_before_its_order", Retried(&[])),
            ("stock_received", Retried(&[])),
        ],
    ),
    (
        "routing",
        &[
            ("malformed", Retried(&[])),
            ("order_released", Retried(&[FIRST])),
            ("redrive", Retried(&[FIRST])),
        ],
    ),
    (
        "replenishment",
        &[
            ("drain", Retried(&[])),
            ("malformed", Retried(&[])),
            ("stock_received", Retried(&[])),
            ("sweep", Retried(&[])),
        ],
    ),
    (
        "cancellation",
        &[
            ("by_support", Status(403, "forbidden")),
            ("malformed", Retried(&[])),
            ("payment_failed", Retried(&[FIRST])),
            ("unknown_order", Status(404, "not_found")),
            ("without_key", Status(400, "idempotency_key_required")),
        ],
    ),
    (
        "dispatch",
        &[
            ("cancellation_requested", Retried(&[FIRST])),
            ("malformed", Retried(&[])),
            ("order_routed", Retried(&[FIRST])),
        ],
    ),
    (
        "payments",
        &[
            ("malformed", Retried(&[])),
            ("poll", Retried(&[])),
            ("reconcile", Retried(&[])),
            ("reconcile_day", Retried(&[])),
            ("refund_requested", Retried(&[FIRST])),
        ],
    ),
    (
        "relay",
        &[
            ("edited_commit", Retried(&[])),
            ("order_placed", Retried(&[])),
            (
                "republish",
                Answer(
                    r#"{"records":0,"events":0,"failed":[{"seq":1,"reason_code":"not_found"}]}"#,
                ),
            ),
            (
                "republish_movement",
                Answer(r#"{"records":0,"events":0,"failed":[{"reason_code":"not_found"}]}"#),
            ),
            ("stock_received", Retried(&[])),
        ],
    ),
    (
        "console",
        &[
            ("callback_without_cookie", Status(400, "")),
            ("first_page_without_session", Status(303, "")),
            ("login", Status(303, "")),
            ("unknown_refresh_token", Status(303, "")),
        ],
    ),
    (
        "api",
        &[
            ("accept_unknown_fulfillment_order", Status(404, "not_found")),
            ("adjust_stock", Status(200, "")),
            ("adjust_stock_by_support", Status(403, "forbidden")),
            ("backorders", Status(200, "")),
            ("exceptions", Status(200, "")),
            ("find_orders", Status(200, "")),
            ("locations", Status(200, "")),
            ("place_order", Status(201, "")),
            ("place_order_without_lines", Status(422, "invalid_order")),
            ("reconciliation", Status(200, "")),
            ("reconciliation_by_agent", Status(403, "forbidden")),
            ("refund", Status(404, "not_found")),
            ("stock", Status(200, "")),
            ("unknown_order", Status(404, "not_found")),
        ],
    ),
];

pub(crate) fn every_sample_event(env: &Environment) -> Outcome {
    for (function, samples) in SAMPLES {
        let listed: Vec<&str> = samples.iter().map(|(sample, _)| *sample).collect();
        expect(
            &format!("the files of events/{function}"),
            files(function)?,
            listed,
        )?;
        let watched = WatchedFunction::start(env, function)?;
        for (sample, expected) in *samples {
            check(
                &format!("{function} {sample}"),
                &watched.invoke(sample)?,
                *expected,
            )?;
        }
        drop(watched);
        if samples.iter().any(|(sample, _)| *sample == "malformed") {
            dead_lettered(env, function)?;
        }
        if *function == "relay" {
            put_aside(env)?;
        }
    }
    Ok(())
}

fn check(what: &str, found: &Value, expected: Expected) -> Outcome {
    match expected {
        Status(status, code) => {
            let body: Value = serde_json::from_str(found["body"].as_str().unwrap_or_default())
                .unwrap_or_default();
            let found = (
                found["statusCode"].as_u64(),
                body["code"].as_str().unwrap_or_default(),
            );
            expect(
                &format!("the response to {what}: {body}"),
                found,
                (Some(status), code),
            )
        }
        Answer(json) => expect(
            &format!("the response to {what}"),
            found,
            &serde_json::from_str::<Value>(json).unwrap_or_default(),
        ),
        Retried(ids) => {
            let failures = found["batchItemFailures"].as_array();
            let found_ids = failures.map(|all| {
                all.iter()
                    .filter_map(|one| one["itemIdentifier"].as_str())
                    .collect::<Vec<_>>()
            });
            expect(
                &format!("the ids of {what} to retry ({found})"),
                found_ids,
                Some(ids.to_vec()),
            )
        }
    }
}

/// The unreadable message is in the function's dead-letter queue, with the reason.
fn dead_lettered(env: &Environment, function: &str) -> Outcome {
    let queue = if function == "lifecycle" {
        "inbound"
    } else {
        function
    };
    let queue = env.stack.dead_letter_queue(queue)?;
    let message = operator::receive(env, queue, 30)?;
    let message = message
        .ok_or_else(|| StoryError::Failed(format!("{function} has dead-lettered nothing")))?;
    expect(
        "the reason's code",
        message.attribute("reason_code"),
        "malformed",
    )?;
    message.delete(env)
}

/// The edited commit is on the queue of relay failures, with the reason.
fn put_aside(env: &Environment) -> Outcome {
    let message = operator::receive(env, &env.stack.relay_failures, 30)?;
    let message =
        message.ok_or_else(|| StoryError::Failed("the relay has put nothing aside".to_owned()))?;
    let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
    expect(
        "the reason's code",
        &body["reason_code"],
        &Value::from("commit_hash_mismatch"),
    )?;
    message.delete(env)
}

fn files(function: &str) -> Outcome<Vec<String>> {
    let folder = stack::root().join("events").join(function);
    let entries =
        fs::read_dir(&folder).map_err(|e| StoryError::failed(&folder.display().to_string(), e))?;
    let stem = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| stem(entry.path()))
        .collect();
    names.sort();
    Ok(names)
}
