//! Sends requests to warehouses, 3PLs and suppliers: SQS in, one signed HTTPS request a location out; orders at once. The steps are in
//! `app::usecases::dispatch`, the sending in `egress`.

use app::usecases::{breaker::GuardedProvider, dispatch};
use aws::{
    lambda::{consumer::consume_by_subject, source_queue::SourceQueue, start},
    runtime::{
        clock::SystemClock,
        secrets::SecretsManager,
        settings::{required, switched_on},
    },
    table::Table,
};
use egress::HttpsProvider;
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?)
        .with_contacts(required("CONTACTS_TABLE_NAME")?);
    let secrets = SecretsManager::from_environment(&connection)?;
    let private_allowed = switched_on("ALLOW_PRIVATE_DESTINATIONS");
    let provider = HttpsProvider::new(secrets, SystemClock, private_allowed)?;
    let provider = &GuardedProvider::new(&provider);
    let queue = &SourceQueue::from_environment(&connection)?;
    table.warm().await;
    let order = |body: &str| dispatch::order_of(body).map(|order| order.to_string());
    consume_by_subject(queue, order, async |body, _| {
        dispatch::on_message(table, provider, &SystemClock, body).await
    })
    .await
}
