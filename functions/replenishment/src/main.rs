//! Releases backorders, oldest first, when stock becomes available or the schedule fires, and sends overdue work to its
//! queue again. SQS in, one transaction per backorder out; the steps are in `app::usecases::release_backorders`.

use app::usecases::{release_backorders, sweep::ShownAfter};
use aws::{
    lambda::{consumer::consume_until, source_queue::SourceQueue, start},
    queue::RedriveQueues,
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
    let redrive = &RedriveQueues::from_environment(&connection)?;
    let shown_after = ShownAfter {
        silent_s: required_number("SILENT_AFTER_S")?,
        overdue_s: required_number("OVERDUE_AFTER_S")?,
    };
    let queue = &SourceQueue::from_environment(&connection)?;
    table.warm().await;
    consume_until(queue, async |body, stop_at| {
        release_backorders::on_message(table, &SystemClock, redrive, shown_after, body, stop_at)
            .await
    })
    .await
}
