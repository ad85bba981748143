//! What an operator can do: pause a consumer, receive and delete messages, change a queue's settings.

use live::{
    cloud::SQS,
    environment::Environment,
    outcome::{Outcome, StoryError},
};
use serde_json::{Value, json};

/// A consumer that receives nothing from its queue until this is dropped.
pub(crate) struct PausedConsumer<'e> {
    env: &'e Environment,
    mapping: String,
}

/// Pauses a function's event source.
pub(crate) fn pause_consumer<'e>(env: &'e Environment, name: &str) -> Outcome<PausedConsumer<'e>> {
    let path = format!(
        "event-source-mappings/?FunctionName={}",
        env.stack.function_name(name)?
    );
    let found = env.cloud.call_lambda("GET", &path, &Value::Null)?;
    let mapping = found["EventSourceMappings"][0]["UUID"]
        .as_str()
        .map(str::to_owned);
    let mapping =
        mapping.ok_or_else(|| StoryError::failed("the event source of a function", found))?;
    let paused = PausedConsumer { env, mapping };
    paused.set_enabled(false)?;
    Ok(paused)
}

impl PausedConsumer<'_> {
    fn set_enabled(&self, enabled: bool) -> Outcome {
        self.env
            .cloud
            .call_lambda(
                "PUT",
                &format!("event-source-mappings/{}", self.mapping),
                &json!({ "Enabled": enabled }),
            )
            .map(drop)
    }
}

impl Drop for PausedConsumer<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.set_enabled(true) {
            eprintln!("resuming a consumer: {error}");
        }
    }
}

/// A received message.
pub(crate) struct Message {
    pub(crate) body: String,
    pub(crate) attributes: Value,
    queue: String,
    receipt: String,
}

/// Receives one message, if there is one; it is visible again after `visibility_s` seconds.
pub(crate) fn receive(
    env: &Environment,
    queue: &str,
    visibility_s: u32,
) -> Outcome<Option<Message>> {
    let input = json!({
        "QueueUrl": queue, "MaxNumberOfMessages": 1, "VisibilityTimeout": visibility_s,
        "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"],
    });
    let found = env.cloud.call(SQS, "ReceiveMessage", &input)?;
    let message = &found["Messages"][0];
    let text = |name: &str| message[name].as_str().map(str::to_owned);
    let (Some(body), Some(receipt)) = (text("Body"), text("ReceiptHandle")) else {
        return Ok(None);
    };
    Ok(Some(Message {
        body,
        attributes: message["MessageAttributes"].clone(),
        queue: queue.to_owned(),
        receipt,
    }))
}

impl Message {
    /// The text of a message attribute; empty when there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes[name]["StringValue"]
            .as_str()
            .unwrap_or_default()
    }

    pub(crate) fn delete(self, env: &Environment) -> Outcome {
        let input = json!({ "QueueUrl": self.queue, "ReceiptHandle": self.receipt });
        env.cloud.call(SQS, "DeleteMessage", &input).map(drop)
    }
}

/// A queue with a shorter visibility timeout, restored when this is dropped.
pub(crate) struct ShortVisibility<'e> {
    env: &'e Environment,
    queue: &'e str,
    before: String,
}

/// Sets the visibility timeout of a queue.
pub(crate) fn shorten_visibility<'e>(
    env: &'e Environment,
    queue: &'e str,
    seconds: u32,
) -> Outcome<ShortVisibility<'e>> {
    let input = json!({ "QueueUrl": queue, "AttributeNames": ["VisibilityTimeout"] });
    let found = env.cloud.call(SQS, "GetQueueAttributes", &input)?;
    let before = found["Attributes"]["VisibilityTimeout"]
        .as_str()
        .unwrap_or("180")
        .to_owned();
    let visibility = ShortVisibility { env, queue, before };
    visibility.set(&seconds.to_string())?;
    Ok(visibility)
}

impl ShortVisibility<'_> {
    fn set(&self, seconds: &str) -> Outcome {
        let input =
            json!({ "QueueUrl": self.queue, "Attributes": { "VisibilityTimeout": seconds } });
        self.env
            .cloud
            .call(SQS, "SetQueueAttributes", &input)
            .map(drop)
    }
}

impl Drop for ShortVisibility<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.set(&self.before) {
            eprintln!("restoring a queue: {error}");
        }
    }
}
