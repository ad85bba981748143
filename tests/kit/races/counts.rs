//! Counts are taken while parcels leave and units come in, and all of it is told of at once.

use std::sync::Arc;

use app::ports::{Clock, Store};
use domain::{
    ids::OrderId,
    inbound::{Fact, FactLine, FulfillmentFact, StockFact},
    stock::StockMovement,
};
use jiff::SignedDuration;

use super::{
    round::Round,
    task::{Task, run_together},
};

/// Units at first.
const UNITS: u32 = 20;

/// So many parcels of one unit, and for every second one a receipt and a count, each a minute after the other; every
/// webhook is delivered twice, and all of them at once.
///
/// In the end on hand is what is on the shelf, and nothing is reserved.
pub async fn counts_against_parcels<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    parcels: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "count", run, number).await;
        let receipt = round.receipt("stock", UNITS);
        round.applies(&receipt).await;
        for parcel in 0..parcels {
            let order = round.place(parcel, 1).await;
            round.applies(&round.capture(&order)).await;
            round.routes(order.placed.id).await;
        }
        let start = round.clock.now();
        round.clock.advance(SignedDuration::from_hours(4));
        let (mut shelf, mut told) = (UNITS, Vec::new());
        for (parcel, id) in round.orders.clone().into_iter().enumerate() {
            shelf -= 1;
            let left = one_unit_left(id, planned(&round, id).await);
            told.push((format!("left-{parcel}"), left));
            if parcel % 2 == 0 {
                shelf += 2;
                let received = StockMovement::Received { quantity: 2 };
                told.push((format!("received-{parcel}"), stock(&round, received)));
                let counted = StockMovement::counted(shelf);
                told.push((format!("counted-{parcel}"), stock(&round, counted)));
            }
        }
        let mut tasks = Vec::new();
        for (minute, (id, fact)) in (1..).zip(told) {
            let mut webhook = round.webhook(&id, true, fact);
            webhook.occurred_at = start + SignedDuration::from_mins(minute);
            round.notes_movement(&webhook);
            for _ in 0..2 {
                let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
                tasks.push(Task::Applies(store, clock, webhook.clone()));
            }
        }
        // From both ends, so that neither the order of the day nor its reverse is the rule.
        let half = tasks.len() / 2;
        tasks.rotate_left(half);
        run_together(tasks).await;
        let view = round.store.sku(&round.sku()).await.expect("a view");
        let level = &view.levels[0];
        let expected = (i64::from(shelf), 0);
        assert_eq!(
            (level.on_hand, level.reserved),
            expected,
            "round {number}: {level:?}"
        );
        round.rules_hold().await;
    }
}

async fn planned<S: Store + Send + Sync + 'static>(
    round: &Round<S>,
    id: OrderId,
) -> domain::ids::FulfillmentOrderId {
    round.order(id).await.state.fulfillment_orders[0].id
}

fn stock<S: Store + Send + Sync + 'static>(round: &Round<S>, movement: StockMovement) -> Fact {
    Fact::Stock(vec![StockFact {
        sku: round.sku(),
        movement,
    }])
}

fn one_unit_left(order: OrderId, fulfillment_order: domain::ids::FulfillmentOrderId) -> Fact {
    let fact = FulfillmentFact::Shipped {
        reference: "SHIPMENT-1".to_owned(),
        carrier: None,
        tracking: None,
        lines: vec![FactLine {
            line: "1".parse().expect("a line"),
            quantity: 1,
        }],
        last: true,
        totals: None,
    };
    Fact::Fulfillment {
        order,
        fulfillment_order,
        fact,
    }
}
