//! A consumer that a merchant has connected to the bus: a rule for all events, with a queue of its own.

use std::cell::RefCell;

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
    /// Received and not taken yet.
    received: RefCell<Vec<Value>>,
}

impl<'e> BusListener<'e> {
    /// Listens from now on.
    pub(super) fn open(env: &'e Environment) -> Outcome<Self> {
        let queue = env
            .cloud
            .call(SQS, "CreateQueue", &json!({ "QueueName": NAME }))?;
        let queue = queue["QueueUrl"].as_str().unwrap_or_default().to_owned();
        let listener = Self {
            env,
            queue,
            received: RefCell::default(),
        };
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

    /// Receives until there are this many events of an order, and takes all of them, in the order of their ids.
    pub(super) fn events_of(&self, order: &str, count: usize) -> Outcome<Vec<Value>> {
        let is_of_order = |event: &Value| event["detail"]["order_id"] == order;
        let what = format!("{count} events of {order} on the bus");
        wait::until(&what, wait::SHORT, || {
            let mut received = self.received.borrow_mut();
            while let Some(message) = operator::receive(self.env, &self.queue, 30)? {
                let event: Value = serde_json::from_str(&message.body)
                    .map_err(|error| StoryError::failed("an event", error))?;
                received.push(json!({ "name": event["detail-type"], "detail": event["detail"] }));
                message.delete(self.env)?;
            }
            let found = received.iter().filter(|event| is_of_order(event)).count();
            Ok(if found >= count {
                Poll::Ready(())
            } else {
                Poll::Pending(format!("{found} events"))
            })
        })?;
        let received = self.received.take().into_iter();
        let (mut events, others): (Vec<_>, Vec<_>) = received.partition(is_of_order);
        self.received.replace(others);
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
