//! A bank takes money back, or a refund comes back, while people refund the same payment and functions command the gateway.

use std::sync::Arc;

use app::ports::Store;
use domain::{
    inbound::{Fact, Inbound, PaymentFact},
    order::{DisputeFunds, DisputeStatus, Effect, ExceptionKind, RefundStatus},
};

use super::{
    paid_order::{PaidOrder, amount},
    task::{Task, run_together},
};
use crate::gateway::MadeRefund;

/// One task disputes the payment, and the bank takes most of it; the others give back a fifth each, or command the gateway.
///
/// Whatever was made before the bank claimed the money, in the end no more went back by both than was captured, and our
/// books say what the gateway's ledger says.
pub async fn refunds_against_dispute<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    tasks: usize,
) {
    for number in 0..rounds {
        let paid = PaidOrder::new(store, "dispute", run, number).await;
        let opened = paid.tells(PaymentFact::Dispute {
            id: format!("dp_{}", paid.round.name),
            status: DisputeStatus::NeedsResponse,
            amount: paid.total,
            currency: "EUR".parse().expect("a currency"),
            reason: Some("fraudulent".to_owned()),
            evidence_due: None,
            funds: Some(DisputeFunds::Withdrawn),
            reinstated: None,
        });
        let takes = paid.total.saturating_sub(paid.total / 5);
        let disputes = Task::Disputes(
            Arc::clone(store),
            Arc::clone(&paid.round.clock),
            Arc::clone(&paid.gateway),
            opened,
            paid.intent.clone(),
            takes,
        );
        run_together(with_refunds(&paid, disputes, tasks)).await;
        let (after, lost) = (paid.ends().await, paid.gateway.intent(&paid.intent).lost);
        let payment = &after.state.payment;
        assert_eq!(payment.disputes, [""; 0], "round {number}");
        assert_eq!(payment.lost(), lost, "round {number}");
        assert!(
            payment.given_back() <= payment.captured(),
            "round {number}: {} of {}",
            payment.given_back(),
            payment.captured()
        );
        let asked = after.refunds_asked_for();
        let left = payment.captured().saturating_sub(payment.given_back());
        assert!(
            asked <= left,
            "round {number}: {asked} is asked for, {left} is left"
        );
        let is_open = |effect: &&Effect| effect.is_open();
        let open = after.state.effects.iter().find(is_open);
        assert_eq!(open, None, "round {number}");
        paid.round.rules_hold().await;
    }
}

/// One task hears that a refund which was made has failed; the others give back a fifth each, or command the gateway.
///
/// The money that came back can be given back again, each part once, and the failure is never overwritten by the answer to
/// the command that made the refund.
pub async fn refunds_against_late_failure<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    tasks: usize,
) {
    for number in 0..rounds {
        let paid = PaidOrder::new(store, "failure", run, number).await;
        let failed = paid.tells(PaymentFact::Linked);
        let fails = Task::FailsRefund(
            Arc::clone(store),
            Arc::clone(&paid.round.clock),
            Arc::clone(&paid.gateway),
            failed,
        );
        run_together(with_refunds(&paid, fails, tasks)).await;
        let after = paid.ends().await;
        let payment = &after.state.payment;
        assert_eq!(after.state.effects, [], "round {number}");
        assert!(payment.refunded() <= payment.captured(), "round {number}");
        let is_failed = |status: RefundStatus| status == RefundStatus::Failed;
        let failed = payment
            .refunds
            .iter()
            .filter(|r| is_failed(r.status))
            .count();
        let made = paid.gateway.refunds();
        let really = made.iter().filter(|made| is_failed(made.status)).count();
        assert_eq!(failed, really, "round {number}");
        let shown = after.state.exceptions.iter();
        let shown = shown.filter(|open| open.kind == ExceptionKind::RefundFailed);
        assert_eq!(shown.count(), failed, "round {number}");
        paid.round.rules_hold().await;
    }
}

/// One task among others that give a fifth back and command the gateway.
fn with_refunds<S: Store + Send + Sync + 'static>(
    paid: &PaidOrder<S>,
    one: Task<S>,
    tasks: usize,
) -> Vec<Task<S>> {
    let others = (1..tasks).map(|task| match task % 2 {
        0 => paid.refunds(task, amount(paid.total / 5)),
        _ => paid.performs(),
    });
    let mut all: Vec<Task<S>> = others.collect();
    all.insert(all.len() / 2, one);
    all
}

/// The webhook of the end of a dispute that `opened` has told of: so much was taken.
pub(super) fn ended(opened: &Inbound, lost: i64) -> Inbound {
    let mut ended = opened.clone();
    ended.id.push_str("-ended");
    if let Fact::Payment {
        fact: PaymentFact::Dispute { status, amount, .. },
        ..
    } = &mut ended.fact
    {
        (*status, *amount) = (DisputeStatus::Lost, lost);
    }
    ended.occurred_at = ended.occurred_at.max(later(opened));
    ended
}

fn later(opened: &Inbound) -> jiff::Timestamp {
    let second = jiff::SignedDuration::from_secs(1);
    opened.occurred_at.checked_add(second).expect("a time")
}

/// The webhook of a refund that has failed.
pub(super) fn failed(about: &Inbound, made: &MadeRefund) -> Inbound {
    let mut failed = about.clone();
    if let Fact::Payment { fact, .. } = &mut failed.fact {
        *fact = PaymentFact::Refund {
            id: made.id.clone(),
            amount: made.amount,
            currency: "EUR".parse().expect("a currency"),
            status: RefundStatus::Failed,
            effect: Some(made.effect.1),
        };
    }
    failed
}
