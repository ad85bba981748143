//! What the gateway lists.

use domain::reconciliation::{GatewayObject, ObjectKind};

use super::day::DayRun;
use crate::{
    failure::Failure,
    ports::{Clock, IdGenerator, PaymentGateway, Store},
};

impl<S: Store, G: PaymentGateway, E: Clock + IdGenerator> DayRun<'_, S, G, E> {
    /// Compares a page of a list of the gateway's. `false`: no gateway is connected.
    pub(super) async fn list(
        &mut self,
        kind: ObjectKind,
        after: Option<String>,
    ) -> Result<bool, Failure> {
        let listed = self.gateway.list(kind, self.made(kind), after.as_deref());
        let Some(page) = listed.await? else {
            return Ok(false);
        };
        for (id, code) in &page.unreadable {
            tracing::error!(?kind, %id, code, "an object of the gateway cannot be read");
            self.result.counts.unreadable = self.result.counts.unreadable.saturating_add(1);
        }
        let count = page.records.len();
        for (index, record) in page.records.iter().enumerate() {
            let object = GatewayObject::new(kind, &record.id);
            self.check(&object, record).await?;
            self.count(kind);
            // At least one is compared, so that every message gets somewhere.
            if self.is_over() && index.saturating_add(1) < count {
                self.result.go_on(Some(record.id.clone()), self.env.now());
                return Ok(true);
            }
        }
        self.result.go_on(page.next, self.env.now());
        Ok(true)
    }

    fn count(&mut self, kind: ObjectKind) {
        let counts = &mut self.result.counts;
        let counter = match kind {
            ObjectKind::Payment => &mut counts.payments,
            ObjectKind::Refund => &mut counts.refunds,
            ObjectKind::Dispute => &mut counts.disputes,
        };
        *counter = counter.saturating_add(1);
    }
}
