//! Sends fulfillment orders, and requests to cancel them, to warehouses, 3PLs and suppliers. SQS in, one signed
//! request a location out; the steps are in `app::dispatch`, the carrying in [`courier`].

mod courier;

use app::dispatch;
use aws::{
    lambda::{consumer::consume, source_queue::SourceQueue, start},
    runtime::clock::SystemClock,
    runtime::settings::{required, switched_on},
    secrets::Vault,
    table::Table,
};
use courier::{HttpsCourier, LocationKeys};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let keys = LocationKeys(Vault::from_environment(&connection)?);
    let courier = &HttpsCourier::new(keys, SystemClock, switched_on("ALLOW_PRIVATE_DESTINATIONS"))?;
    let queue = &SourceQueue::from_environment(&connection)?;
    table.warm().await;
    consume(queue, async |body| {
        dispatch::on_message(table, courier, &SystemClock, body).await
    })
    .await
}
