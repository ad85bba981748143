//! Sending to SQS.

use app::{
    bus::{message, subscriptions::Consumer},
    failure::Failure,
    ports::{InboundQueue, ReconciliationQueue, Redrive},
};
use aws_sdk_sqs::{Client, error::DisplayErrorContext};
use domain::{
    ids::{OrderId, Sku},
    order::Owed,
};
use jiff::civil::Date;

use crate::runtime::{
    client::Connection,
    settings::{BadSetting, required},
};

#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }

    /// Sends one message; when this returns, it is stored.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub(crate) async fn put(&self, body: &str) -> Result<(), Failure> {
        let sent = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .send()
            .await;
        sent.map(drop)
            .map_err(|error| Failure::unavailable("SQS", DisplayErrorContext(&error).to_string()))
    }
}

impl InboundQueue for Queue {
    async fn send(&self, body: &str) -> Result<(), Failure> {
        self.put(body).await
    }
}

impl ReconciliationQueue for Queue {
    async fn reconcile(&self, day: Date) -> Result<(), Failure> {
        self.put(&message::reconcile(day)).await
    }
}

/// The queues to which the sweep sends overdue work again. Which consumer an order needs is said by
/// [`app::bus::subscriptions`].
#[derive(Debug, Clone)]
pub struct RedriveQueues {
    routing: Queue,
    dispatch: Queue,
    payments: Queue,
    cancellation: Queue,
    replenishment: Queue,
}

impl RedriveQueues {
    /// From the settings that hold their URLs.
    ///
    /// # Errors
    /// When a setting is missing.
    pub fn from_environment(connection: &Connection) -> Result<Self, BadSetting> {
        let client = connection.sqs();
        let queue = |name| Ok::<_, BadSetting>(Queue::new(client.clone(), required(name)?));
        Ok(Self {
            routing: queue("ROUTING_QUEUE_URL")?,
            dispatch: queue("DISPATCH_QUEUE_URL")?,
            payments: queue("PAYMENTS_QUEUE_URL")?,
            cancellation: queue("CANCELLATION_QUEUE_URL")?,
            replenishment: queue("QUEUE_URL")?,
        })
    }

    fn of(&self, consumer: Consumer) -> Option<&Queue> {
        match consumer {
            Consumer::Routing => Some(&self.routing),
            Consumer::Dispatch => Some(&self.dispatch),
            Consumer::Payments => Some(&self.payments),
            Consumer::Cancellation => Some(&self.cancellation),
            Consumer::Replenishment => Some(&self.replenishment),
            Consumer::Lifecycle => None,
        }
    }
}

impl Redrive for RedriveQueues {
    async fn order(&self, id: OrderId, owed: Owed) -> Result<(), Failure> {
        let consumer = Consumer::of_owed(owed);
        let missing =
            || Failure::Inconsistent(format!("the sweep has no queue of {}", consumer.name()));
        let queue = self.of(consumer).ok_or_else(missing)?;
        queue.put(&message::redrive(id)).await
    }

    async fn sku(&self, sku: &Sku) -> Result<(), Failure> {
        self.replenishment.put(&message::drain(sku)).await
    }

    async fn sweep(&self, after: &str) -> Result<(), Failure> {
        self.replenishment.put(&message::sweep_after(after)).await
    }
}
