//! The loop of the functions that consume an SQS queue.

use app::failure::Failure;
use aws_lambda_events::{apigw::ApiGatewayV2httpRequest, sqs::SqsEvent};
use http::{Request, Response};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

use super::{
    batch::handle_batch,
    gateway::{self, BadEvent},
    source_queue::SourceQueue,
};

/// Gives every message of `queue` to a use case, for the life of the function.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn consume(
    queue: &SourceQueue,
    handle: impl AsyncFn(&str) -> Result<(), Failure>,
) -> Result<(), Error> {
    let handle = &handle;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Error>(handle_batch(queue, event.payload, handle).await)
    }))
    .await
}

/// The same for a function that is also started by HTTP requests of API Gateway.
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
        answer(queue, event.payload, handle, respond).await
    }))
    .await
}

/// Tells the two kinds of event apart: a batch has `Records`, a request has not.
async fn answer(
    queue: &SourceQueue,
    event: Value,
    handle: impl AsyncFn(&str) -> Result<(), Failure>,
    respond: impl AsyncFn(Result<Request<Vec<u8>>, BadEvent>) -> Response<String>,
) -> Result<Value, Error> {
    if event.get("Records").is_some() {
        let batch: SqsEvent = serde_json::from_value(event)?;
        return Ok(serde_json::to_value(
            handle_batch(queue, batch, handle).await,
        )?);
    }
    let request: ApiGatewayV2httpRequest = serde_json::from_value(event)?;
    Ok(serde_json::to_value(
        gateway::respond(request, respond).await,
    )?)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

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
        let stays = answer(&queue, batch, &handle, &respond).await.unwrap();
        assert_eq!(stays["batchItemFailures"], json!([]));
        assert_eq!(handled.load(Ordering::Relaxed), 1);

        let request =
            json!({ "requestContext": { "http": { "method": "POST" } }, "isBase64Encoded": false });
        let response = answer(&queue, request, &handle, &respond).await.unwrap();
        assert_eq!(response["statusCode"], 204);
        assert_eq!(handled.load(Ordering::Relaxed), 1);
    }
}
