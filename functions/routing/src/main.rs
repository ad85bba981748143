//! Turns paid, cleared orders into fulfillment orders, reservations and backorders. SQS in, one transaction out; the
//! decision is `domain::route`, the steps are in `app::usecases::route`.

use app::usecases::route;
use aws::{
    lambda::{consumer::consume, source_queue::SourceQueue, start},
    runtime::{clock::SystemClock, settings::required},
    table::Table,
};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let queue = &SourceQueue::from_environment(&connection)?;
    table.warm().await;
    consume(queue, async |body| {
        route::on_message(table, &SystemClock, body).await
    })
    .await
}
