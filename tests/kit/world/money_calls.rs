//! Requests of people about money.

use app::{
    failure::Failure,
    usecases::refund::{self, AskedRefund},
};
use domain::{
    ids::OrderId,
    order::{Actor, ActorKind, Order, RefundRequest},
};

use super::{api_calls::until_answered, state::World};

fn agent() -> Actor {
    Actor {
        kind: ActorKind::Agent,
        id: "agent".to_owned(),
    }
}

impl World {
    /// A person gives an amount back.
    ///
    /// # Errors
    /// The failure of the use case.
    pub async fn gives_back(&mut self, order: OrderId, amount: i64) -> Result<Order, Failure> {
        let refund = RefundRequest {
            amount,
            ..RefundRequest::default()
        };
        self.refunds_as_asked(order, refund).await
    }

    /// A person gives back what is asked for.
    ///
    /// # Errors
    /// The failure of the use case.
    pub async fn refunds_as_asked(
        &mut self,
        order: OrderId,
        refund: RefundRequest,
    ) -> Result<Order, Failure> {
        self.tick();
        let key = self.new_key("refund");
        let asked = AskedRefund {
            refund,
            credits_max: None,
            note: Some("she was very patient".to_owned()),
        };
        let refunded = until_answered!(
            self,
            refund::refund(&self.store, &self.clock, order, &asked, &key, &agent())
        );
        Ok(refunded?.value.order)
    }

    /// A person has a refused effect tried again.
    ///
    /// # Errors
    /// The failure of the use case.
    pub async fn tries_again(&mut self, order: OrderId, effect: u32) -> Result<Order, Failure> {
        self.tick();
        let key = self.new_key("retry");
        let tried = until_answered!(
            self,
            refund::retry_effect(&self.store, &self.clock, order, effect, &key, &agent())
        );
        Ok(tried?.value)
    }
}
