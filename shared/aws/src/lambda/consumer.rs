//! The loop of the functions that consume an SQS queue.

use app::failure::Failure;
use aws_lambda_events::{apigw::ApiGatewayV2httpRequest, sqs::SqsEvent};
use http::{Request, Response};
use jiff::Timestamp;
use lambda_runtime::{Context, Error, LambdaEvent, run, service_fn};
use serde_json::Value;

use super::{
    batch::{Sequence, Subject, handle_batch},
    gateway::{self, BadEvent},
    source_queue::SourceQueue,
    time::InvocationTime,
};

/// Gives every message of `queue` to a use case, one after the other, for the life of the function.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn consume(
    queue: &SourceQueue,
    handle: impl AsyncFn(&str) -> Result<(), Failure>,
) -> Result<(), Error> {
    let handle = async |body: &str, _: Timestamp| handle(body).await;
    consume_as(queue, Sequence::OneByOne, handle).await
}

/// The same, with messages of different subjects at once: for a use case that mostly waits for others. It is given the time,
/// UTC, from which on it begins nothing new, if it can continue in another message.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn consume_by_subject(
    queue: &SourceQueue,
    subject: Subject,
    handle: impl AsyncFn(&str, Timestamp) -> Result<(), Failure>,
) -> Result<(), Error> {
    consume_as(queue, Sequence::BySubject(subject), handle).await
}

/// The same, one after the other, for a use case that can continue in another message: it is given the time, UTC, from
/// which on it begins nothing new.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn consume_until(
    queue: &SourceQueue,
    handle: impl AsyncFn(&str, Timestamp) -> Result<(), Failure>,
) -> Result<(), Error> {
    consume_as(queue, Sequence::OneByOne, handle).await
}

async fn consume_as(
    queue: &SourceQueue,
    sequence: Sequence,
    handle: impl AsyncFn(&str, Timestamp) -> Result<(), Failure>,
) -> Result<(), Error> {
    let handle = &handle;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let time = InvocationTime::of(&event.context);
        Ok::<_, Error>(handle_batch(queue, time, sequence, event.payload, handle).await)
    }))
    .await
}

/// Handles one batch of messages, as Lambda gives and takes it, as [`consume_by_subject`] does: for tests, which are the queue.
///
/// # Errors
/// When `event` is no batch.
pub async fn handle_event(
    queue: &SourceQueue,
    subject: Subject,
    event: Value,
    handle: impl AsyncFn(&str, Timestamp) -> Result<(), Failure>,
) -> Result<Value, serde_json::Error> {
    let batch: SqsEvent = serde_json::from_value(event)?;
    let time = InvocationTime::of(&Context::default());
    let sequence = Sequence::BySubject(subject);
    serde_json::to_value(handle_batch(queue, time, sequence, batch, handle).await)
}

/// As [`consume`], for a function that is also started by HTTP requests of API Gateway.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn consume_or_respond(
    queue: &SourceQueue,
    handle: impl AsyncFn(&str) -> Result<(), Failure>,
    respond: impl AsyncFn(Result<Request<Vec<u8>>, BadEvent>) -> Response<String>,
) -> Result<(), Error> {
    let (handle, respond) = (&handle, &respond);
    run(service_fn(async |event: LambdaEvent<Value>| {
        let time = InvocationTime::of(&event.context);
        answer(queue, time, event.payload, handle, respond).await
    }))
    .await
}

/// Tells the two kinds of event apart: a batch has `Records`, a request has not.
async fn answer(
    queue: &SourceQueue,
    time: InvocationTime,
    event: Value,
    handle: impl AsyncFn(&str) -> Result<(), Failure>,
    respond: impl AsyncFn(Result<Request<Vec<u8>>, BadEvent>) -> Response<String>,
) -> Result<Value, Error> {
    if event.get("Records").is_some() {
        let batch: SqsEvent = serde_json::from_value(event)?;
        let handle = async |body: &str, _: Timestamp| handle(body).await;
        let response = handle_batch(queue, time, Sequence::OneByOne, batch, handle).await;
        return Ok(serde_json::to_value(response)?);
    }
    let request: ApiGatewayV2httpRequest = serde_json::from_value(event)?;
    Ok(serde_json::to_value(
        gateway::respond(request, respond).await,
    )?)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use serde_json::json;

    use super::*;
    use crate::scripted::ScriptedAws;

    #[tokio::test]
    async fn a_batch_goes_to_the_use_case_and_a_request_is_responded_to() {
        let aws = ScriptedAws::new(|_| (200, json!({})));
        let queue = SourceQueue::new(aws.connection().sqs(), "queue-url", "dead-url", 3);
        let handled = AtomicUsize::new(0);
        let handle = async |_: &str| {
            handled.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        let respond = async |_| {
            let mut response = Response::new(String::new());
            *response.status_mut() = http::StatusCode::NO_CONTENT;
            response
        };
        let message =
            json!({ "messageId": "m0", "body": "x", "attributes": {}, "messageAttributes": {} });
        let batch = json!({ "Records": [message] });
        let time = InvocationTime::with(Duration::from_secs(30), Timestamp::UNIX_EPOCH);
        let stays = answer(&queue, time, batch, &handle, &respond)
            .await
            .unwrap();
        assert_eq!(stays["batchItemFailures"], json!([]));
        assert_eq!(handled.load(Ordering::Relaxed), 1);

        let request =
            json!({ "requestContext": { "http": { "method": "POST" } }, "isBase64Encoded": false });
        let response = answer(&queue, time, request, &handle, &respond)
            .await
            .unwrap();
        assert_eq!(response["statusCode"], 204);
        assert_eq!(handled.load(Ordering::Relaxed), 1);
    }
}
