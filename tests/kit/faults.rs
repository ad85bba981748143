//! Faults: a process that dies between any two steps.
//!
//! Each call of a port is a step. An injector that is set counts down a step at a time; then the process is dead, and
//! every further call fails, until the next delivery starts a new one. A write in which it dies may have happened or
//! not: the request may be lost, or only the answer.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use app::{
    failure::Failure,
    memory::{MemoryProvider, MemoryRedrive},
    ports::{
        AccessEntry, AccessLogStore, AccountStore, ConfigStore, EventPage, EventsCursor,
        EventsCursorStore, FulfillmentProvider, GatewayCommand, GatewayRecord, HealthStore,
        InboundQueue, Made, OrderHistory, OrderStore, Page, PageRequest, PaymentGateway,
        PlaceOutcome, ProviderRequest, ReconciliationQueue, ReconciliationStore, RecordPage,
        Redrive, RememberOutcome, SaveOutcome, SkuStock, StockMoveOutcome, StockStore,
        StoredPayment, TaxService, UnmatchedState, UnmatchedStore,
    },
};
use domain::{
    account::{Account, AccountLimits},
    decide::Placement,
    health::LocationHealth,
    ids::{AccountId, LocationId, OrderId, Sku},
    inbound::{Inbound, PaymentKey, UnmatchedPayment},
    location::{Location, RoutingRules},
    money::Currency,
    order::{Cause, Change, Reference},
    order::{Contact, EffectOutcome, Order, Owed, Phase, TaxAnswer, TaxQuestion},
    reconciliation::{DayResult, GatewayObject, ObjectKind},
    stock::{StockCommit, StockException, StockRecord},
};
use jiff::{Timestamp, civil::Date};

use super::{any_gateway, any_store::AnyStore, gateway::GatewayDouble, inbound_queue::SentQueue};

/// Decides when one process dies, and notes what it tried to write.
#[derive(Debug)]
pub struct FaultInjector {
    /// Steps until the process dies; below zero: it does not.
    steps_left: AtomicI64,
    /// Whether the step in which the process dies still has its effect.
    answer_lost: AtomicI64,
    touched: Mutex<Touched>,
}

/// What processes have tried to write.
#[derive(Debug, Default)]
pub struct Touched {
    /// Orders.
    pub orders: BTreeSet<OrderId>,
    /// Causes of stock movements.
    pub movements: BTreeSet<String>,
}

const NONE: i64 = -1;

impl Default for FaultInjector {
    fn default() -> Self {
        Self {
            steps_left: AtomicI64::new(NONE),
            answer_lost: AtomicI64::new(0),
            touched: Mutex::default(),
        }
    }
}

/// What becomes of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Runs,
    AnswerLost,
    Dies,
}

impl FaultInjector {
    /// A new process that never dies.
    pub fn clear(&self) {
        self.steps_left.store(NONE, Ordering::SeqCst);
    }

    /// A new process that dies in its `steps`th step, counted from 0; `answer_lost`: just after it.
    pub fn set(&self, steps: usize, answer_lost: bool) {
        self.answer_lost
            .store(i64::from(answer_lost), Ordering::SeqCst);
        self.steps_left
            .store(i64::try_from(steps).unwrap_or(NONE), Ordering::SeqCst);
    }

    /// Whether the process has died.
    pub fn has_died(&self) -> bool {
        self.steps_left.load(Ordering::SeqCst) == i64::MIN
    }

    /// Takes what may have been written since the last time.
    pub fn take_touched(&self) -> Touched {
        std::mem::take(&mut self.touched.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn touch(&self, note: impl FnOnce(&mut Touched)) {
        note(&mut self.touched.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn step(&self) -> Step {
        match self.steps_left.load(Ordering::SeqCst) {
            NONE => Step::Runs,
            0 => {
                self.steps_left.store(i64::MIN, Ordering::SeqCst);
                if self.answer_lost.load(Ordering::SeqCst) == 1 {
                    Step::AnswerLost
                } else {
                    Step::Dies
                }
            }
            i64::MIN => Step::Dies,
            left => {
                self.steps_left
                    .store(left.saturating_sub(1), Ordering::SeqCst);
                Step::Runs
            }
        }
    }

    async fn through<T>(
        &self,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let dead = || Failure::unavailable("the process", "it has died");
        match self.step() {
            Step::Runs => call.await,
            Step::AnswerLost => call.await.and_then(|_| Err(dead())),
            Step::Dies => Err(dead()),
        }
    }
}

/// A port that fails when the injector says so.
#[derive(Debug)]
pub struct Faulty<T> {
    /// The port itself.
    pub inner: T,
    /// Decides when it fails.
    pub faults: Arc<FaultInjector>,
}

macro_rules! faulty {
    ($port:ident for $inner:ty {
        $(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $out:ty $(, touching $what:ident $touched:expr)?;)*
    }) => {
        impl $port for Faulty<$inner> {
            $(async fn $name(&self $(, $arg: $type)*) -> Result<$out, Failure> {
                $(self.faults.touch(|touched| { touched.$what.insert($touched); });)?
                self.faults.through(self.inner.$name($($arg),*)).await
            })*
        }
    };
}

faulty! { OrderStore for Arc<dyn AnyStore> {
    fn load(&self, id: OrderId) -> Option<Order>;
    fn place(&self, placement: &Placement) -> PlaceOutcome, touching orders placement.change.order.placed.id;
    fn save(&self, change: &Change) -> SaveOutcome, touching orders change.order.placed.id;
    fn remember_unchanged(&self, order: &Order, request: &Cause, until: Timestamp) -> RememberOutcome;
    fn remembered_unchanged(&self, id: OrderId, request: &Cause) -> Option<Cause>;
    fn find(&self, reference: &Reference) -> Option<OrderId>;
    fn history(&self, id: OrderId) -> OrderHistory;
    fn contact(&self, id: OrderId, version: u32) -> Option<Contact>;
    fn of_customer(&self, email: &str, page: &PageRequest) -> Page<OrderId>;
    fn of_phase(&self, phase: Phase, day: Date, page: &PageRequest) -> Page<OrderId>;
    fn postpone(&self, id: OrderId, version: Option<u64>, until: Timestamp) -> ();
    fn with_exceptions(&self, page: &PageRequest) -> Page<OrderId>;
    fn overdue(&self, now: Timestamp, page: &PageRequest) -> Page<OrderId>;
} }

faulty! { StockStore for Arc<dyn AnyStore> {
    fn sku(&self, sku: &Sku) -> SkuStock;
    fn move_stock(&self, commit: &StockCommit) -> StockMoveOutcome, touching movements commit.record.cause.key();
    fn movement(&self, cause: &str) -> Option<StockRecord>;
    fn stock_exception(&self, sku: &Sku, location: &LocationId) -> Option<StockException>;
    fn stock_exceptions(&self, page: &PageRequest) -> Page<StockException>;
    fn backordered_skus(&self, page: &PageRequest) -> Page<Sku>;
} }

faulty! { ConfigStore for Arc<dyn AnyStore> {
    fn locations(&self) -> Vec<Location>;
    fn put_location(&self, location: &Location) -> ();
    fn rules(&self) -> RoutingRules;
} }

faulty! { HealthStore for Arc<dyn AnyStore> {
    fn health(&self) -> Vec<LocationHealth>;
    fn put_health(&self, health: &LocationHealth) -> bool;
} }

faulty! { AccountStore for Arc<dyn AnyStore> {
    fn account(&self, id: &AccountId) -> Option<Account>;
    fn put_limits(&self, limits: &AccountLimits, known: &[Currency]) -> bool;
} }

faulty! { AccessLogStore for Arc<dyn AnyStore> {
    fn log_access(&self, entry: &AccessEntry, keep_until: Timestamp) -> ();
    fn last_access(&self, order: OrderId, person: &str, since: Timestamp) -> Option<AccessEntry>;
    fn accesses_of_order(&self, order: OrderId, page: &PageRequest) -> Page<AccessEntry>;
    fn accesses_on(&self, day: Date, page: &PageRequest) -> Page<AccessEntry>;
} }

faulty! { UnmatchedStore for Arc<dyn AnyStore> {
    fn payment(&self, key: &PaymentKey) -> StoredPayment;
    fn put_payment(&self, payment: &UnmatchedPayment, named: &[OrderId]) -> bool;
    fn unmatched_payments(&self, state: UnmatchedState, before: Option<Timestamp>, page: &PageRequest) -> Page<UnmatchedPayment>;
} }

faulty! { EventsCursorStore for Arc<dyn AnyStore> {
    fn events_cursor(&self) -> Option<EventsCursor>;
    fn put_events_cursor(&self, cursor: &EventsCursor) -> bool;
} }

faulty! { ReconciliationStore for Arc<dyn AnyStore> {
    fn day_result(&self, day: Date) -> Option<DayResult>;
    fn day_results(&self, from: Date, to: Date) -> Vec<DayResult>;
    fn put_day_result(&self, result: &DayResult) -> bool;
    fn reconciled_on(&self, day: Date, page: &PageRequest) -> Page<OrderId>;
} }

faulty! { ReconciliationQueue for SentQueue {
    fn reconcile(&self, day: Date) -> ();
} }

faulty! { InboundQueue for SentQueue {
    fn send(&self, body: &str) -> ();
} }

faulty! { Redrive for MemoryRedrive {
    fn order(&self, id: OrderId, owed: Owed) -> ();
    fn sku(&self, sku: &Sku) -> ();
    fn sweep(&self, after: &str) -> ();
} }

faulty! { PaymentGateway for GatewayDouble {
    fn perform(&self, command: &GatewayCommand) -> Option<EffectOutcome>;
    fn find(&self, command: &GatewayCommand) -> Option<EffectOutcome>;
    fn payment(&self, intent: &str) -> Option<Vec<Inbound>>;
    fn events(&self, since: Timestamp, after: Option<&str>) -> Option<EventPage>;
    fn list(&self, kind: ObjectKind, made: Made, after: Option<&str>) -> Option<RecordPage>;
    fn look_up(&self, object: &GatewayObject) -> Option<GatewayRecord>;
} }

faulty! { TaxService for GatewayDouble {
    fn reverse(&self, command: &GatewayCommand) -> Option<EffectOutcome>;
    fn calculate(&self, service: &str, question: &TaxQuestion) -> TaxAnswer;
} }

faulty! { PaymentGateway for Arc<dyn any_gateway::AnyGateway> {
    fn perform(&self, command: &GatewayCommand) -> Option<EffectOutcome>;
    fn find(&self, command: &GatewayCommand) -> Option<EffectOutcome>;
    fn payment(&self, intent: &str) -> Option<Vec<Inbound>>;
    fn events(&self, since: Timestamp, after: Option<&str>) -> Option<EventPage>;
    fn list(&self, kind: ObjectKind, made: Made, after: Option<&str>) -> Option<RecordPage>;
    fn look_up(&self, object: &GatewayObject) -> Option<GatewayRecord>;
} }

faulty! { TaxService for Arc<dyn any_gateway::AnyGateway> {
    fn reverse(&self, command: &GatewayCommand) -> Option<EffectOutcome>;
    fn calculate(&self, service: &str, question: &TaxQuestion) -> TaxAnswer;
} }

faulty! { FulfillmentProvider for MemoryProvider {
    fn send(&self, location: &Location, id: &str, request: &ProviderRequest) -> ();
    fn reach(&self, location: &Location) -> ();
} }
