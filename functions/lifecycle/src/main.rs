//! Applies facts from outside to orders: payments, progress of warehouses and carriers, stock. SQS in, one transaction
//! out; the rules are in `domain`, the steps in `app::usecases::apply_inbound`.

use app::usecases::apply_inbound;
use aws::{
    lambda::{consumer::consume, source_queue::SourceQueue, start},
    runtime::{
        clock::SystemClock,
        settings::{required, required_number},
    },
    table::Table,
};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let queue = &SourceQueue::from_environment(&connection)?;
    let closing_grace_s = required_number("CLOSING_GRACE_S")?;
    table.warm().await;
    consume(queue, async |body| {
        apply_inbound::on_message(table, &SystemClock, closing_grace_s, body).await
    })
    .await
}
