//! Carries every commit from the table's stream to the bus, in order per order, at least once. What the bus refuses
//! is handed back to the stream, which brings it again.

use aws::{bus::Bus, client::Connection, settings::required, stream::relay};
use aws_lambda_events::dynamodb::Event;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let connection = Connection::from_environment()?;
    let bus = &Bus::new(connection.eventbridge(), required("BUS_NAME")?);
    run(service_fn(async |event: LambdaEvent<Event>| {
        Ok::<_, Error>(relay(bus, event.payload).await)
    }))
    .await
}
