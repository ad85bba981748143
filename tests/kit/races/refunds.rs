//! People give money back and cancel units at the same time, while functions command the gateway.

use std::{collections::BTreeSet, sync::Arc};

use app::{
    ports::Store,
    usecases::{cancel::CancelRequest, refund::AskedRefund},
};
use domain::order::{CancelLine, CancelReason, Order, RefundRequest, RefundUnits};

use super::{
    paid_order::{PaidOrder, amount, asked},
    task::run_together,
};
use crate::{gateway::GatewayDouble, world::Draft};

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
        let paid = PaidOrder::new(store, "refund", run, number).await;
        let tasks = (0..tasks).map(|task| match task % 4 {
            0 => paid.refunds(task, amount(paid.total / 5)),
            1 => paid.cancels(task, one_unit()),
            2 => paid.refunds(task, unit()),
            _ => paid.performs(),
        });
        run_together(tasks.collect()).await;
        check(number, &paid.ends().await, &paid.gateway);
        paid.round.rules_hold().await;
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
        let paid = PaidOrder::drafted(store, "taxed", run, number, Draft::taxed).await;
        let tasks = (0..tasks).map(|task| match task % 4 {
            0 => paid.refunds(task, unit()),
            1 => paid.cancels(task, one_unit()),
            // Few of them find money that no unit has taken.
            2 => paid.refunds(task, amount(paid.total / 50)),
            _ => paid.performs(),
        });
        run_together(tasks.collect()).await;
        let after = paid.ends().await;
        check(number, &after, &paid.gateway);
        let reversals = paid.gateway.tax.reversals();
        each_once(number, reversals.iter().map(|made| made.effect.1));
        let reversed = paid.gateway.tax.reversed();
        assert!(reversed.amount > 0, "round {number}");
        assert_eq!(reversed.amount, after.credited_value(), "round {number}");
        paid.round.rules_hold().await;
    }
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
    assert!(payment.refunded() <= payment.captured(), "round {number}");
    assert_eq!(after.still_owed(), 0, "round {number}");
    each_once(number, gateway.refunds().iter().map(|made| made.effect.1));
}

/// No effect was performed twice.
fn each_once(number: u64, effects: impl Iterator<Item = u32>) {
    let effects: Vec<u32> = effects.collect();
    let once: BTreeSet<u32> = effects.iter().copied().collect();
    assert_eq!(once.len(), effects.len(), "round {number}: {effects:?}");
}
