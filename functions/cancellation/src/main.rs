//! Cancels units or orders. Started by an agent's request over HTTPS (`app::usecases::cancel`), and by the bus over SQS
//! when a payment has failed or was cancelled (`app::usecases::cancel_unpaid`).

use app::usecases::cancel_unpaid;
use aws::{
    batch::{Consumer, each_message},
    client::Connection,
    clock::Machine,
    http,
    settings::required,
    table::Table,
};
use aws_lambda_events::{apigw::ApiGatewayV2httpRequest, sqs::SqsEvent};
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde_json::Value;
use web::{Scope, problem, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?);
    let consumer = &Consumer::from_environment(&connection)?;
    table.warm().await;
    run(service_fn(async |event: LambdaEvent<Value>| {
        let event = event.payload;
        if event.get("Records").is_some() {
            let batch: SqsEvent = serde_json::from_value(event)?;
            let cancel = async |body: &str| cancel_unpaid::on_message(table, &Machine, body).await;
            return Ok::<_, Error>(serde_json::to_value(
                each_message(consumer, batch, cancel).await,
            )?);
        }
        let event: ApiGatewayV2httpRequest = serde_json::from_value(event)?;
        let answer = async |request: Result<_, http::BadEvent>| match request {
            Ok(request) => serve(table, &Machine, &request, Scope::Cancellation).await,
            Err(error) => problem::unreadable(&error),
        };
        Ok(serde_json::to_value(http::respond(event, answer).await)?)
    }))
    .await
}
