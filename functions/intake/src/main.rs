//! Takes webhooks in over HTTPS: verifies, normalises, queues. Knows secrets, not orders. What happens to a
//! request is in [`mod@receive`].

mod receive;

use app::ports::Ambient;
use aws::{
    http, queue::Queue, runtime::client::Connection, runtime::clock::SystemClock,
    runtime::settings::required, secrets::Vault,
};
use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use receive::{SourceKeys, receive};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let keys = &SourceKeys(Vault::from_environment(&connection)?);
    let inbox = &Queue::new(connection.sqs(), required("INBOUND_QUEUE_URL")?);
    run(service_fn(
        async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
            let take = async |request: &_| receive(keys, inbox, SystemClock.now(), request).await;
            Ok::<_, Error>(http::respond(event.payload, take).await)
        },
    ))
    .await
}
