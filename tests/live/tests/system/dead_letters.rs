//! Messages that are dead-lettered with the reason, and can be redriven.

use live::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, expect, expect_that},
    stripe,
    wait::{self, Poll},
};
use serde_json::json;

use super::operator::{self, Message};

/// `MAX_RECEIVES` of lifecycle in the template.
const MAX_RECEIVES: u32 = 12;

/// An unreadable message is dead-lettered at once; the other message of its batch is processed.
pub(crate) fn unreadable(env: &Environment) -> Outcome {
    let tee = env.sku("TEE");
    let inbound = env.stack.queue("inbound")?;
    let paused = operator::pause_consumer(env, "lifecycle")?;
    env.cloud
        .send_message(inbound, &json!({ "this": "is unreadable" }))?;
    env.provider_webhook(
        BERLIN,
        "stock.received",
        &json!({ "items": [{ "sku": tee, "quantity": 3 }] }),
    )?
    .send(env)?;
    drop(paused);
    wait::until("the other message being processed", wait::SHORT, || {
        let level = env.stock_level(&tee, BERLIN)?;
        Ok(if level == (3, 0) {
            Poll::Ready(())
        } else {
            Poll::Pending(format!("{level:?}"))
        })
    })?;
    let message = dead_letter(env, "inbound")?;
    expect(
        "the unchanged body",
        message.body.as_str(),
        r#"{"this":"is unreadable"}"#,
    )?;
    expect(
        "the reason's code",
        message.attribute("reason_code"),
        "malformed",
    )?;
    expect_that(
        "the reason has a text",
        !message.attribute("reason").is_empty(),
        &message.attributes,
    )?;
    message.delete(env)
}

/// A payment arrives before its order and is dead-lettered; it is redriven once the order is placed.
pub(crate) fn payment_before_its_order(env: &Environment) -> Outcome {
    let tee = env.sku("TEE");
    let order = env.basket().with(&tee, 1).without_intent();
    let number = order.number().to_owned();
    let intent = env.name("pi_");
    let session = json!({
        "mode": "payment", "payment_status": "paid", "amount_total": 2_888, "currency": "eur",
        "payment_intent": intent, "client_reference_id": number,
    });
    let paused = operator::pause_consumer(env, "lifecycle")?;
    stripe::event(env, "checkout.session.completed", session)?.send(env)?;
    // Twelve receives by the function would take an hour. Those of this test count, too.
    let inbound = env.stack.queue("inbound")?;
    for _ in 1..MAX_RECEIVES {
        wait::until("the message being on the queue", wait::SHORT, || {
            Ok(operator::receive(env, inbound, 0)?
                .map_or_else(|| Poll::Pending("no message".to_owned()), Poll::Ready))
        })?;
    }
    drop(paused);
    let message = dead_letter(env, "inbound")?;
    expect(
        "the reason's code",
        message.attribute("reason_code"),
        "not_found",
    )?;
    expect_that(
        "the message names its source",
        !message.attribute("source").is_empty(),
        &message.attributes,
    )?;
    let order = order.place()?;
    expect("the order's total", order.total, 2_888)?;
    env.stack.local(&["redrive", "inbound"])?;
    let view = order.until_event("PaymentCaptured")?;
    expect("what was captured", view.money.captured, order.total)
}

/// Waits for a message in a dead-letter queue. It stays visible.
fn dead_letter(env: &Environment, name: &str) -> Outcome<Message> {
    let queue = env.stack.dead_letter_queue(name)?;
    wait::until(
        &format!("a message in the dead-letter queue of {name}"),
        wait::SHORT,
        || {
            Ok(operator::receive(env, queue, 0)?
                .map_or_else(|| Poll::Pending("no message".to_owned()), Poll::Ready))
        },
    )
}
