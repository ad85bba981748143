//! The HTTP API for agents and shops; routes, rights and answers are in `app::api`.

use app::api::{Scope, serve};
use aws::{
    http, runtime::client::Connection, runtime::clock::SystemClock, runtime::settings::required,
    secrets::Vault, table::Table,
};
use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let customer_key = Vault::from_environment(&connection)?
        .text("customer-key")
        .await?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?)
        .with_customer_key(customer_key.into_bytes());
    table.warm().await;
    run(service_fn(
        async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
            Ok::<_, Error>(
                http::respond(event.payload, async |request| {
                    serve(table, &SystemClock, request, Scope::Api).await
                })
                .await,
            )
        },
    ))
    .await
}
