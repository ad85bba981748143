//! Publishes every commit of the table's stream on the bus, in order per order, at least once. What the bus refuses for
//! now is reported to the stream, which gives it again; what can never be published is put aside on a queue. Publishes commits again on
//! request.

use aws::{
    bus::Bus,
    lambda::{start, stream::publish_commits},
    queue::Queue,
    runtime::settings::required,
    table::Table,
};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let bus = &Bus::new(connection.eventbridge(), required("BUS_NAME")?);
    let failures = &Queue::new(connection.sqs(), required("FAILURES_QUEUE_URL")?);
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    publish_commits(bus, failures, table).await
}
