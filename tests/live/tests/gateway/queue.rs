//! The payments queue as SQS keeps it, with the time of a story, and its dead-letter queue.

use std::sync::{Arc, Mutex, MutexGuard};

use app::{memory::ManualClock, ports::Clock};
use aws::{lambda::source_queue::SourceQueue, runtime::client::Connection};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use jiff::{SignedDuration, Timestamp};
use live::wait;
use serde_json::{Value, json};

/// Receives after which a failure is a dead letter, and the visibility timeout, as the template has them.
const RECEIVES_MAX: u32 = 14;
const VISIBILITY_S: i64 = 360;

#[derive(Debug, Clone)]
struct Message {
    id: String,
    body: String,
    sent_at: Timestamp,
    receives: u32,
    visible_at: Timestamp,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Message>,
    dead: Vec<String>,
    sent: u32,
}

#[derive(Clone)]
pub(crate) struct Queue {
    state: Arc<Mutex<State>>,
    clock: ManualClock,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.state)
    }
}

impl Queue {
    pub(crate) fn new(clock: ManualClock) -> Self {
        Self {
            state: Arc::default(),
            clock,
        }
    }

    /// The queue as its consumer has it.
    pub(crate) fn source(&self) -> SourceQueue {
        let connection = Connection::to_endpoint("http://aws.invalid", "us-east-1", "key", "none");
        let connection = connection.with_http_client(SharedHttpClient::new(self.clone()));
        SourceQueue::new(connection.sqs(), "queue", "dead-letters", RECEIVES_MAX)
    }

    pub(crate) fn send(&self, body: String) {
        let now = self.clock.now();
        let mut state = self.state();
        state.sent += 1;
        let id = format!("m{}", state.sent);
        state.messages.push(Message {
            id,
            body,
            sent_at: now,
            receives: 0,
            visible_at: now,
        });
    }

    /// A batch of the messages that can be received, as Lambda gives it; none when there are none.
    pub(crate) fn receive(&self) -> Option<Value> {
        let now = self.clock.now();
        let mut state = self.state();
        let due = state.messages.iter_mut().filter(|m| m.visible_at <= now);
        let records = due.take(10).map(|message| {
            message.receives += 1;
            message.visible_at = now + SignedDuration::from_secs(VISIBILITY_S);
            // The consumer compares it with the clock of the machine.
            let age = now.duration_since(message.sent_at);
            json!({
                "messageId": message.id, "receiptHandle": message.id, "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": message.receives.to_string(),
                    "SentTimestamp": (wait::now() - age).as_millisecond().to_string(),
                },
                "messageAttributes": {}, "eventSourceARN": "arn:aws:sqs:us-east-1:1:payments",
            })
        });
        let records: Vec<Value> = records.collect();
        (!records.is_empty()).then(|| json!({ "Records": records }))
    }

    /// Lambda deletes the messages of a batch that did not fail.
    pub(crate) fn answered(&self, batch: &Value, answer: &Value) {
        let ids = |list: &Value, name: &str| -> Vec<String> {
            let list = list.as_array().unwrap().iter();
            list.map(|entry| entry[name].as_str().unwrap().to_owned())
                .collect()
        };
        let failed = ids(&answer["batchItemFailures"], "itemIdentifier");
        let mut done = ids(&batch["Records"], "messageId");
        done.retain(|id| !failed.contains(id));
        self.state()
            .messages
            .retain(|message| !done.contains(&message.id));
    }

    /// Messages on the queue, whether they can be received or not.
    pub(crate) fn len(&self) -> usize {
        self.state().messages.len()
    }

    /// The bodies of dead letters.
    pub(crate) fn dead_letters(&self) -> Vec<String> {
        self.state().dead.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn call(&self, operation: &str, input: &Value) -> Value {
        let now = self.clock.now();
        let mut state = self.state();
        match operation {
            "ChangeMessageVisibility" => {
                let wait = input["VisibilityTimeout"].as_i64().unwrap();
                let mut messages = state.messages.iter_mut();
                let message = messages.find(|message| input["ReceiptHandle"] == message.id);
                message.unwrap().visible_at = now + SignedDuration::from_secs(wait);
                json!({})
            }
            "SendMessage" => {
                assert_eq!(input["QueueUrl"], "dead-letters");
                state
                    .dead
                    .push(input["MessageBody"].as_str().unwrap().to_owned());
                json!({ "MessageId": "dead" })
            }
            other => panic!("{other}"),
        }
    }
}

impl HttpClient for Queue {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Queue {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap();
        let operation = target.rsplit('.').next().unwrap();
        let input = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let answer = SdkBody::from(Self::call(self, operation, &input).to_string());
        HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), answer)))
    }
}
