//! Half of the tasks cancel units of an order, the others report that its shipment left.

use std::sync::Arc;

use app::{ports::Store, usecases::cancel::CancelRequest};
use domain::{
    ids::{FulfillmentOrderId, OrderId},
    inbound::{Fact, FactLine, FulfillmentFact},
    order::CancelLine,
    order::{CancelReason, Order},
};

use super::{
    round::Round,
    task::{Task, key, run_together},
};

/// Units of the order.
const UNITS: u32 = 4;

/// So many tasks at once: every second one cancels one unit, the others report the same shipment under two ids.
///
/// Each unit ends cancelled or shipped, never both, and a shipment that left with cancelled units has an exception.
pub async fn cancel_against_ship<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    tasks: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "ship", run, number).await;
        let receipt = round.receipt("stock", UNITS);
        round.applies(&receipt).await;
        let order = round.place(0, UNITS).await;
        round.applies(&round.capture(&order)).await;
        let id = order.placed.id;
        round.routes(id).await;
        let planned = round.order(id).await.state.fulfillment_orders[0].id;
        let shipped = all_shipped(id, planned);
        let tasks = (0..tasks).map(|task| match task % 4 {
            0 => reports(&round, "left", &shipped),
            2 => reports(&round, "gone", &shipped),
            _ => cancels_one_unit(&round, id, task),
        });
        run_together(tasks.collect()).await;
        check(number, &round.order(id).await);
        round.rules_hold().await;
    }
}

fn all_shipped(order: OrderId, fulfillment_order: FulfillmentOrderId) -> Fact {
    let lines = vec![FactLine {
        line: "1".parse().expect("a line"),
        quantity: UNITS,
    }];
    let fact = FulfillmentFact::Shipped {
        reference: "SHIPMENT-1".to_owned(),
        carrier: None,
        tracking: None,
        lines,
        last: true,
        totals: None,
    };
    Fact::Fulfillment {
        order,
        fulfillment_order,
        fact,
    }
}

fn reports<S: Store + Send + Sync + 'static>(
    round: &Round<S>,
    webhook: &str,
    fact: &Fact,
) -> Task<S> {
    let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
    Task::Applies(store, clock, round.webhook(webhook, true, fact.clone()))
}

fn cancels_one_unit<S: Store + Send + Sync + 'static>(
    round: &Round<S>,
    order: OrderId,
    task: usize,
) -> Task<S> {
    let line = CancelLine {
        line: "1".parse().expect("a line"),
        units: Some(1),
    };
    let request = CancelRequest {
        lines: vec![line],
        restocking_fee: 0,
        reason: CancelReason::CustomerRequested,
        note: None,
    };
    let key = key(&format!("{}-{task}", round.name));
    let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
    Task::Cancels(store, clock, order, request, key)
}

fn check(number: u64, after: &Order) {
    let line = &after.state.lines[0];
    assert_eq!(
        line.shipped + line.cancelled,
        UNITS,
        "round {number}: {line:?}"
    );
    assert_eq!(after.state.shipments.len(), 1, "one shipment left");
    assert_eq!(
        after.state.exceptions.is_empty(),
        line.cancelled == 0,
        "{:?}",
        after.state.exceptions
    );
}
