//! A consumer that a merchant has connected to the bus: a rule for all events, with a queue of its own.

use live::{
    cloud::{EVENTS, SQS},
    environment::Environment,
    outcome::{Outcome, StoryError},
    wait::{self, Poll},
};
use serde_json::{Value, json};

use super::operator;

const NAME: &str = "test-bus-listener";

/// The rule and its queue, until this is dropped.
pub(super) struct BusListener<'e> {
    env: &'e Environment,
    queue: String,
}

impl<'e> BusListener<'e> {
    /// Listens from now on.
    pub(super) fn open(env: &'e Environment) -> Outcome<Self> {
        let queue = env
            .cloud
            .call(SQS, "CreateQueue", &json!({ "QueueName": NAME }))?;
        let queue = queue["QueueUrl"].as_str().unwrap_or_default().to_owned();
        let listener = Self { env, queue };
        let attributes = json!({ "QueueUrl": listener.queue, "AttributeNames": ["QueueArn"] });
        let attributes = env.cloud.call(SQS, "GetQueueAttributes", &attributes)?;
        let arn = &attributes["Attributes"]["QueueArn"];
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" },
            "Action": "sqs:SendMessage", "Resource": arn,
        }] });
        let attributes = json!({ "Policy": policy.to_string() });
        env.cloud.call(
            SQS,
            "SetQueueAttributes",
            &json!({ "QueueUrl": listener.queue, "Attributes": attributes }),
        )?;
        let pattern = json!({ "source": ["oms.orders", "oms.stock"] }).to_string();
        let rule = json!({ "Name": NAME, "EventBusName": env.stack.bus, "EventPattern": pattern });
        env.cloud.call(EVENTS, "PutRule", &rule)?;
        let targets = json!({
            "Rule": NAME, "EventBusName": env.stack.bus, "Targets": [{ "Id": "queue", "Arn": arn }],
        });
        env.cloud.call(EVENTS, "PutTargets", &targets)?;
        Ok(listener)
    }

    /// Receives until there are this many events of an order; gives all of them, in the order of their ids. Those of other
    /// orders are left out.
    pub(super) fn events_of(&self, order: &str, count: usize) -> Outcome<Vec<Value>> {
        let mut events: Vec<Value> = Vec::new();
        let what = format!("{count} events of {order} on the bus");
        wait::until(&what, wait::SHORT, || {
            while let Some(message) = operator::receive(self.env, &self.queue, 30)? {
                let event: Value = serde_json::from_str(&message.body)
                    .map_err(|error| StoryError::failed("an event", error))?;
                if event["detail"]["order_id"] == order {
                    events.push(json!({ "name": event["detail-type"], "detail": event["detail"] }));
                }
                message.delete(self.env)?;
            }
            Ok(if events.len() >= count {
                Poll::Ready(())
            } else {
                Poll::Pending(format!("{} events", events.len()))
            })
        })?;
        events.sort_by_key(|event| event["detail"]["id"].to_string());
        Ok(events)
    }
}

impl Drop for BusListener<'_> {
    fn drop(&mut self) {
        let bus = &self.env.stack.bus;
        let targets = json!({ "Rule": NAME, "EventBusName": bus, "Ids": ["queue"] });
        let rule = json!({ "Name": NAME, "EventBusName": bus });
        let queue = json!({ "QueueUrl": self.queue });
        for (service, operation, input) in [
            (EVENTS, "RemoveTargets", targets),
            (EVENTS, "DeleteRule", rule),
            (SQS, "DeleteQueue", queue),
        ] {
            if let Err(error) = self.env.cloud.call(service, operation, &input) {
                eprintln!("removing the listener: {error}");
            }
        }
    }
}
