//! A message to a consumer is lost.

use live::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, expect},
    queues,
    wait::{self, Poll},
};
use serde_json::json;

use super::operator;

/// The message that stock was received is deleted before replenishment reads it.
pub(crate) fn recovered_by_the_sweep(env: &Environment) -> Outcome {
    let chair = env.sku("CHAIR");
    let order = env.basket().with(&chair, 2).place()?;
    order.pay(env)?;
    order.until_event("UnitsBackordered")?;
    queues::wait_until_empty(env)?;
    let paused = operator::pause_consumer(env, "replenishment")?;
    let queue = env.stack.queue("replenishment")?;
    env.provider_webhook(
        BERLIN,
        "stock.received",
        &json!({ "items": [{ "sku": chair, "quantity": 2 }] }),
    )?
    .send(env)?;
    wait::until("the message being deleted", wait::SHORT, || {
        let Some(message) = operator::receive(env, queue, 30)? else {
            return Ok(Poll::Pending("no message".to_owned()));
        };
        let is_receipt = message.body.contains("StockReceived") && message.body.contains(&chair);
        message.delete(env)?;
        Ok(if is_receipt {
            Poll::Ready(())
        } else {
            Poll::Pending("another message".to_owned())
        })
    })?;
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&chair, BERLIN)?,
        (2, 0),
    )?;
    expect(
        "units still backordered",
        order.read()?.units().backordered,
        2,
    )?;
    drop(paused);
    queues::send_sweep(env)?;
    order.until_event("BackorderReleased")?;
    order.fulfillment(env, BERLIN)?.ship_all("BOX-1")?;
    order.until_status("fulfilled").map(drop)
}
