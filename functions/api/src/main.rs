//! The HTTP API for agents and shops; routes, permissions and answers are in `web`.

use aws::{
    client::Connection, clock::Machine, http, secrets::SecretsManager, settings::required,
    table::Table,
};
use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use web::{Scope, problem, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let customer_key = SecretsManager::from_environment(&connection)?
        .text("customer-key")
        .await?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?)
        .with_customer_key(customer_key.into_bytes());
    table.warm().await;
    run(service_fn(
        async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
            let answer = async |request: Result<_, http::BadEvent>| match request {
                Ok(request) => serve(table, &Machine, &request, Scope::Api).await,
                Err(error) => problem::unreadable(&error),
            };
            Ok::<_, Error>(http::respond(event.payload, answer).await)
        },
    ))
    .await
}
