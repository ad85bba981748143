//! A bank takes money back, or a refund comes back, while people refund the same payment and functions command the gateway.

use std::sync::Arc;

use app::{ports::Store, usecases::refund::AskedRefund};
use domain::{
    ids::OrderId,
    inbound::{Fact, Inbound, OrderReference, PaymentFact},
    order::{
        DisputeFunds, DisputeStatus, Effect, ExceptionKind, Order, PaymentCommands, RefundRequest,
        RefundStatus,
    },
};

use super::{
    round::Round,
    task::{Task, key, perform, run_together},
};
use crate::{
    gateway::{GatewayDouble, MadeRefund},
    world::Draft,
};

const UNITS: u32 = 5;

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
        let race = Race::begins(store, "dispute", run, number).await;
        let opened = race.tells(PaymentFact::Dispute {
            id: format!("dp_{}", race.round.name),
            status: DisputeStatus::NeedsResponse,
            amount: race.total,
            currency: "EUR".parse().expect("a currency"),
            reason: Some("fraudulent".to_owned()),
            evidence_due: None,
            funds: Some(DisputeFunds::Withdrawn),
        });
        let takes = race.total.saturating_sub(race.total / 5);
        let disputes = Task::Disputes(
            Arc::clone(store),
            Arc::clone(&race.round.clock),
            Arc::clone(&race.gateway),
            opened,
            race.intent.clone(),
            takes,
        );
        run_together(race.with_refunds(disputes, tasks)).await;
        let (after, lost) = (race.ends().await, race.gateway.intent(&race.intent).lost);
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
        race.round.rules_hold().await;
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
        let race = Race::begins(store, "failure", run, number).await;
        let failed = race.tells(PaymentFact::Linked);
        let fails = Task::FailsRefund(
            Arc::clone(store),
            Arc::clone(&race.round.clock),
            Arc::clone(&race.gateway),
            failed,
        );
        run_together(race.with_refunds(fails, tasks)).await;
        let after = race.ends().await;
        let payment = &after.state.payment;
        assert_eq!(after.state.effects, [], "round {number}");
        assert!(payment.refunded() <= payment.captured(), "round {number}");
        let is_failed = |status: RefundStatus| status == RefundStatus::Failed;
        let failed = payment
            .refunds
            .iter()
            .filter(|r| is_failed(r.status))
            .count();
        let made = race.gateway.refunds();
        let really = made.iter().filter(|made| is_failed(made.status)).count();
        assert_eq!(failed, really, "round {number}");
        let shown = after.state.exceptions.iter();
        let shown = shown.filter(|open| open.kind == ExceptionKind::RefundFailed);
        assert_eq!(shown.count(), failed, "round {number}");
        race.round.rules_hold().await;
    }
}

/// An order that is paid, and its gateway.
struct Race<S> {
    round: Round<S>,
    id: OrderId,
    intent: String,
    total: i64,
    gateway: Arc<GatewayDouble>,
}

impl<S: Store + Send + Sync + 'static> Race<S> {
    async fn begins(store: &Arc<S>, race: &str, run: u64, number: u64) -> Self {
        let mut round = Round::new(store, race, run, number).await;
        let draft = Draft::new(&round.name).line(&round.name, UNITS);
        let draft = draft.commanded(PaymentCommands::default());
        let order = round.places(draft).await;
        round.applies(&round.capture(&order)).await;
        let (id, total) = (order.placed.id, order.placed.total());
        let intent = round.order(id).await.state.payment.intents[0].id.clone();
        let gateway = Arc::new(GatewayDouble::default());
        gateway.has(&intent, total, total);
        Self {
            round,
            id,
            intent,
            total,
            gateway,
        }
    }

    fn tells(&self, fact: PaymentFact) -> Inbound {
        let order = OrderReference {
            order: Some(self.id.to_string()),
            intent: Some(self.intent.clone()),
        };
        self.round
            .webhook("tells", false, Fact::Payment { order, fact })
    }

    /// One task among others that give money back and command the gateway.
    fn with_refunds(&self, one: Task<S>, tasks: usize) -> Vec<Task<S>> {
        let mut all: Vec<Task<S>> = (1..tasks)
            .map(|task| {
                let store = Arc::clone(&self.round.store);
                let clock = Arc::clone(&self.round.clock);
                if task % 2 == 0 {
                    let key = key(&format!("{}-{task}", self.round.name));
                    Task::Refunds(store, clock, self.id, fifth(self.total), key)
                } else {
                    Task::Performs(store, clock, self.id, Arc::clone(&self.gateway))
                }
            })
            .collect();
        all.insert(all.len() / 2, one);
        all
    }

    /// What is still to be performed is performed. The books agree.
    async fn ends(&self) -> Order {
        let (store, clock) = (&*self.round.store, &*self.round.clock);
        perform(store, &self.gateway, clock, self.id)
            .await
            .expect("performed");
        let after = self.round.order(self.id).await;
        assert_eq!(after.state.payment.refunded(), self.gateway.refunded());
        after
    }
}

fn fifth(total: i64) -> AskedRefund {
    AskedRefund {
        refund: RefundRequest {
            amount: total / 5,
            ..RefundRequest::default()
        },
        credits_max: None,
        note: None,
    }
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
