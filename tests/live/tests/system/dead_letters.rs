//! Messages that are dead-lettered with the reason and can be redriven, and payments that come before their orders.

use live::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, StoryError, expect, expect_that},
    stripe,
    wait::{self, Poll},
};
use serde_json::{Value, json};

use super::operator::{self, Message};

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
    until_shown(env)?;
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

/// Payments arrive before their orders, also one that was a dead letter and is redriven. They are kept, listed as unmatched,
/// and the orders have them as soon as they are placed.
pub(crate) fn payments_before_their_orders(env: &Environment) -> Outcome {
    let tee = env.sku("TEE");
    let kept = env.basket().with(&tee, 1).without_intent();
    let redriven = env.basket().with(&tee, 1).without_intent();
    let paused = operator::pause_consumer(env, "lifecycle")?;
    let inbound = env.stack.queue("inbound")?;
    paid(env, redriven.number())?;
    // As one that an earlier build could not apply.
    let message = wait::until("the message being on the queue", wait::SHORT, || {
        Ok(operator::receive(env, inbound, 0)?
            .map_or_else(|| Poll::Pending("no message".to_owned()), Poll::Ready))
    })?;
    let body = serde_json::from_str(&message.body)
        .map_err(|error| StoryError::failed("the body of a message", error))?;
    env.cloud
        .send_message(env.stack.dead_letter_queue("inbound")?, &body)?;
    message.delete(env)?;
    paid(env, kept.number())?;
    drop(paused);
    until_listed(env, kept.number(), true)?;
    let path = "/api/oms/queues/inbound/redrive";
    let answer: Value = env
        .api("operator", "POST", path, Some(&json!({})))?
        .success("a redrive")?;
    expect(
        "how many are on their queue again",
        answer["moved"].as_u64(),
        Some(1),
    )?;
    until_listed(env, redriven.number(), true)?;
    for basket in [kept, redriven] {
        let number = basket.number().to_owned();
        let order = basket.place()?;
        let view = order.until_event("PaymentCaptured")?;
        expect("what was captured", view.money.captured, order.total)?;
        until_listed(env, &number, false)?;
    }
    Ok(())
}

/// Waits until the payment that names an order is listed as unmatched, or is not.
/// Operators are shown it with its reason, and it stays.
fn until_shown(env: &Environment) -> Outcome {
    wait::until("the dead letter being shown", wait::SHORT, || {
        let path = "/api/oms/queues/inbound/dead_letters";
        let shown: Value = env
            .api("operator", "GET", path, None)?
            .success("reading dead letters")?;
        let first = &shown["items"][0];
        let is_shown =
            first["reason_code"] == "malformed" && first["body"] == json!({ "this": "***" });
        Ok(if is_shown {
            Poll::Ready(())
        } else {
            Poll::Pending(shown.to_string())
        })
    })
}

fn until_listed(env: &Environment, number: &str, expected: bool) -> Outcome {
    wait::until("the list of unmatched payments", wait::SHORT, || {
        let path = "/api/oms/unmatched_payments?limit=100";
        let page: Value = env
            .api("agent", "GET", path, None)?
            .success("listing unmatched payments")?;
        let payments = page["payments"].as_array().cloned().unwrap_or_default();
        let names = |payment: &Value| payment["names"] == json!([number]);
        Ok(if payments.iter().any(names) == expected {
            Poll::Ready(())
        } else {
            Poll::Pending(page.to_string())
        })
    })
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
