//! Cancels units or orders. Started by an agent's request over HTTPS (`app::usecases::cancel`), and by the bus over SQS
//! when a payment has failed or was cancelled, or an order is not paid in time
//! (`app::usecases::cancel_after_failed_payment`).

use app::usecases::cancel_after_failed_payment;
use aws::{
    lambda::{consumer::consume_or_respond, source_queue::SourceQueue, start},
    runtime::{clock::SystemClock, settings::required},
    table::Table,
};
use lambda_runtime::Error;
use web::{Env, NoQueues, Scope, Settings, problem, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let queue = &SourceQueue::from_environment(&connection)?;
    // It places no orders and gives nothing back beyond what is owed.
    let settings = &Settings::default();
    let env = &Env {
        clock: &SystemClock,
        queues: &NoQueues,
    };
    table.warm().await;
    let cancel =
        async |body: &str| cancel_after_failed_payment::on_message(table, &SystemClock, body).await;
    consume_or_respond(queue, cancel, async |request| match request {
        Ok(request) => serve(table, env, settings, &request, Scope::Cancellation).await,
        Err(error) => problem::unreadable(&error),
    })
    .await
}
