//! Webhooks over HTTPS: verifies, normalizes, enqueues. Reads secrets, never orders. The steps are in `web::webhook`.

use app::ports::Clock;
use aws::{
    lambda::{gateway, start},
    queue::Queue,
    runtime::{clock::SystemClock, secrets::SecretsManager, settings::required},
};
use lambda_runtime::Error;
use web::{problem, webhook};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let secrets = &SecretsManager::from_environment(&connection)?;
    let queue = &Queue::new(connection.sqs(), required("INBOUND_QUEUE_URL")?);
    gateway::serve(async |request| match request {
        // Boxed: the compiler does not follow the SDK's nested futures this deep.
        Ok(request) => {
            Box::pin(webhook::receive(
                secrets,
                queue,
                SystemClock.now(),
                &request,
            ))
            .await
        }
        Err(error) => problem::unreadable(&error),
    })
    .await
}
