//! Sends fulfillment orders, and requests to cancel them, to warehouses, 3PLs and suppliers. SQS in, one signed
//! request a location out; the steps are in `app::usecases::dispatch`, the carrying in [`courier`].

mod courier;

use app::usecases::dispatch;
use aws::{
    batch::{Consumer, each_message},
    client::Connection,
    clock::Machine,
    secrets::Vault,
    settings::{required, switched_on},
    table::Table,
};
use aws_lambda_events::sqs::SqsEvent;
use courier::{HttpsCourier, LocationKeys};
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let keys = LocationKeys(Vault::from_environment(&connection)?);
    let courier = &HttpsCourier::new(keys, Machine, switched_on("ALLOW_PRIVATE_DESTINATIONS"))?;
    let consumer = &Consumer::from_environment(&connection)?;
    table.warm().await;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let send = async |body: &str| dispatch::on_message(table, courier, &Machine, body).await;
        Ok::<_, Error>(each_message(consumer, event.payload, send).await)
    }))
    .await
}
