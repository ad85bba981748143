//! A cancel and a shipment at the same time, many times.

use std::{sync::Barrier, thread, time::Duration};

use stories::random::SeededRng;

use crate::{
    environment::Environment,
    fulfillment::Fulfillment,
    locations::BERLIN,
    order::Order,
    outcome::{Outcome, StoryError, expect, expect_that},
    wait::{self, Poll},
};

const ROUNDS: usize = 16;
/// Rounds that run at the same time.
const AT_ONCE: usize = 4;
/// Longest head start. The cancel needs more: a round trip to be recorded, and some functions to reach the location.
const CANCEL_AHEAD_MS: usize = 350;
const SHIPMENT_AHEAD_MS: usize = 120;

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RaceResult {
    /// Shipped before the cancel: the API refuses.
    ShippedFirst,
    /// Shipped after the cancel and before the location was requested to cancel: the cancellation is refused later.
    ShippedMeanwhile,
    /// The location was requested in time.
    Cancelled,
}

impl RaceResult {
    fn in_words(self) -> &'static str {
        match self {
            Self::ShippedFirst => {
                "shipped first: the cancel is refused with 409, by whom and when. One of them:"
            }
            Self::ShippedMeanwhile => {
                "shipped before the location was requested: the cancellation is refused and recorded. One of them:"
            }
            Self::Cancelled => {
                "the location was requested in time: cancelled, nothing shipped. One of them:"
            }
        }
    }
}

/// Each round ends either shipped or cancelled, never both.
pub(super) fn cancel_against_shipment(env: &Environment) -> Outcome {
    let tee = &env.sku("TEE-RED-S");
    let rounds = u32::try_from(ROUNDS).unwrap_or(u32::MAX);
    env.add_stock(BERLIN, tee, rounds)?;
    let mut ended: Vec<(RaceResult, Order<'_>)> = Vec::new();
    let numbers: Vec<usize> = (0..ROUNDS).collect();
    for batch in numbers.chunks(AT_ONCE) {
        let results: Vec<Outcome<(RaceResult, Order<'_>)>> = thread::scope(|scope| {
            let running: Vec<_> = batch
                .iter()
                .map(|n| scope.spawn(move || round(env, tee, *n)))
                .collect();
            running
                .into_iter()
                .map(|round| round.join().unwrap_or_else(|_| Err(panicked())))
                .collect()
        });
        ended.extend(results.into_iter().collect::<Outcome<Vec<_>>>()?);
    }
    for result in [
        RaceResult::ShippedFirst,
        RaceResult::ShippedMeanwhile,
        RaceResult::Cancelled,
    ] {
        let mut these = ended.iter().filter(|(how, _)| *how == result);
        let Some((_, example)) = these.next() else {
            continue;
        };
        let count = these.count().saturating_add(1);
        env.reporter()
            .note(&format!("{count} x {}", result.in_words()));
        example.mute(false);
        example.read()?;
    }
    let cancelled = ended
        .iter()
        .filter(|(result, _)| *result == RaceResult::Cancelled)
        .count();
    let left = i64::try_from(cancelled).unwrap_or(0);
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(tee, BERLIN)?,
        (left, 0),
    )?;
    env.reporter().passed(&format!(
        "{ROUNDS} rounds, each either shipped or cancelled, and the stock level is right."
    ));
    Ok(())
}

fn panicked() -> StoryError {
    StoryError::Failed("a round ended in a panic".to_owned())
}

/// Delays of the cancel and of the shipment after the start of a round: random, the same in each run.
fn delays(number: usize) -> (Duration, Duration) {
    let mut rng = SeededRng::new(u64::try_from(number).unwrap_or(0));
    let mut up_to = |ms: usize| Duration::from_millis(u64::try_from(rng.below(ms)).unwrap_or(0));
    if number.is_multiple_of(4) {
        (up_to(SHIPMENT_AHEAD_MS), Duration::ZERO)
    } else {
        (Duration::ZERO, up_to(CANCEL_AHEAD_MS))
    }
}

fn round<'e>(env: &'e Environment, sku: &str, number: usize) -> Outcome<(RaceResult, Order<'e>)> {
    let order = env.basket().with(sku, 1).unreported().place()?;
    order.pay(env)?;
    let fulfillment = order.fulfillment(env, BERLIN)?;
    fulfillment.progress("accepted")?.send(env)?;
    order.until_event("FulfillmentAccepted")?;
    let (cancel_delay, ship_delay) = delays(number);
    let start = Barrier::new(2);
    let (response, shipped) = thread::scope(|scope| {
        let warehouse = scope.spawn(|| {
            start.wait();
            thread::sleep(ship_delay);
            let cancel_requested = env.warehouse.has_cancel_request(&fulfillment.id());
            if cancel_requested {
                fulfillment.cancelled("1", 1)?.send(env)?
            } else {
                fulfillment.ship_all("BOX-1")?
            }
            Ok::<bool, StoryError>(!cancel_requested)
        });
        start.wait();
        thread::sleep(cancel_delay);
        let response = order.cancel(&[]);
        (
            response,
            warehouse.join().unwrap_or_else(|_| Err(panicked())),
        )
    });
    let result = check(env, &order, &fulfillment, response?.status, shipped?)?;
    Ok((result, order))
}

fn check(
    env: &Environment,
    order: &Order<'_>,
    fulfillment: &Fulfillment<'_>,
    status: u16,
    shipped: bool,
) -> Outcome<RaceResult> {
    let last = wait::until("the race being decided", wait::SHORT, || {
        let view = order.read()?;
        let done = matches!(view.status.as_str(), "fulfilled" | "cancelled");
        Ok(if done {
            Poll::Ready(view)
        } else {
            Poll::Pending(format!("{} {:?}", view.status, view.units()))
        })
    })?;
    let units = last.units();
    expect(
        "units cancelled and shipped together",
        units.cancelled.saturating_add(units.shipped),
        1,
    )?;
    expect(
        "shipped, as the location reported",
        units.shipped == 1,
        shipped,
    )?;
    expect("exceptions", last.exceptions.len(), 0)?;
    let result = match (status, shipped) {
        (409, true) => RaceResult::ShippedFirst,
        (200, true) => RaceResult::ShippedMeanwhile,
        (200, false) => RaceResult::Cancelled,
        _ => {
            return Err(StoryError::Failed(format!(
                "the cancel had status {status}, shipped: {shipped}"
            )));
        }
    };
    let (refused, owed) = (last.times("CancellationRefused"), last.money.refund_owed);
    match result {
        RaceResult::ShippedFirst => expect(
            "refusals recorded, and the refund owed",
            (refused, owed),
            (0, 0),
        )?,
        RaceResult::ShippedMeanwhile => {
            expect(
                "refusals recorded, and the refund owed",
                (refused, owed),
                (1, 0),
            )?;
            // The cancel request may still reach the location, which has nothing left to cancel.
            if env.warehouse.has_cancel_request(&fulfillment.id()) {
                fulfillment
                    .with_reason("cancel_refused", "already_shipped")?
                    .send(env)?;
            }
        }
        RaceResult::Cancelled => expect_that("the total is owed", owed == order.total, owed)?,
    }
    Ok(result)
}
