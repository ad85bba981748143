//! Customer and warehouse at the same moment.

use std::{sync::Barrier, thread, time::Duration};

use super::{cancelling::cancel, unkind::random};
use crate::{
    job::Job,
    locations::BERLIN,
    order::Order,
    outcome::{Told, Trouble, expect, expect_that},
    watch::{self, Look},
    world::World,
};

/// Rounds of the race.
const ROUNDS: usize = 16;
/// Rounds under way at once.
const AT_ONCE: usize = 4;
/// By how much one of them may be ahead: the customer needs a round trip to be first at all, and the question
/// another way through the system to reach the warehouse.
const CUSTOMER_AHEAD_MS: u64 = 350;
const PARCEL_AHEAD_MS: u64 = 120;

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Won {
    /// The parcel had left before the customer asked.
    ParcelFirst,
    /// The customer asked first, and the parcel left before the warehouse was asked.
    ParcelAfterAll,
    /// The warehouse was asked in time.
    Cancel,
}

impl Won {
    fn in_words(self) -> &'static str {
        match self {
            Self::ParcelFirst => {
                "the parcel had left already: 409, with who and when. One of them:"
            }
            Self::ParcelAfterAll => {
                "asked, and the parcel left first: the cancellation lost, on record. One of them:"
            }
            Self::Cancel => {
                "the warehouse was asked in time: cancelled, nothing shipped. One of them:"
            }
        }
    }
}

/// Over and over; exactly one wins.
///
/// # Errors
/// When something is not so.
pub fn cancel_against_shipment(world: &World) -> Told {
    let tee = &world.sku("TEE-RED-S");
    let rounds = u32::try_from(ROUNDS).unwrap_or(u32::MAX);
    world.stock(BERLIN, tee, rounds)?;
    let mut ended: Vec<(Won, Order<'_>)> = Vec::new();
    let numbers: Vec<usize> = (0..ROUNDS).collect();
    for batch in numbers.chunks(AT_ONCE) {
        let results: Vec<Told<(Won, Order<'_>)>> = thread::scope(|scope| {
            let running: Vec<_> = batch
                .iter()
                .map(|n| scope.spawn(move || round(world, tee, *n)))
                .collect();
            running
                .into_iter()
                .map(|round| round.join().unwrap_or_else(|_| Err(panicked())))
                .collect()
        });
        ended.extend(results.into_iter().collect::<Told<Vec<_>>>()?);
    }
    for won in [Won::ParcelFirst, Won::ParcelAfterAll, Won::Cancel] {
        let mut these = ended.iter().filter(|(how, _)| *how == won);
        let Some((_, example)) = these.next() else {
            continue;
        };
        let count = these.count().saturating_add(1);
        world
            .narrator()
            .note(&format!("{count} x {}", won.in_words()));
        example.mute(false);
        example.look()?;
    }
    let cancelled = ended.iter().filter(|(won, _)| *won == Won::Cancel).count();
    let left = i64::try_from(cancelled).unwrap_or(0);
    expect(
        "on hand and reserved in Berlin",
        world.shelf(tee, BERLIN)?,
        (left, 0),
    )?;
    world.narrator().so(&format!(
        "{ROUNDS} rounds, each with exactly one winner, and the stock adds up."
    ));
    Ok(())
}

fn panicked() -> Trouble {
    Trouble::Broken("a round ended in a panic".to_owned())
}

/// When the customer asks and when the parcel leaves, from the start of the round: their own affair, so a number
/// decides it, the same one each time.
fn moments(number: usize) -> (Duration, Duration) {
    let mut state = u64::try_from(number).unwrap_or(0);
    let mut up_to =
        |most: u64| Duration::from_millis(random(&mut state).checked_rem(most).unwrap_or(0));
    if number.is_multiple_of(4) {
        (up_to(PARCEL_AHEAD_MS), Duration::ZERO)
    } else {
        (Duration::ZERO, up_to(CUSTOMER_AHEAD_MS))
    }
}

fn round<'w>(world: &'w World, sku: &str, number: usize) -> Told<(Won, Order<'w>)> {
    let order = world.basket().with(sku, 1).quietly().place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    job.progress("accepted")?.send(world)?;
    order.until_event("FulfillmentAccepted")?;
    let (asks_at, leaves_at) = moments(number);
    let start = Barrier::new(2);
    let (answer, shipped) = thread::scope(|scope| {
        let warehouse = scope.spawn(|| {
            start.wait();
            thread::sleep(leaves_at);
            let asked = world.warehouse.has_cancel(&job.id());
            if asked {
                job.cancelled("1", 1)?.send(world)?
            } else {
                job.ship_all("BOX-1")?
            }
            Ok::<bool, Trouble>(!asked)
        });
        start.wait();
        thread::sleep(asks_at);
        let answer = cancel(world, &order, &[]);
        (answer, warehouse.join().unwrap_or_else(|_| Err(panicked())))
    });
    let won = settle(world, &order, &job, answer?.status, shipped?)?;
    Ok((won, order))
}

fn settle(
    world: &World,
    order: &Order<'_>,
    job: &Job<'_>,
    status: u16,
    shipped: bool,
) -> Told<Won> {
    let last = watch::until("the race being decided", watch::SOON, || {
        let shown = order.look()?;
        let done = matches!(shown.status.as_str(), "fulfilled" | "cancelled");
        Ok(if done {
            Look::There(shown)
        } else {
            Look::NotYet(format!("{} {:?}", shown.status, shown.units()))
        })
    })?;
    let units = last.units();
    expect(
        "units cancelled and shipped together",
        units.cancelled.saturating_add(units.shipped),
        1,
    )?;
    expect(
        "shipped, as the warehouse said",
        units.shipped == 1,
        shipped,
    )?;
    expect("exceptions", last.exceptions.len(), 0)?;
    let won = match (status, shipped) {
        (409, true) => Won::ParcelFirst,
        (200, true) => Won::ParcelAfterAll,
        (200, false) => Won::Cancel,
        _ => {
            return Err(Trouble::Broken(format!(
                "cancelling was answered with {status}, shipped: {shipped}"
            )));
        }
    };
    let (refused, owed) = (last.times("CancellationRefused"), last.money.refund_owed);
    match won {
        Won::ParcelFirst => expect(
            "refusals on record, and what is owed",
            (refused, owed),
            (0, 0),
        )?,
        Won::ParcelAfterAll => {
            expect(
                "refusals on record, and what is owed",
                (refused, owed),
                (1, 0),
            )?;
            // The question still reaches the warehouse, which has nothing left to cancel.
            if world.warehouse.has_cancel(&job.id()) {
                job.declined("cancel_refused", "already_shipped")?
                    .send(world)?;
            }
        }
        Won::Cancel => expect_that("all of it is owed back", owed == order.total, owed)?,
    }
    Ok(won)
}
