//! What an operator can do to a stack: stop and start a consumer, look into queues, change settings.

use live::{
    cloud::SQS,
    outcome::{Told, Trouble},
    world::World,
};
use serde_json::{Value, json};

/// The URL of a queue.
pub(crate) fn queue<'w>(world: &'w World, name: &str) -> Told<&'w str> {
    let none = || Trouble::Broken(format!("the stack has no queue {name}"));
    world
        .stack
        .queues
        .get(name)
        .map(String::as_str)
        .ok_or_else(none)
}

/// The URL of a dead-letter queue.
pub(crate) fn dead_letters<'w>(world: &'w World, name: &str) -> Told<&'w str> {
    let none = || Trouble::Broken(format!("the stack has no dead-letter queue {name}"));
    world
        .stack
        .dead_letters
        .get(name)
        .map(String::as_str)
        .ok_or_else(none)
}

/// A function's name in Lambda.
pub(crate) fn function<'w>(world: &'w World, name: &str) -> Told<&'w str> {
    let none = || Trouble::Broken(format!("the stack has no function {name}"));
    world
        .stack
        .functions
        .get(name)
        .map(|function| function.function_name.as_str())
        .ok_or_else(none)
}

/// A function that takes nothing from its queue until this is dropped.
pub(crate) struct Stopped<'w> {
    world: &'w World,
    mapping: String,
}

/// Stops a function from taking messages.
pub(crate) fn stop<'w>(world: &'w World, name: &str) -> Told<Stopped<'w>> {
    let path = format!(
        "event-source-mappings/?FunctionName={}",
        function(world, name)?
    );
    let found = lambda(world, "GET", &path, &Value::Null)?;
    let mapping = found["EventSourceMappings"][0]["UUID"]
        .as_str()
        .map(str::to_owned);
    let mapping =
        mapping.ok_or_else(|| Trouble::broken("the event source of a function", found))?;
    let stopped = Stopped { world, mapping };
    stopped.switch(false)?;
    Ok(stopped)
}

impl Stopped<'_> {
    fn switch(&self, on: bool) -> Told {
        lambda(
            self.world,
            "PUT",
            &format!("event-source-mappings/{}", self.mapping),
            &json!({ "Enabled": on }),
        )
        .map(drop)
    }
}

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        if let Err(trouble) = self.switch(true) {
            eprintln!("starting a function again: {trouble}");
        }
    }
}

/// Calls Lambda, which must not refuse.
pub(crate) fn lambda(world: &World, method: &str, path: &str, input: &Value) -> Told<Value> {
    world
        .cloud
        .lambda(method, path, input)?
        .map_err(|refused| Trouble::Broken(refused.to_string()))
}

/// A message as it is on a queue.
pub(crate) struct Message {
    pub(crate) body: String,
    pub(crate) attributes: Value,
    queue: String,
    receipt: String,
}

/// Takes one message off a queue, if there is one; others see it again after so many seconds.
pub(crate) fn receive(world: &World, queue: &str, hidden_for_s: u32) -> Told<Option<Message>> {
    let input = json!({
        "QueueUrl": queue, "MaxNumberOfMessages": 1, "VisibilityTimeout": hidden_for_s,
        "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"],
    });
    let found = world.cloud.call(SQS, "ReceiveMessage", &input)?;
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
    /// A message attribute's text.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes[name]["StringValue"]
            .as_str()
            .unwrap_or_default()
    }

    /// Deletes it.
    pub(crate) fn delete(self, world: &World) -> Told {
        let input = json!({ "QueueUrl": self.queue, "ReceiptHandle": self.receipt });
        world.cloud.call(SQS, "DeleteMessage", &input).map(drop)
    }
}

/// A queue whose messages come back sooner than the template says, until this is dropped.
pub(crate) struct Hasty<'w> {
    world: &'w World,
    queue: &'w str,
    before: String,
}

/// Sets how soon messages come back that a function has taken and not answered for.
pub(crate) fn come_back_after<'w>(
    world: &'w World,
    queue: &'w str,
    seconds: u32,
) -> Told<Hasty<'w>> {
    let ask = json!({ "QueueUrl": queue, "AttributeNames": ["VisibilityTimeout"] });
    let found = world.cloud.call(SQS, "GetQueueAttributes", &ask)?;
    let before = found["Attributes"]["VisibilityTimeout"]
        .as_str()
        .unwrap_or("180")
        .to_owned();
    let hasty = Hasty {
        world,
        queue,
        before,
    };
    hasty.set(&seconds.to_string())?;
    Ok(hasty)
}

impl Hasty<'_> {
    fn set(&self, seconds: &str) -> Told {
        let input =
            json!({ "QueueUrl": self.queue, "Attributes": { "VisibilityTimeout": seconds } });
        self.world
            .cloud
            .call(SQS, "SetQueueAttributes", &input)
            .map(drop)
    }
}

impl Drop for Hasty<'_> {
    fn drop(&mut self) {
        if let Err(trouble) = self.set(&self.before) {
            eprintln!("setting a queue right again: {trouble}");
        }
    }
}
