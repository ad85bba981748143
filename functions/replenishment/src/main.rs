//! Releases backorders, oldest first, when stock becomes available or the schedule ticks, and re-drives what is
//! overdue. SQS in, one transaction a waiting line out; the steps are in `app::usecases::release_backorders`.

use app::usecases::release_backorders;
use aws::{
    batch::{Consumer, each_message},
    client::Connection,
    clock::Machine,
    queue::RedriveQueues,
    settings::required,
    table::Table,
};
use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let redrive = &RedriveQueues::from_environment(&connection)?;
    let consumer = &Consumer::from_environment(&connection)?;
    table.warm().await;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let replenish =
            async |body: &str| release_backorders::on_message(table, &Machine, redrive, body).await;
        Ok::<_, Error>(each_message(consumer, event.payload, replenish).await)
    }))
    .await
}
