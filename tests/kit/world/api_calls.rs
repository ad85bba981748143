//! Requests of shops and users through the API. When deliveries crash, an answer may be lost: then the same request
//! comes again with its idempotency key, until it is answered.

use app::{
    failure::Failure,
    ports::ConfigStore,
    usecases::{
        adjust_stock::adjust,
        allow_location::allow_location,
        cancel::{CancelOutcome, CancelRequest, cancel},
        hold::{HoldRequest, place_hold, release_hold},
        idempotency::{IdempotencyKey, Idempotent},
        place::place,
        report_fulfillment::{FulfillmentReport, report_fulfillment},
        work_exceptions::{ExceptionWork, ExceptionWorked, work_on_exception},
        work_stock_exceptions::{StockExceptionId, work_on_stock_exception},
    },
};
use domain::{
    ids::{LocationId, OrderId},
    inbound::StockFact,
    location::{Location, LocationKind},
    order::CancelLine,
    order::{Actor, ActorKind, CancelReason, ExceptionKind, ExceptionOutcome, HoldKind, Order},
    stock::{StockChange, StockMovement},
};
use futures_util::future::join;

use super::{draft::Draft, state::World};

/// Repeats a request until the process that handles it does not die.
macro_rules! until_answered {
    ($world:ident, $call:expr) => {
        loop {
            match $world.delivery.crash() {
                Some(crash) => $world.faults.set(crash.step, crash.answer_lost),
                None => $world.faults.clear(),
            }
            let outcome = $call.await;
            let died = $world.faults.has_died();
            $world.faults.clear();
            if !died {
                break outcome;
            }
        }
    };
}

pub(super) use until_answered;

impl World {
    /// An own warehouse.
    pub async fn warehouse(&mut self, id: &str) {
        self.location(id, LocationKind::Warehouse, |_| {}).await;
    }

    /// A 3PL.
    pub async fn third_party(&mut self, id: &str) {
        self.location(id, LocationKind::ThirdParty, |_| {}).await;
    }

    /// A supplier who ships to the customer.
    pub async fn supplier(&mut self, id: &str) {
        self.location(id, LocationKind::Supplier, |_| {}).await;
    }

    /// A location with something special about it.
    pub async fn location(
        &mut self,
        id: &str,
        kind: LocationKind,
        special: impl FnOnce(&mut Location),
    ) {
        let mut location = Location {
            id: id.parse().expect("a location"),
            name: id.to_owned(),
            kind,
            priority: 0,
            enabled: true,
            ships_to: Vec::new(),
            carries: Vec::new(),
            untracked: false,
            vendor: "wms".to_owned(),
            webhook_url: Some(format!("https://{id}.example.com/orders")),
        };
        special(&mut location);
        self.faults.clear();
        self.store
            .put_location(&location)
            .await
            .expect("a location");
    }

    /// So many units at a location, before the story begins.
    pub async fn has_stock(&mut self, location: &str, sku: &str, units: u32) {
        self.stock(location, sku, StockMovement::counted(units));
        self.settle().await;
    }

    /// The shop places an order; gives its id.
    pub async fn place(&mut self, draft: Draft) -> OrderId {
        let placed = self.tries_to_place(draft).await;
        placed.unwrap_or_else(|failure| panic!("the order was not placed: {failure}"))
    }

    /// The shop places an order.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn tries_to_place(&mut self, draft: Draft) -> Result<OrderId, Failure> {
        self.tick();
        let key = self.new_key(draft.request.number.as_str());
        let shop = Actor {
            kind: ActorKind::Agent,
            id: "shop".to_owned(),
        };
        let defaults = self.defaults;
        let placed = until_answered!(
            self,
            place(
                &self.store,
                &self.clock,
                &defaults,
                &draft.request,
                &key,
                &shop
            )
        );
        let placed = placed?;
        self.totals.insert(
            draft.request.number.to_string(),
            placed.value.placed.total(),
        );
        Ok(placed.value.placed.id)
    }

    /// The shop places an order, which is paid at once, and everything settles.
    pub async fn place_and_pay(&mut self, draft: Draft) -> OrderId {
        let number = draft.request.number.to_string();
        let id = self.place(draft).await;
        self.pays(&number);
        self.settle().await;
        id
    }

    /// An agent cancels units, or with no lines the whole order. The same request is made twice, and gets the
    /// same answer twice.
    ///
    /// # Errors
    /// When nothing of it can be cancelled.
    pub async fn cancels(
        &mut self,
        order: OrderId,
        lines: &[(&str, u32)],
    ) -> Result<CancelOutcome, Failure> {
        self.tick();
        let lines = lines.iter().map(|(line, units)| CancelLine {
            line: line.parse().expect("a line"),
            units: Some(*units),
        });
        let request = CancelRequest {
            lines: lines.collect(),
            restocking_fee: 0,
            reason: CancelReason::CustomerRequested,
            note: Some("they called".to_owned()),
        };
        let key = self.new_key("cancel");
        let by = agent();
        let call = || cancel(&self.store, &self.clock, order, &request, &key, &by);
        let first = until_answered!(self, call())?;
        let again = call().await?;
        assert_eq!(
            again.lines, first.lines,
            "the same request gets the same answer"
        );
        assert_eq!(again.order, first.order, "as it was then");
        Ok(first)
    }

    /// An agent stops the order, under a key of the caller's choice.
    pub async fn asks_to_hold(
        &mut self,
        order: OrderId,
        hold: &HoldRequest,
        key: &IdempotencyKey,
    ) -> Result<Idempotent<Order>, Failure> {
        self.tick();
        until_answered!(
            self,
            place_hold(&self.store, &self.clock, order, hold, key, &agent())
        )
    }

    /// An agent cancels the whole order, under a key of the caller's choice.
    pub async fn asks_to_cancel(
        &mut self,
        order: OrderId,
        key: &IdempotencyKey,
    ) -> Result<CancelOutcome, Failure> {
        self.tick();
        let request = CancelRequest {
            lines: Vec::new(),
            restocking_fee: 0,
            reason: CancelReason::CustomerRequested,
            note: None,
        };
        until_answered!(
            self,
            cancel(&self.store, &self.clock, order, &request, key, &agent())
        )
    }

    /// A key for [`Self::asks_to_cancel`].
    pub fn key_of_a_cancellation(&mut self) -> IdempotencyKey {
        self.new_key("cancel")
    }

    /// An agent cancels the whole order. The process dies in its first step, at the next request in its second, and so
    /// on, until it answers. Gives the answer, and how many units were cancelled after each death.
    pub async fn cancels_and_dies_at_every_step(
        &mut self,
        order: OrderId,
    ) -> (CancelOutcome, Vec<u32>) {
        let key = self.new_key("cancel");
        let mut after_deaths = Vec::new();
        loop {
            let answer = self.cancels_until(after_deaths.len(), order, &key).await;
            match answer {
                Some(answer) => return (answer, after_deaths),
                None => after_deaths.push(self.cancelled(order).await),
            }
        }
    }

    /// An agent cancels the whole order, and the process dies when the first units are cancelled.
    pub async fn dies_after_the_first_part(&mut self, order: OrderId, key: &IdempotencyKey) {
        let mut step = 0;
        while self.cancelled(order).await == 0 {
            let answer = self.cancels_until(step, order, key).await;
            assert!(answer.is_none(), "it dies before it is done");
            step = step.saturating_add(1);
        }
    }

    /// `None`: the process died in that step.
    async fn cancels_until(
        &mut self,
        step: usize,
        order: OrderId,
        key: &IdempotencyKey,
    ) -> Option<CancelOutcome> {
        self.tick();
        self.faults.set(step, false);
        let request = CancelRequest {
            lines: Vec::new(),
            restocking_fee: 0,
            reason: CancelReason::CustomerRequested,
            note: None,
        };
        let outcome = cancel(&self.store, &self.clock, order, &request, key, &agent()).await;
        let died = self.faults.has_died();
        self.faults.clear();
        (!died).then(|| outcome.expect("nothing else fails"))
    }

    /// Units of an order that are cancelled.
    pub async fn cancelled(&self, order: OrderId) -> u32 {
        let lines = self.order(order).await.state.lines;
        lines.iter().map(|line| line.cancelled).sum()
    }

    /// An agent stops the order.
    pub async fn holds(&mut self, order: OrderId, handle: &str) {
        self.holds_until(order, handle, None).await;
    }

    /// An agent stops the order, for some minutes at most.
    pub async fn holds_for(&mut self, order: OrderId, handle: &str, minutes: i64) {
        let length = jiff::SignedDuration::from_mins(minutes);
        let until = app::ports::Clock::now(&self.clock)
            .checked_add(length)
            .expect("a time");
        self.holds_until(order, handle, Some(until)).await;
    }

    async fn holds_until(&mut self, order: OrderId, handle: &str, until: Option<jiff::Timestamp>) {
        self.tick();
        let key = self.new_key("hold");
        let hold = HoldRequest {
            kind: HoldKind::Manual,
            handle: handle.to_owned(),
            until,
        };
        let outcome = until_answered!(
            self,
            place_hold(&self.store, &self.clock, order, &hold, &key, &agent())
        );
        outcome.unwrap_or_else(|failure| panic!("no hold: {failure}"));
    }

    /// An agent lets the order go on.
    pub async fn releases(&mut self, order: OrderId, handle: &str) {
        self.tick();
        let key = self.new_key("release");
        let outcome = until_answered!(
            self,
            release_hold(&self.store, &self.clock, order, handle, &key, &agent())
        );
        outcome.unwrap_or_else(|failure| panic!("not released: {failure}"));
    }

    /// An agent allows a line to be routed to a location again.
    pub async fn allows(&mut self, order: OrderId, line: &str, location: &str) {
        self.tick();
        let key = self.new_key("allow");
        let line = line.parse().expect("a line");
        let location: LocationId = location.parse().expect("a location");
        let what = (&line, &location);
        let outcome = until_answered!(
            self,
            allow_location(&self.store, &self.clock, order, what, &key, &agent())
        );
        outcome.unwrap_or_else(|failure| panic!("not allowed: {failure}"));
    }

    /// Somebody who works at the location reports about the latest fulfillment order that it has of the order. The same
    /// request is made twice, and takes effect once.
    ///
    /// # Errors
    /// When the report does not fit the fulfillment order as it is.
    pub async fn reports_by_api(
        &mut self,
        location: &str,
        order: OrderId,
        report: &FulfillmentReport,
    ) -> Result<(), Failure> {
        self.tick();
        let found = (order, self.work_at(location, order).await);
        let key = self.new_key("report");
        let (by, here) = (agent(), |at: &LocationId| at.as_str() == location);
        let call = || report_fulfillment(&self.store, &self.clock, found, report, &key, &by, here);
        let first = until_answered!(self, call())?;
        let again = call().await?;
        assert_eq!(again.value, first.value, "the same request changes nothing");
        Ok(())
    }

    /// An operator adjusts the stock.
    pub async fn adjusts(&mut self, location: &str, sku: &str, delta: i64) {
        let movement = StockMovement::Adjusted { delta };
        let outcome = self.moves_stock(location, sku, movement).await;
        outcome.unwrap_or_else(|failure| panic!("not corrected: {failure}"));
    }

    /// An operator reports a movement of stock. The same request is made twice, and gets the same answer twice.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn moves_stock(
        &mut self,
        location: &str,
        sku: &str,
        movement: StockMovement,
    ) -> Result<StockChange, Failure> {
        self.tick();
        let key = self.new_key("adjust");
        let location: LocationId = location.parse().expect("a location");
        let sku = sku.parse().expect("a SKU");
        let facts = [StockFact { sku, movement }];
        let by = agent();
        let call = || adjust(&self.store, &self.clock, &location, &facts, &key, &by);
        let mut first = until_answered!(self, call())?.value;
        let again = call().await?.value;
        assert_eq!(again, first, "the same request gets the same answer");
        Ok(first.remove(0))
    }

    /// A person closes the open exception of that kind. The same request is made twice, and takes effect once.
    pub async fn closes_exception(&mut self, order: OrderId, kind: &ExceptionKind) {
        let outcome = ExceptionOutcome::NoAction;
        let closed = self.closes_exception_as(order, kind, outcome).await;
        closed.expect("an exception that can be closed");
    }

    /// A person closes an open exception with an outcome. The same request is made twice, and takes effect once.
    ///
    /// # Errors
    /// When it cannot end like that.
    pub async fn closes_exception_as(
        &mut self,
        order: OrderId,
        kind: &ExceptionKind,
        outcome: ExceptionOutcome,
    ) -> Result<(), Failure> {
        self.tick();
        let key = self.new_key("exception");
        let state = self.order(order).await.state;
        let mut open = state.exceptions.iter().filter(|open| open.kind == *kind);
        let id = (order, open.next().expect("an open exception").id);
        let work = ExceptionWork::Close {
            outcome,
            note: None,
        };
        let (by, may) = (agent(), |_: &_| true);
        let call = || work_on_exception(&self.store, &self.clock, id, &work, &key, &by, may);
        until_answered!(self, call())?;
        let again = call().await.expect("the same answer");
        assert_eq!(again, ExceptionWorked::Done { replayed: true });
        Ok(())
    }

    /// A person takes or closes an exception about stock. The same request is made twice, and takes effect once.
    ///
    /// # Errors
    /// When there is none of that number, or when it is closed.
    pub async fn works_on_stock(
        &mut self,
        (location, sku, number): (&str, &str, u32),
        work: &ExceptionWork,
        person: &str,
    ) -> Result<(), Failure> {
        self.tick();
        let key = self.new_key("exception");
        let id = stock_exception(location, sku, number);
        let by = person_named(person);
        let may = |_: &_| true;
        let call = || work_on_stock_exception(&self.store, &self.clock, &id, work, &key, &by, may);
        until_answered!(self, call())?;
        let again = call().await?;
        assert_eq!(again, ExceptionWorked::Done { replayed: true });
        Ok(())
    }

    /// Two people take or close an exception about stock at the same time.
    pub async fn work_on_stock_at_once(
        &mut self,
        (location, sku, number): (&str, &str, u32),
        [first, second]: [(&str, &ExceptionWork); 2],
    ) -> [Result<(), Failure>; 2] {
        self.tick();
        self.faults.clear();
        let id = stock_exception(location, sku, number);
        let keys = [self.new_key("exception"), self.new_key("exception")];
        let may = |_: &_| true;
        let call = async |(person, work), key: &IdempotencyKey| {
            let by = person_named(person);
            let done = work_on_stock_exception(&self.store, &self.clock, &id, work, key, &by, may);
            done.await.map(drop)
        };
        let [key_of_first, key_of_second] = &keys;
        let (first, second) = join(call(first, key_of_first), call(second, key_of_second)).await;
        [first, second]
    }

    pub(super) fn new_key(&mut self, what: &str) -> IdempotencyKey {
        self.api_calls = self.api_calls.saturating_add(1);
        let key = format!("{what}-{}", self.api_calls);
        IdempotencyKey::new("agent-7", &key, key.as_bytes()).expect("a key")
    }
}

fn agent() -> Actor {
    person_named("agent-7")
}

fn person_named(id: &str) -> Actor {
    Actor {
        kind: ActorKind::Agent,
        id: id.to_owned(),
    }
}

fn stock_exception(location: &str, sku: &str, number: u32) -> StockExceptionId {
    StockExceptionId {
        sku: sku.parse().expect("a SKU"),
        location: location.parse().expect("a location"),
        number,
    }
}
