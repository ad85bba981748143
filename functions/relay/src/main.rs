//! Publishes every commit of the table's stream on the bus, in order per order, at least once. What the bus refuses is
//! reported to the stream, which gives it again.

use aws::{
    bus::Bus,
    lambda::{start, stream::publish_commits},
    runtime::settings::required,
};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let bus = &Bus::new(connection.eventbridge(), required("BUS_NAME")?);
    publish_commits(bus).await
}
