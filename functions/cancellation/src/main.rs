//! Cancels lines or orders: decides the race, asks the location, owes the refund. Woken by an agent's request over
//! HTTPS, and by the bus over SQS when a payment is gone; the steps are in `app::cancellation`.

use app::{
    api::{Scope, serve},
    cancellation,
};
use aws::{
    http::respond,
    lambda::{consumer::consume_or_respond, source_queue::SourceQueue, start},
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
    let cancel = async |body: &str| cancellation::on_message(table, &SystemClock, body).await;
    let serve = async |request: &_| serve(table, &SystemClock, request, Scope::Cancellation).await;
    consume_or_respond(queue, cancel, async |event| respond(event, serve).await).await
}
