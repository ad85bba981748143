//! More orders than units, at the same time: each webhook is delivered three times, and some orders are cancelled.

use std::thread;

use live::{
    environment::Environment,
    locations::BERLIN,
    order::Order,
    order_view::OrderView,
    outcome::{Outcome, StoryError, expect, expect_that},
    wait::{self, Poll},
};

/// Of one unit each.
const ORDERS: usize = 24;
/// Units in stock at first, and units received later.
const UNITS: u32 = 8;
const UNITS_LATER: u32 = 6;
/// Every third order is cancelled.
const CANCELLED_EVERY: usize = 3;
/// Orders worked on at the same time.
const THREADS: usize = 8;
/// Deliveries of each webhook.
const TIMES: usize = 3;

/// No unit is assigned twice, and received units go to backorders that were not cancelled.
pub(crate) fn more_orders_than_units(env: &Environment) -> Outcome {
    let chair = env.sku("CHAIR");
    env.add_stock(BERLIN, &chair, UNITS)?;
    let orders = (0..ORDERS)
        .map(|_| env.basket().with(&chair, 1).place())
        .collect::<Outcome<Vec<_>>>()?;
    at_once(&orders, |_, order| {
        let captured = order.captured(env)?;
        (0..TIMES).try_for_each(|_| captured.send(env))
    })?;
    at_once(&orders, |_, order| {
        order.until_status("awaiting_fulfillment").map(drop)
    })?;
    let assigned = count(&orders, |view| view.units().assigned)?;
    expect("units assigned to the first orders", assigned, UNITS)?;
    at_once(&orders, |number, order| {
        if number.is_multiple_of(CANCELLED_EVERY) {
            cancel_order(env, order)
        } else {
            Ok(())
        }
    })?;
    env.receive_stock(BERLIN, &chair, UNITS_LATER)?;
    wait::until(
        "the received units being assigned, or no backorder being left",
        wait::SHORT,
        || {
            let stock = env.stock_of_sku(&chair)?;
            let done = stock["available"] == 0 || stock["backordered_units"] == 0;
            Ok(if done {
                Poll::Ready(())
            } else {
                Poll::Pending(stock.to_string())
            })
        },
    )?;
    at_once(&orders, |_, order| ship(env, order))?;
    let (shipped, cancelled) = (
        count(&orders, |s| s.units().shipped)?,
        count(&orders, |s| s.units().cancelled)?,
    );
    let backordered = count(&orders, |s| s.units().backordered)?;
    let all = u32::try_from(ORDERS).unwrap_or(u32::MAX);
    expect(
        "units shipped, cancelled and backordered",
        shipped
            .saturating_add(cancelled)
            .saturating_add(backordered),
        all,
    )?;
    expect(
        "units cancelled",
        cancelled,
        u32::try_from(ORDERS.div_ceil(CANCELLED_EVERY)).unwrap_or(0),
    )?;
    let left = i64::from(UNITS.saturating_add(UNITS_LATER).saturating_sub(shipped));
    expect(
        "on hand and reserved in Berlin",
        env.stock_level(&chair, BERLIN)?,
        (left, 0),
    )?;
    expect_that(
        "no backorder while units are available",
        backordered == 0 || left == 0,
        (backordered, left),
    )
}

/// Cancels; the location confirms if it is requested.
fn cancel_order(env: &Environment, order: &Order<'_>) -> Outcome {
    let response = order
        .cancel(&[])?
        .success::<serde_json::Value>("cancelling")?;
    if response["lines"][0]["requested"][0]["units"].as_u64() == Some(1) {
        let fulfillment = order.fulfillment(env, BERLIN)?;
        env.warehouse.wait_for_cancel_request(&fulfillment.id())?;
        let confirmed = fulfillment.cancelled("1", 1)?;
        (0..TIMES).try_for_each(|_| confirmed.send(env))?;
    }
    order.until_status("cancelled").map(drop)
}

/// Ships the order if it has an assigned unit.
fn ship(env: &Environment, order: &Order<'_>) -> Outcome {
    if order.read()?.units().assigned == 0 {
        return Ok(());
    }
    let fulfillment = order.fulfillment(env, BERLIN)?;
    let shipped = fulfillment.shipped("BOX-1", &[("1", 1)], true)?;
    (0..TIMES).try_for_each(|_| shipped.send(env))?;
    wait::until("the shipment being recorded", wait::SHORT, || {
        let view = order.read()?;
        Ok(if view.units().shipped == 1 {
            Poll::Ready(())
        } else {
            Poll::Pending(view.status)
        })
    })
}

fn count(orders: &[Order<'_>], units: impl Fn(&OrderView) -> u32) -> Outcome<u32> {
    orders
        .iter()
        .map(|order| Ok(units(&order.read()?)))
        .try_fold(0_u32, |sum, one: Outcome<u32>| Ok(sum.saturating_add(one?)))
}

/// Calls `act` for each order, [`THREADS`] at the same time.
fn at_once<'e>(orders: &[Order<'e>], act: impl Fn(usize, &Order<'e>) -> Outcome + Sync) -> Outcome {
    let numbered: Vec<(usize, &Order<'e>)> = orders.iter().enumerate().collect();
    let act = &act;
    thread::scope(|scope| {
        let run = |part: &[(usize, &Order<'e>)]| {
            part.iter()
                .try_for_each(|(number, order)| act(*number, order))
        };
        let share = numbered.len().div_ceil(THREADS);
        let threads: Vec<_> = numbered
            .chunks(share)
            .map(|part| scope.spawn(move || run(part)))
            .collect();
        let ended = threads.into_iter().map(|one| {
            one.join()
                .unwrap_or_else(|_| Err(StoryError::Failed("a thread panicked".to_owned())))
        });
        ended.collect::<Vec<Outcome>>().into_iter().collect()
    })
}
