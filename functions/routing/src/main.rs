//! Turns paid, cleared orders into fulfillment orders, reservations and backorders. SQS in, one transaction out;
//! the decision is `domain::route`, the steps are in `app::usecases::route`.

use app::usecases::route;
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
        let route = async |body: &str| route::on_message(table, &Machine, body).await;
        Ok::<_, Error>(each_message(consumer, event.payload, route).await)
    }))
    .await
}
