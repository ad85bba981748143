//! What our ledger has and the gateway has not listed; and what differed before.

use domain::{
    ids::OrderId,
    reconciliation::{GatewayObject, missing, objects},
};

use super::{PAGE_COMMITS, day::DayRun};
use crate::{
    failure::Failure,
    ports::{Clock, IdGenerator, PageRequest, PaymentGateway, Store},
};

impl<S: Store, G: PaymentGateway, E: Clock + IdGenerator> DayRun<'_, S, G, E> {
    /// Compares what orders have that moved on the day and that was not met in the lists: each object by its id. Objects
    /// of other days are among them.
    pub(super) async fn ours(&mut self, after: Option<String>) -> Result<bool, Failure> {
        let request = PageRequest {
            limit: PAGE_COMMITS,
            after,
        };
        let page = self.store.reconciled_on(self.result.day, &request).await?;
        for id in page.items {
            let movements = self.result.counts.movements;
            self.result.counts.movements = movements.saturating_add(1);
            if self.orders_met.insert(id) {
                self.objects_of(id).await?;
            }
            if self.is_overtaken {
                return Ok(true);
            }
        }
        self.result.go_on(page.next, self.env.now());
        Ok(true)
    }

    async fn objects_of(&mut self, id: OrderId) -> Result<(), Failure> {
        let order = match self.store.load(id).await {
            Ok(Some(order)) => order,
            Ok(None) => return Ok(()),
            Err(failure) => return self.unreadable(failure),
        };
        let not_met = objects(&order).into_iter();
        let not_met: Vec<_> = not_met.filter(|found| !self.met.contains(found)).collect();
        for object in not_met {
            self.ask(&object, Some(id)).await?;
        }
        Ok(())
    }

    /// Compares again what differed in an earlier run and was not met in this one.
    pub(super) async fn again(&mut self) -> Result<bool, Failure> {
        while let Some(open) = self.result.to_compare_again(self.begun_at) {
            let (object, order) = (open.object(), open.order);
            self.ask(&object, order).await?;
            if self.is_over() {
                return Ok(true);
            }
        }
        self.result.go_on(None, self.env.now());
        Ok(true)
    }

    /// Compares an object with what the gateway says when it is asked for it.
    async fn ask(&mut self, object: &GatewayObject, order: Option<OrderId>) -> Result<(), Failure> {
        if let Some(record) = self.gateway.look_up(object).await? {
            return self.check(object, &record).await;
        }
        self.met.insert(object.clone());
        let loaded = match order {
            Some(id) => self.store.load(id).await,
            None => Ok(None),
        };
        let order = match loaded {
            Ok(order) => order,
            Err(failure) => return self.unreadable(failure),
        };
        let now = self.env.now();
        let found = order.and_then(|order| missing(&order, object, now));
        self.result
            .compared(object, found.into_iter().collect(), now);
        Ok(())
    }

    /// An order that cannot be read keeps no other from being compared.
    pub(super) fn unreadable(&mut self, failure: Failure) -> Result<(), Failure> {
        if !failure.is_of_one_item() {
            return Err(failure);
        }
        tracing::error!(error = %failure.chain(), "an order cannot be reconciled");
        self.result.counts.unreadable = self.result.counts.unreadable.saturating_add(1);
        Ok(())
    }
}
