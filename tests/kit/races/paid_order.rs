//! An order that is paid, and its gateway: where races about its money begin.

use std::sync::Arc;

use app::{
    ports::Store,
    usecases::{cancel::CancelRequest, idempotency::IdempotencyKey, refund::AskedRefund},
};
use domain::{
    ids::OrderId,
    inbound::{Fact, Inbound, OrderReference, PaymentFact},
    order::{Order, PaymentCommands, RefundRequest},
};

use super::{
    round::Round,
    task::{Task, key, perform},
};
use crate::{gateway::GatewayDouble, world::Draft};

/// Units of the order. None is in stock, so all can be cancelled.
const UNITS: u32 = 5;

pub(super) struct PaidOrder<S> {
    pub(super) round: Round<S>,
    pub(super) id: OrderId,
    pub(super) intent: String,
    /// Minor units.
    pub(super) total: i64,
    pub(super) gateway: Arc<GatewayDouble>,
}

impl<S: Store + Send + Sync + 'static> PaidOrder<S> {
    pub(super) async fn new(store: &Arc<S>, race: &str, run: u64, number: u64) -> Self {
        Self::drafted(store, race, run, number, |draft| draft).await
    }

    /// With more that the shop says of the order.
    pub(super) async fn drafted(
        store: &Arc<S>,
        race: &str,
        run: u64,
        number: u64,
        more: impl FnOnce(Draft) -> Draft,
    ) -> Self {
        let mut round = Round::new(store, race, run, number).await;
        let draft = more(Draft::new(&round.name).line(&round.name, UNITS));
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

    pub(super) fn tells(&self, fact: PaymentFact) -> Inbound {
        let order = OrderReference {
            order: Some(self.id.to_string()),
            intent: Some(self.intent.clone()),
        };
        self.round
            .webhook("tells", false, Fact::Payment { order, fact })
    }

    /// The task of this number refunds.
    pub(super) fn refunds(&self, task: usize, asked: AskedRefund) -> Task<S> {
        let (store, clock) = (Arc::clone(&self.round.store), Arc::clone(&self.round.clock));
        Task::Refunds(store, clock, self.id, asked, self.key(task))
    }

    /// The task of this number cancels.
    pub(super) fn cancels(&self, task: usize, request: CancelRequest) -> Task<S> {
        let (store, clock) = (Arc::clone(&self.round.store), Arc::clone(&self.round.clock));
        Task::Cancels(store, clock, self.id, request, self.key(task))
    }

    /// A task commands the gateway.
    pub(super) fn performs(&self) -> Task<S> {
        let (store, clock) = (Arc::clone(&self.round.store), Arc::clone(&self.round.clock));
        Task::Performs(store, clock, self.id, Arc::clone(&self.gateway))
    }

    fn key(&self, task: usize) -> IdempotencyKey {
        key(&format!("{}-{task}", self.round.name))
    }

    /// What is still to be performed is performed. The books agree.
    pub(super) async fn ends(&self) -> Order {
        let (store, clock) = (&*self.round.store, &*self.round.clock);
        perform(store, &self.gateway, clock, self.id)
            .await
            .expect("performed");
        let after = self.round.order(self.id).await;
        assert_eq!(after.state.payment.refunded(), self.gateway.refunded());
        after
    }
}

/// An amount, in minor units, is given back.
pub(super) fn amount(amount: i64) -> AskedRefund {
    asked(RefundRequest {
        amount,
        ..RefundRequest::default()
    })
}

pub(super) fn asked(refund: RefundRequest) -> AskedRefund {
    AskedRefund {
        refund,
        credits_max: None,
        note: None,
    }
}
