//! Webhooks over HTTPS: verifies, normalizes, enqueues. Reads secrets, never orders. The steps are in `web::webhook`.

use app::ports::Clock;
use aws::{
    client::Connection, clock::Machine, http, queue::Queue, secrets::SecretsManager,
    settings::required,
};
use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use web::{problem, webhook};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let secrets = &SecretsManager::from_environment(&connection)?;
    let queue = &Queue::new(connection.sqs(), required("INBOUND_QUEUE_URL")?);
    run(service_fn(
        async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
            let receive = async |request: Result<_, http::BadEvent>| match request {
                // Boxed: the compiler does not follow the SDK's nested futures this deep.
                Ok(request) => Box::pin(webhook::receive(secrets, queue, Machine.now(), &request)).await,
                Err(error) => problem::unreadable(&error),
            };
            Ok::<_, Error>(http::respond(event.payload, receive).await)
        },
    ))
    .await
}
