//! Requests of people about money.

use app::{
    failure::Failure,
    usecases::{refund, unmatched_payments::close},
};
use domain::{
    ids::OrderId,
    inbound::PaymentKey,
    order::{Actor, ActorKind, Order},
};

use super::{api_calls::until_answered, state::World};

fn agent() -> Actor {
    Actor {
        kind: ActorKind::Agent,
        id: "agent".to_owned(),
    }
}

impl World {
    /// A person gives money back.
    ///
    /// # Errors
    /// The failure of the use case.
    pub async fn gives_back(&mut self, order: OrderId, amount: i64) -> Result<Order, Failure> {
        self.tick();
        let key = self.new_key("refund");
        let asked = (amount, Some("she was very patient"));
        let refunded = until_answered!(
            self,
            refund::refund(&self.store, &self.clock, order, asked, &key, &agent())
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

    /// A person closes an unmatched payment. The same request is made twice, and takes effect once.
    ///
    /// # Errors
    /// When there is none of that key, or when it is closed.
    pub async fn closes_unmatched(
        &mut self,
        payment: &PaymentKey,
        note: &str,
    ) -> Result<(), Failure> {
        self.tick();
        let key = self.new_key("unmatched");
        let agent = agent();
        let note = Some(note.to_owned());
        let call = || {
            close(
                &self.store,
                &self.clock,
                payment,
                note.clone(),
                &key,
                &agent,
            )
        };
        until_answered!(self, call())?;
        assert!(call().await?.replayed);
        Ok(())
    }
}
