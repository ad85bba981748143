//! Performs effects at the payment gateway: refunds, captures, the end of intents. SQS in, HTTPS out, one transaction for each
//! outcome; orders at once. Reads what the gateway has recorded, and queues it as intake queues webhooks. Compares each day
//! with the gateway's lists. The steps are in
//! `app::usecases::payments`, the sending in `egress`.

use app::usecases::{
    dispatch,
    payments::{self, Queues},
};
use aws::{
    lambda::{consumer::consume_by_subject, source_queue::SourceQueue, start},
    queue::Queue,
    runtime::{
        clock::SystemClock,
        secrets::SecretsManager,
        settings::{required, switched_on},
    },
    table::Table,
};
use egress::HttpsGateway;
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let secrets = SecretsManager::from_environment(&connection)?;
    let url = required("PAYMENT_GATEWAY_URL")?;
    let private_allowed = switched_on("ALLOW_PRIVATE_DESTINATIONS");
    let gateway = &HttpsGateway::new(&url, secrets, SystemClock, private_allowed)?;
    let inbound = &Queue::new(connection.sqs(), required("INBOUND_QUEUE_URL")?);
    let own = &Queue::new(connection.sqs(), required("QUEUE_URL")?);
    let queue = &SourceQueue::from_environment(&connection)?;
    table.warm().await;
    let order = |body: &str| dispatch::order_of(body).map(|order| order.to_string());
    consume_by_subject(queue, order, async |body, stop_at| {
        let queues = &Queues { inbound, own };
        payments::on_message(table, gateway, queues, &SystemClock, body, stop_at).await
    })
    .await
}
