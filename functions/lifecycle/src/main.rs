//! Applies facts from outside to orders: payments, warehouse and carrier progress, stock. SQS in, one transaction
//! out; the rules are in `domain`, the steps in `app::usecases::apply_inbound`.

use app::usecases::apply_inbound;
use aws::{
    batch::{Consumer, each_message},
    client::Connection,
    clock::Machine,
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
    let consumer = &Consumer::from_environment(&connection)?;
    table.warm().await;
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let apply = async |body: &str| apply_inbound::on_message(table, &Machine, body).await;
        Ok::<_, Error>(each_message(consumer, event.payload, apply).await)
    }))
    .await
}
