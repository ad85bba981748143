//! One object: compared, healed when what the gateway says can be applied, and compared again.

use domain::{
    inbound::{Fact, Inbound, OrderReference, PaymentFact, PaymentKey},
    reconciliation::{Difference, GatewayObject, ObjectKind, compare, compare_unmatched},
};

use super::day::DayRun;
use crate::{
    failure::Failure,
    ports::{Clock, GatewayRecord, IdGenerator, PaymentGateway, Store, StoredPayment},
    usecases::{
        apply_inbound::{self, CLOSING_GRACE_S},
        apply_payment::placed_order,
    },
};

impl<S: Store, G: PaymentGateway, E: Clock + IdGenerator> DayRun<'_, S, G, E> {
    /// Compares an object that was read from the gateway. A difference may be only that something has happened since it
    /// was read, so it is read again before anything is made of one.
    pub(super) async fn check(
        &mut self,
        object: &GatewayObject,
        record: &GatewayRecord,
    ) -> Result<(), Failure> {
        self.met.insert(object.clone());
        match self.check_readable(object, record).await {
            Err(failure) if failure.is_of_one_item() => self.unreadable(failure),
            checked => checked,
        }
    }

    async fn check_readable(
        &mut self,
        object: &GatewayObject,
        record: &GatewayRecord,
    ) -> Result<(), Failure> {
        let found = self.differences(object, record).await?;
        if !found.iter().any(|found| found.kind.is_fault()) {
            self.result.compared(object, found, self.env.now());
            return Ok(());
        }
        let again = self.gateway.look_up(object).await?;
        let record = again.as_ref().unwrap_or(record);
        let found = self.differences(object, record).await?;
        if found.iter().any(|found| found.kind.is_fault()) {
            // If the function dies while it is applied, the next one finds it open and compares it again.
            let being_applied = found.into_iter().map(|difference| Difference {
                applied: true,
                ..difference
            });
            let being_applied = being_applied.collect();
            self.result.compared(object, being_applied, self.env.now());
            self.write().await?;
            self.apply(object, record).await?;
        }
        let left = self.differences(object, record).await?;
        self.result.compared(object, left, self.env.now());
        Ok(())
    }

    /// Applies what the gateway says as its webhooks are applied. What the rules refuse stays a difference.
    async fn apply(&self, object: &GatewayObject, record: &GatewayRecord) -> Result<(), Failure> {
        for inbound in &record.facts {
            match self.apply_fact(inbound).await {
                Err(Failure::Rejected(rejection)) if rejection.code.is_too_early() => {
                    self.apply_payment_of(object, inbound).await?;
                    refused(object, self.apply_fact(inbound).await)?;
                }
                applied => refused(object, applied)?,
            }
        }
        Ok(())
    }

    /// Applies what the payment of an object says: the capture of which nothing was heard before its refund.
    async fn apply_payment_of(
        &self,
        object: &GatewayObject,
        inbound: &Inbound,
    ) -> Result<(), Failure> {
        let intent = payment_of(inbound).and_then(|(reference, _)| reference.intent.as_deref());
        let Some(intent) = intent.filter(|_| object.kind != ObjectKind::Payment) else {
            return Ok(());
        };
        let payment = GatewayObject::new(ObjectKind::Payment, intent);
        if let Some(record) = self.gateway.look_up(&payment).await? {
            for inbound in &record.facts {
                refused(&payment, self.apply_fact(inbound).await)?;
            }
        }
        Ok(())
    }

    async fn apply_fact(&self, inbound: &Inbound) -> Result<(), Failure> {
        apply_inbound::apply(self.store, self.env, CLOSING_GRACE_S, inbound).await
    }

    /// In what an object differs from its order, or from what is kept of its payment.
    async fn differences(
        &self,
        object: &GatewayObject,
        record: &GatewayRecord,
    ) -> Result<Vec<Difference>, Failure> {
        let told: Vec<_> = record.facts.iter().filter_map(payment_of).collect();
        let Some((reference, _)) = told.first().copied() else {
            return Ok(Vec::new());
        };
        let Some(key) = PaymentKey::of(reference) else {
            return Ok(Vec::new());
        };
        let facts: Vec<PaymentFact> = told.into_iter().map(|(_, fact)| fact.clone()).collect();
        let payment = reference.intent.as_deref().unwrap_or_default();
        let (order, kept) = match self.store.payment(&key).await? {
            StoredPayment::OfOrder(id) => (Some(id), None),
            StoredPayment::Unmatched(kept) => (kept.order, Some(kept)),
            StoredPayment::Unknown => (placed_order(self.store, reference).await?, None),
        };
        let order = match order {
            Some(id) => self.store.load(id).await?,
            None => None,
        };
        let now = self.env.now();
        Ok(match order {
            Some(order) => compare(&order, object, payment, &facts, now),
            None => compare_unmatched(kept.as_deref(), object, payment, &facts, now),
        })
    }
}

fn payment_of(inbound: &Inbound) -> Option<(&OrderReference, &PaymentFact)> {
    match &inbound.fact {
        Fact::Payment { order, fact } => Some((order, fact)),
        Fact::Fulfillment { .. } | Fact::Shipment { .. } | Fact::Stock(_) => None,
    }
}

/// A fact that its order refuses, or that is too early for it, changes nothing here: the difference stays.
fn refused(object: &GatewayObject, applied: Result<(), Failure>) -> Result<(), Failure> {
    match applied {
        Err(failure @ (Failure::Rejected(_) | Failure::NotFound(_))) => {
            tracing::warn!(id = %object.id, code = failure.code(), "what the gateway says is refused");
            Ok(())
        }
        applied => applied,
    }
}
