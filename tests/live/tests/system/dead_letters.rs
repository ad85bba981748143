//! Messages that are dead-lettered with the reason, can be redriven, or wait because they came too early.

use live::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, StoryError, expect, expect_that},
    stripe,
    wait::{self, Poll},
};
use serde_json::{Value, json};

use super::{
    logs,
    operator::{self, Message},
};

/// `MAX_RECEIVES` of lifecycle in the template: as a failure it would be a dead letter.
const FAILURES_MAX: u32 = 12;

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

/// Payments arrive before their order. However often one was received, it waits; another one, which was a dead letter, is
/// redriven once the order is placed.
pub(crate) fn payments_before_their_orders(env: &Environment) -> Outcome {
    let tee = env.sku("TEE");
    let waits = env.basket().with(&tee, 1).without_intent();
    let redriven = env.basket().with(&tee, 1).without_intent();
    let paused = operator::pause_consumer(env, "lifecycle")?;
    let inbound = env.stack.queue("inbound")?;
    let next = || {
        wait::until("the message being on the queue", wait::SHORT, || {
            Ok(operator::receive(env, inbound, 0)?
                .map_or_else(|| Poll::Pending("no message".to_owned()), Poll::Ready))
        })
    };
    paid(env, redriven.number())?;
    // As one that has waited for three days.
    let message = next()?;
    let body = serde_json::from_str(&message.body)
        .map_err(|error| StoryError::failed("the body of a message", error))?;
    env.cloud
        .send_message(env.stack.dead_letter_queue("inbound")?, &body)?;
    message.delete(env)?;
    paid(env, waits.number())?;
    for _ in 1..FAILURES_MAX {
        next()?;
    }
    drop(paused);
    wait::until("the message being left again", wait::SHORT, || {
        Ok(match left_after(env, FAILURES_MAX)? {
            true => Poll::Ready(()),
            false => Poll::Pending("not received yet".to_owned()),
        })
    })?;
    let (waits, redriven) = (waits.place()?, redriven.place()?);
    let view = waits.until_event("PaymentCaptured")?;
    expect("what was captured", view.money.captured, waits.total)?;
    env.stack.local(&["redrive", "inbound"])?;
    let view = redriven.until_event("PaymentCaptured")?;
    expect("what was captured", view.money.captured, redriven.total)
}

/// Whether lifecycle has left an early message on the queue that was received so often.
fn left_after(env: &Environment, receives: u32) -> Outcome<bool> {
    let lines = logs::read(env, &env.stack.functions["lifecycle"].log_group)?;
    let left = |line: &String| {
        let line: Value = serde_json::from_str(line).unwrap_or_default();
        let fields = &line["fields"];
        fields["message"] == "left on the queue"
            && fields["code"] == "not_found"
            && fields["receives"].as_u64() >= Some(receives.into())
    };
    Ok(lines.iter().any(left))
}

/// A checkout of an order that is known by its number only.
fn paid(env: &Environment, number: &str) -> Outcome {
    let session = json!({
        "mode": "payment", "payment_status": "paid", "amount_total": 2_888, "currency": "eur",
        "payment_intent": env.name("pi_"), "client_reference_id": number,
    });
    stripe::event(env, "checkout.session.completed", session)?
        .send(env)
        .map(drop)
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
