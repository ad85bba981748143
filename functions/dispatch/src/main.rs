//! Sends requests to warehouses, 3PLs and suppliers: SQS in, one signed HTTPS request a location out. The steps are in
//! `app::dispatch`, the sending in `egress`.

use app::usecases::dispatch;
use aws::{
    batch::{Consumer, each_message},
    client::Connection,
    clock::Machine,
    secrets::SecretsManager,
    settings::{required, switched_on},
    table::Table,
};
use aws_lambda_events::sqs::SqsEvent;
use egress::HttpsProvider;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let secrets = SecretsManager::from_environment(&connection)?;
    let private_allowed = switched_on("ALLOW_PRIVATE_DESTINATIONS");
    let provider = &HttpsProvider::new(secrets, Machine, private_allowed)?;
    let consumer = &Consumer::from_environment(&connection)?;
    table.warm().await;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let send = async |body: &str| dispatch::on_message(table, provider, &Machine, body).await;
        Ok::<_, Error>(each_message(consumer, event.payload, send).await)
    }))
    .await
}
