//! People give money back and cancel units at the same time, while functions command the gateway.

use std::sync::Arc;

use app::{
    ports::Store,
    usecases::{cancel::CancelRequest, refund::AskedRefund},
};
use domain::order::{CancelLine, CancelReason, Order, PaymentCommands, RefundRequest, RefundUnits};

use super::{
    round::Round,
    task::{Task, key, perform, run_together},
};
use crate::{gateway::GatewayDouble, world::Draft};

/// Units of the order. None is in stock, so all can be cancelled.
const UNITS: u32 = 5;

/// So many tasks at once on one order that is paid: a quarter gives back a fifth of what was paid, a quarter refunds a
/// unit, a quarter cancels one, a quarter commands the gateway.
///
/// What was asked for is reserved with the order, so the gateway is never asked for more than it has taken, and in the end
/// our books say what its ledger says.
pub async fn refunds_of_one_payment<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    tasks: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "refund", run, number).await;
        let draft = Draft::new(&round.name).line(&round.name, UNITS);
        let draft = draft.commanded(PaymentCommands::default());
        let order = round.places(draft).await;
        round.applies(&round.capture(&order)).await;
        let (id, total) = (order.placed.id, order.placed.total());
        let intent = round.order(id).await.state.payment.intents[0].id.clone();
        let gateway = Arc::new(GatewayDouble::default());
        gateway.has(&intent, total, total);
        let tasks = (0..tasks).map(|task| {
            let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
            let key = key(&format!("{}-{task}", round.name));
            match task % 4 {
                0 => Task::Refunds(store, clock, id, amount(total / 5), key),
                2 => Task::Refunds(store, clock, id, unit(), key),
                1 => Task::Cancels(store, clock, id, one_unit(), key),
                _ => Task::Performs(store, clock, id, Arc::clone(&gateway)),
            }
        });
        run_together(tasks.collect()).await;
        perform(&**store, &gateway, &round.clock, id)
            .await
            .expect("performed");
        check(number, &round.order(id).await, &gateway);
        round.rules_hold().await;
    }
}

/// So many tasks at once on one order whose sale a tax service has recorded: a quarter refunds a unit, a quarter cancels one, a
/// quarter gives an amount back, a quarter commands the gateway and the tax service.
///
/// No unit's cells are reversed twice: in the end the service has reversed what the order says is credited, by no reversal
/// more than once, and never more of a line than it has recorded, which it refuses.
pub async fn credits_of_one_taxed_order<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    tasks: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "taxed", run, number).await;
        let draft = Draft::new(&round.name).line(&round.name, UNITS).taxed();
        let draft = draft.commanded(PaymentCommands::default());
        let order = round.places(draft).await;
        round.applies(&round.capture(&order)).await;
        let (id, total) = (order.placed.id, order.placed.total());
        let intent = round.order(id).await.state.payment.intents[0].id.clone();
        let gateway = Arc::new(GatewayDouble::default());
        gateway.has(&intent, total, total);
        let tasks = (0..tasks).map(|task| {
            let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
            let key = key(&format!("{}-{task}", round.name));
            match task % 4 {
                0 => Task::Refunds(store, clock, id, unit(), key),
                1 => Task::Cancels(store, clock, id, one_unit(), key),
                // Few of them find money that no unit has taken.
                2 => Task::Refunds(store, clock, id, amount(total / 50), key),
                _ => Task::Performs(store, clock, id, Arc::clone(&gateway)),
            }
        });
        run_together(tasks.collect()).await;
        perform(&**store, &gateway, &round.clock, id)
            .await
            .expect("performed");
        let after = round.order(id).await;
        check(number, &after, &gateway);
        let reversals = gateway.tax.reversals();
        let reversed = gateway.tax.reversed();
        let mut once: Vec<u32> = reversals.iter().map(|made| made.effect.1).collect();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), reversals.len(), "round {number}");
        assert!(reversed.amount > 0, "round {number}");
        assert_eq!(reversed.amount, after.credited_value(), "round {number}");
        round.rules_hold().await;
    }
}

fn amount(amount: i64) -> AskedRefund {
    asked(RefundRequest {
        amount,
        ..RefundRequest::default()
    })
}

fn unit() -> AskedRefund {
    asked(RefundRequest {
        lines: vec![RefundUnits {
            line: "1".parse().expect("a line"),
            units: 1,
        }],
        ..RefundRequest::default()
    })
}

fn asked(refund: RefundRequest) -> AskedRefund {
    AskedRefund {
        refund,
        credits_max: None,
        note: None,
    }
}

pub(super) fn one_unit() -> CancelRequest {
    let line = CancelLine {
        line: "1".parse().expect("a line"),
        units: Some(1),
    };
    CancelRequest {
        lines: vec![line],
        restocking_fee: 0,
        reason: CancelReason::CustomerRequested,
        note: None,
    }
}

fn check(number: u64, after: &Order, gateway: &GatewayDouble) {
    let payment = &after.state.payment;
    assert_eq!(after.state.effects, [], "round {number}");
    assert_eq!(payment.refunded(), gateway.refunded(), "round {number}");
    assert!(payment.refunded() <= payment.captured(), "round {number}");
    assert_eq!(after.still_owed(), 0, "round {number}");
    let effects: Vec<u32> = gateway.refunds().iter().map(|made| made.effect.1).collect();
    let mut once = effects.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), effects.len(), "round {number}: {effects:?}");
}
