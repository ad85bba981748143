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
const ROUNDS: usize = 12;
/// Rounds under way at once.
const AT_ONCE: usize = 4;
/// The parcel leaves up to so long after the customer asks; around it lies the time that the question takes.
const HEAD_START_MS: u64 = 120;

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

/// Over and over; exactly one wins.
///
/// # Errors
/// When something is not so.
pub fn cancel_against_shipment(world: &World) -> Told {
    let tee = world.sku("TEE-RED-S");
    let rounds = u32::try_from(ROUNDS).unwrap_or(u32::MAX);
    world.stock(BERLIN, &tee, rounds)?;
    let mut ended = Vec::new();
    for batch in 0..ROUNDS.div_ceil(AT_ONCE) {
        let numbers = (0..AT_ONCE).map(|n| batch.saturating_mul(AT_ONCE).saturating_add(n));
        let batch: Vec<Told<Won>> = thread::scope(|scope| {
            let running: Vec<_> = numbers
                .map(|n| (n, &tee))
                .map(|(n, tee)| scope.spawn(move || round(world, tee, n)))
                .collect();
            running.into_iter().map(|round| round.join().unwrap_or_else(|_| Err(panicked()))).collect()
        });
        for won in batch {
            ended.push(won?);
        }
    }
    let count = |won| ended.iter().filter(|w| **w == won).count();
    let (first, after_all, cancels) =
        (count(Won::ParcelFirst), count(Won::ParcelAfterAll), count(Won::Cancel));
    let left = i64::from(rounds).saturating_sub(i64::try_from(first.saturating_add(after_all)).unwrap_or(0));
    expect("on hand and reserved in Berlin", world.shelf(&tee, BERLIN)?, (left, 0))?;
    let narrator = world.narrator();
    narrator.note(&format!(
        "{cancels} x the warehouse was asked in time: cancelled, refund owed, nothing shipped"
    ));
    narrator.note(&format!(
        "{after_all} x asked, but the parcel left first: the cancellation lost, on record with the reason"
    ));
    narrator.note(&format!("{first} x the parcel had left already: 409, with who and when"));
    narrator.so(&format!("{ROUNDS} rounds, each with exactly one winner, and the stock adds up."));
    Ok(())
}

fn panicked() -> Trouble {
    Trouble::Broken("a round ended in a panic".to_owned())
}

fn round(world: &World, sku: &str, number: usize) -> Told<Won> {
    let order = world.basket().with(sku, 1).place()?;
    order.pay(world)?;
    let job = order.job(world, BERLIN)?;
    job.progress("accepted")?.send(world)?;
    order.until("the location having accepted", |o| o.times("FulfillmentAccepted") > 0)?;
    let mut state = u64::try_from(number).unwrap_or(0);
    let leaves_after = Duration::from_millis(random(&mut state).checked_rem(HEAD_START_MS).unwrap_or(0));
    let start = Barrier::new(2);
    let (answer, shipped) = thread::scope(|scope| {
        let warehouse = scope.spawn(|| {
            start.wait();
            // The time at which the parcel leaves is the warehouse's own affair.
            thread::sleep(leaves_after);
            let asked = world.warehouse.has_cancel(&job.id());
            if asked {
                job.cancelled("1", 1)?.send(world)?
            } else {
                job.ship_all("BOX-1")?
            }
            Ok::<bool, Trouble>(!asked)
        });
        start.wait();
        let answer = cancel(world, &order, &[]);
        (answer, warehouse.join().unwrap_or_else(|_| Err(panicked())))
    });
    settle(world, &order, &job, answer?.status, shipped?)
}

fn settle(world: &World, order: &Order<'_>, job: &Job<'_>, status: u16, shipped: bool) -> Told<Won> {
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
    expect("units cancelled and shipped together", units.cancelled.saturating_add(units.shipped), 1)?;
    expect("shipped, as the warehouse said", units.shipped == 1, shipped)?;
    expect("exceptions", last.exceptions.len(), 0)?;
    let won = match (status, shipped) {
        (409, true) => Won::ParcelFirst,
        (200, true) => Won::ParcelAfterAll,
        (200, false) => Won::Cancel,
        _ => {
            return Err(Trouble::Broken(format!("cancelling was answered with {status}, shipped: {shipped}")));
        }
    };
    let (refused, owed) = (last.times("CancellationRefused"), last.money.refund_owed);
    match won {
        Won::ParcelFirst => expect("refusals on record, and what is owed", (refused, owed), (0, 0))?,
        Won::ParcelAfterAll => {
            expect("refusals on record, and what is owed", (refused, owed), (1, 0))?;
            // The question still reaches the warehouse, which has nothing left to cancel.
            if world.warehouse.has_cancel(&job.id()) {
                job.declined("cancel_refused", "already_shipped")?.send(world)?;
            }
        }
        Won::Cancel => expect_that("all of it is owed back", owed == order.total, owed)?,
    }
    Ok(won)
}
