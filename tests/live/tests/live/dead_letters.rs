//! Messages that are given up: with the reason, and not for ever.

use live::{
    locations::BERLIN,
    outcome::{Told, expect, expect_that},
    stripe,
    watch::{self, Look},
    world::World,
};
use serde_json::json;

use super::operator::{self, Message};

/// The template's maxReceiveCount of the inbound queue.
const MAX_RECEIVES: u32 = 12;

/// A message that can never be read goes aside at once, and takes no neighbour with it.
pub(crate) fn unreadable(world: &World) -> Told {
    let tee = world.sku("TEE");
    let inbound = operator::queue(world, "inbound")?;
    let stopped = operator::stop(world, "lifecycle")?;
    world
        .cloud
        .put_on(inbound, &json!({ "this": "is no fact" }))?;
    world
        .tell(
            BERLIN,
            "stock.received",
            &json!({ "items": [{ "sku": tee, "quantity": 3 }] }),
        )?
        .send(world)?;
    drop(stopped);
    watch::until("the neighbour being applied", watch::SOON, || {
        let shelf = world.shelf(&tee, BERLIN)?;
        Ok(if shelf == (3, 0) {
            Look::There(())
        } else {
            Look::NotYet(format!("{shelf:?}"))
        })
    })?;
    let given_up = given_up(world, "inbound")?;
    expect(
        "the body, as it was",
        given_up.body.as_str(),
        r#"{"this":"is no fact"}"#,
    )?;
    expect(
        "the reason's code",
        given_up.attribute("reason_code"),
        "malformed",
    )?;
    expect_that(
        "the reason is told in words",
        !given_up.attribute("reason").is_empty(),
        &given_up.attributes,
    )?;
    given_up.delete(world)
}

/// A payment whose order does not come; then it does.
pub(crate) fn too_early(world: &World) -> Told {
    let tee = world.sku("TEE");
    let order = world.basket().with(&tee, 1).without_intent();
    let number = order.number().to_owned();
    let intent = world.name("pi_");
    let session = json!({
        "mode": "payment", "payment_status": "paid", "amount_total": 2_888, "currency": "eur",
        "payment_intent": intent, "client_reference_id": number,
    });
    let stopped = operator::stop(world, "lifecycle")?;
    stripe::event(world, "checkout.session.completed", session)?.send(world)?;
    // Waiting for twelve tries would take an hour. Looking at a message counts as a try, too.
    let inbound = operator::queue(world, "inbound")?;
    for _ in 1..MAX_RECEIVES {
        watch::until("the message being on the queue", watch::SOON, || {
            Ok(operator::receive(world, inbound, 0)?
                .map_or_else(|| Look::NotYet("nothing".to_owned()), Look::There))
        })?;
    }
    drop(stopped);
    let message = given_up(world, "inbound")?;
    expect(
        "the reason's code",
        message.attribute("reason_code"),
        "not_found",
    )?;
    expect_that(
        "the source is named",
        !message.attribute("source").is_empty(),
        &message.attributes,
    )?;
    let order = order.place()?;
    expect("what the order costs", order.total, 2_888)?;
    world.stack.local(&["redrive", "inbound"])?;
    let shown = order.until_event("PaymentCaptured")?;
    expect("what was captured", shown.money.captured, order.total)
}

/// Waits for a message in a dead-letter queue; others may see it at once.
fn given_up(world: &World, name: &str) -> Told<Message> {
    let queue = operator::dead_letters(world, name)?;
    watch::until(
        &format!("a message being given up by {name}"),
        watch::SOON,
        || {
            Ok(operator::receive(world, queue, 0)?
                .map_or_else(|| Look::NotYet("none".to_owned()), Look::There))
        },
    )
}
