//! Many at once: more customers than units, each webhook delivered three times, some change their minds.

use std::thread;

use live::{
    locations::BERLIN,
    order::{Order, Shown},
    outcome::{Told, Trouble, expect, expect_that},
    stories::cancelling::cancel,
    watch::{self, Look},
    world::World,
};

/// Orders of one unit each.
const CUSTOMERS: usize = 24;
/// Units at first, and units that come in later.
const UNITS: u32 = 8;
const MORE: u32 = 6;
/// Every so many customers, one cancels.
const CANCELS: usize = 3;
/// Orders that something happens to at the same time.
const LINES: usize = 8;
/// Deliveries of each webhook.
const TIMES: usize = 3;

/// Nobody is sold what is not there, nobody is served twice, and whoever did not cancel is next in line.
pub(crate) fn more_customers_than_units(world: &World) -> Told {
    let chair = world.sku("CHAIR");
    world.stock(BERLIN, &chair, UNITS)?;
    let orders = (0..CUSTOMERS)
        .map(|_| world.basket().with(&chair, 1).place())
        .collect::<Told<Vec<_>>>()?;
    at_once(&orders, |_, order| {
        let captured = order.captured(world)?;
        (0..TIMES).try_for_each(|_| captured.send(world))
    })?;
    at_once(&orders, |_, order| {
        order.until_status("awaiting_fulfillment").map(drop)
    })?;
    let given = count(&orders, |shown| shown.units().assigned)?;
    expect("units given to the first", given, UNITS)?;
    at_once(&orders, |number, order| {
        if number.is_multiple_of(CANCELS) {
            give_up(world, order)
        } else {
            Ok(())
        }
    })?;
    world.receive(BERLIN, &chair, MORE)?;
    watch::until("what came in being given away", watch::SOON, || {
        let levels = world.levels(&chair)?;
        let over = levels["available"] == 0 || levels["waiting_units"] == 0;
        Ok(if over {
            Look::There(())
        } else {
            Look::NotYet(levels.to_string())
        })
    })?;
    at_once(&orders, |_, order| ship(world, order))?;
    let (shipped, cancelled) = (
        count(&orders, |s| s.units().shipped)?,
        count(&orders, |s| s.units().cancelled)?,
    );
    let waiting = count(&orders, |s| s.units().backordered)?;
    let all = u32::try_from(CUSTOMERS).unwrap_or(u32::MAX);
    expect(
        "units shipped, cancelled and waiting",
        shipped.saturating_add(cancelled).saturating_add(waiting),
        all,
    )?;
    expect(
        "customers who cancelled",
        cancelled,
        u32::try_from(CUSTOMERS.div_ceil(CANCELS)).unwrap_or(0),
    )?;
    let left = i64::from(UNITS.saturating_add(MORE).saturating_sub(shipped));
    expect(
        "on hand and reserved in Berlin",
        world.shelf(&chair, BERLIN)?,
        (left, 0),
    )?;
    expect_that(
        "nobody waits while there is something to have",
        waiting == 0 || left == 0,
        (waiting, left),
    )
}

/// Cancels, and the warehouse agrees if it is asked.
fn give_up(world: &World, order: &Order<'_>) -> Told {
    let answer = cancel(world, order, &[])?.success::<serde_json::Value>("cancelling")?;
    if answer["lines"][0]["asked"].as_u64() == Some(1) {
        let job = order.job(world, BERLIN)?;
        world.warehouse.asked_to_cancel(&job.id())?;
        let agreed = job.cancelled("1", 1)?;
        (0..TIMES).try_for_each(|_| agreed.send(world))?;
    }
    order.until_status("cancelled").map(drop)
}

/// Whoever has units gets a parcel, which is told three times.
fn ship(world: &World, order: &Order<'_>) -> Told {
    if order.look()?.units().assigned == 0 {
        return Ok(());
    }
    let job = order.job(world, BERLIN)?;
    let shipped = job.shipped("BOX-1", &[("1", 1)], true)?;
    (0..TIMES).try_for_each(|_| shipped.send(world))?;
    watch::until("the parcel being known", watch::SOON, || {
        let shown = order.look()?;
        Ok(if shown.units().shipped == 1 {
            Look::There(())
        } else {
            Look::NotYet(shown.status)
        })
    })
}

fn count(orders: &[Order<'_>], units: impl Fn(&Shown) -> u32) -> Told<u32> {
    orders
        .iter()
        .map(|order| Ok(units(&order.look()?)))
        .try_fold(0_u32, |sum, one: Told<u32>| Ok(sum.saturating_add(one?)))
}

/// Does something with each order, several at the same time.
fn at_once<'w>(orders: &[Order<'w>], act: impl Fn(usize, &Order<'w>) -> Told + Sync) -> Told {
    let numbered: Vec<(usize, &Order<'w>)> = orders.iter().enumerate().collect();
    let act = &act;
    thread::scope(|scope| {
        let line = |line: &[(usize, &Order<'w>)]| {
            line.iter()
                .try_for_each(|(number, order)| act(*number, order))
        };
        let share = numbered.len().div_ceil(LINES);
        let lines: Vec<_> = numbered
            .chunks(share)
            .map(|part| scope.spawn(move || line(part)))
            .collect();
        let ended = lines.into_iter().map(|one| {
            one.join()
                .unwrap_or_else(|_| Err(Trouble::Broken("a panic".to_owned())))
        });
        ended.collect::<Vec<Told>>().into_iter().collect()
    })
}
