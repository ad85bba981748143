//! Requests of people about money.

use std::collections::BTreeMap;

use app::{
    failure::Failure,
    usecases::{
        accounts,
        record_payment::{ReceivedPayment, record_payment, record_refund},
        refund::{self, AskedRefund, RequestedRefund},
        unmatched_payments::close,
        work_exceptions::{ExceptionWork, work_on_exception},
    },
};
use domain::{
    account::Account,
    ids::{AccountId, OrderId},
    inbound::PaymentKey,
    order::{Actor, ActorKind, ExceptionKind, ExceptionOutcome, Order, RefundRequest, TenderKind},
};

use super::{api_calls::until_answered, state::World};

fn agent() -> Actor {
    Actor {
        kind: ActorKind::Agent,
        id: "agent".to_owned(),
    }
}

fn account_id(account: &str) -> AccountId {
    account.parse().expect("an account id")
}

impl World {
    /// Somebody who may sets how much an account may owe, in euro cents.
    pub async fn may_owe(&mut self, account: &str, limit: i64) {
        self.tick();
        let id = account_id(account);
        let limits = BTreeMap::from([("EUR".parse().expect("a currency"), limit)]);
        until_answered!(self, accounts::set_limits(&self.store, &id, &limits)).expect("limits");
    }

    /// Somebody who may sets how much an account may owe, by currency, in minor units.
    pub(crate) async fn may_owe_each(&mut self, account: &str, limits: &[(&str, i64)]) {
        self.tick();
        let id = account_id(account);
        let limits = limits.iter();
        let limits = limits.map(|(code, limit)| (code.parse().expect("a currency"), *limit));
        let limits: BTreeMap<_, _> = limits.collect();
        until_answered!(self, accounts::set_limits(&self.store, &id, &limits)).expect("limits");
    }

    /// The same in euros, in a process that may take so many steps. `None`: it would have taken more, and died.
    pub async fn may_owe_in(&mut self, steps: usize, account: &str, limit: i64) -> Option<Account> {
        self.tick();
        self.faults.set(steps, false);
        let limits = BTreeMap::from([("EUR".parse().expect("a currency"), limit)]);
        let set = accounts::set_limits(&self.store, &account_id(account), &limits).await;
        let died = self.faults.has_died();
        self.faults.clear();
        (!died).then(|| set.expect("limits"))
    }

    /// What an account owes, euro cents.
    pub async fn owes(&self, account: &str) -> i64 {
        self.account(account)
            .await
            .open("EUR".parse().expect("a currency"))
    }

    /// The account.
    pub async fn account(&self, account: &str) -> Account {
        self.faults.clear();
        let found = accounts::read(&self.store, &account_id(account)).await;
        found.expect("an account")
    }

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

    /// Somebody who may records that money has come. The same request is made twice, and takes effect once.
    ///
    /// # Errors
    /// The failure of the use case.
    pub async fn records_payment(
        &mut self,
        order: OrderId,
        (kind, reference, amount): (TenderKind, &str, i64),
    ) -> Result<Order, Failure> {
        self.tick();
        let key = self.new_key("payment");
        let received = ReceivedPayment {
            kind,
            reference: reference.to_owned(),
            amount,
            note: None,
        };
        let by = agent();
        let call = || record_payment(&self.store, &self.clock, order, &received, &key, &by);
        let first = until_answered!(self, call())?;
        assert!(call().await?.replayed);
        Ok(first.value)
    }

    /// Somebody who may records that the refund of that number was made. The same request is made twice, and takes effect once.
    ///
    /// # Errors
    /// The failure of the use case.
    pub async fn records_refund(
        &mut self,
        order: OrderId,
        made: (u32, &str),
    ) -> Result<Order, Failure> {
        self.tick();
        let key = self.new_key("record");
        let by = agent();
        let call = || record_refund(&self.store, &self.clock, order, made, &key, &by);
        let first = until_answered!(self, call())?;
        assert!(call().await?.replayed);
        Ok(first.value)
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
        let asked = AskedRefund {
            refund,
            credits_max: None,
            note: Some("she was very patient".to_owned()),
        };
        self.asks_for(order, &asked).await.map(|made| made.order)
    }

    /// A person who may give so much beyond what is owed gives back what is asked for.
    ///
    /// # Errors
    /// The failure of the use case.
    pub(crate) async fn asks_within(
        &mut self,
        order: OrderId,
        refund: RefundRequest,
        credits_max: i64,
    ) -> Result<RequestedRefund, Failure> {
        let asked = AskedRefund {
            refund,
            credits_max: Some(credits_max),
            note: None,
        };
        self.asks_for(order, &asked).await
    }

    /// A person who may give so much beyond what is owed asks what giving back would mean.
    ///
    /// # Errors
    /// The failure of the use case.
    pub(crate) async fn tries_out_within(
        &mut self,
        order: OrderId,
        refund: RefundRequest,
        credits_max: i64,
    ) -> Result<RequestedRefund, Failure> {
        let asked = AskedRefund {
            refund,
            credits_max: Some(credits_max),
            note: None,
        };
        let by = agent();
        until_answered!(
            self,
            refund::preview(&self.store, &self.clock, order, &asked, &by)
        )
    }

    /// A person who may give so much back beyond what is owed gives an amount back.
    ///
    /// # Errors
    /// The failure of the use case.
    pub async fn gives_back_within(
        &mut self,
        order: OrderId,
        amount: i64,
        credits_max: i64,
    ) -> Result<Order, Failure> {
        let refund = RefundRequest {
            amount,
            ..RefundRequest::default()
        };
        let asked = AskedRefund {
            refund,
            credits_max: Some(credits_max),
            note: None,
        };
        self.asks_for(order, &asked).await.map(|made| made.order)
    }

    async fn asks_for(
        &mut self,
        order: OrderId,
        asked: &AskedRefund,
    ) -> Result<RequestedRefund, Failure> {
        self.tick();
        let key = self.new_key("refund");
        let refunded = until_answered!(
            self,
            refund::refund(&self.store, &self.clock, order, asked, &key, &agent())
        );
        Ok(refunded?.value)
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

    /// Somebody approves the refund that waits for it.
    ///
    /// # Errors
    /// The failure of the use case.
    pub async fn approves(&mut self, order: OrderId, by: &str) -> Result<(), Failure> {
        self.tick();
        let key = self.new_key("approval");
        let state = self.order(order).await.state;
        let mut open = state.exceptions.iter();
        let open = open.find(|open| open.kind == ExceptionKind::RefundAwaitsApproval);
        let id = (order, open.expect("an open exception").id);
        let work = ExceptionWork::Close {
            outcome: ExceptionOutcome::Approved,
            note: None,
        };
        let by = Actor {
            kind: ActorKind::Agent,
            id: by.to_owned(),
        };
        let may = |_: &_| true;
        let call = || work_on_exception(&self.store, &self.clock, id, &work, &key, &by, may);
        until_answered!(self, call()).map(|_| ())
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
