//! A process that dies between any two steps.
//!
//! Each call of a port is a step. A fuse that is set burns down a step at a time; then the process is dead, and
//! every further call fails, until the next delivery starts a new one. A write in which it dies may have happened
//! or not: the request may be lost, or only the answer.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use app::{
    failure::Failure,
    memory::{MemoryProvider, MemoryRedrive},
    ports::{
        ConfigStore, FulfillmentProvider, OrderStore, Page, PageRequest, ProviderRequest, Redrive,
        SaveOutcome, SkuStock, StockMoveOutcome, StockStore,
    },
};
use domain::{
    decide::Placement,
    ids::{OrderId, Sku},
    location::{Location, RoutingRules},
    order::{Change, Reference},
    order::{Commit, Contact, Order, Owed, Status},
    stock::{StockCommit, StockRecord},
};
use jiff::Timestamp;

/// The fuse of one process.
#[derive(Debug)]
pub struct Fuse {
    /// Steps that are left; below zero: none is set.
    left: AtomicI64,
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

const UNSET: i64 = -1;

impl Default for Fuse {
    fn default() -> Self {
        Self {
            left: AtomicI64::new(UNSET),
            answer_lost: AtomicI64::new(0),
            touched: Mutex::default(),
        }
    }
}

/// How a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Goes,
    LosesItsAnswer,
    Dies,
}

impl Fuse {
    /// A new process that never dies.
    pub fn unset(&self) {
        self.left.store(UNSET, Ordering::SeqCst);
    }

    /// A new process that dies in its `steps`th step, counted from 0; `answer_lost`: just after it.
    pub fn set(&self, steps: usize, answer_lost: bool) {
        self.answer_lost
            .store(i64::from(answer_lost), Ordering::SeqCst);
        self.left
            .store(i64::try_from(steps).unwrap_or(UNSET), Ordering::SeqCst);
    }

    /// Whether the process has died.
    pub fn has_burnt(&self) -> bool {
        self.left.load(Ordering::SeqCst) == i64::MIN
    }

    /// Takes what may have been written since the last time.
    pub fn take_touched(&self) -> Touched {
        std::mem::take(&mut self.touched.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn touches(&self, note: impl FnOnce(&mut Touched)) {
        note(&mut self.touched.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn step(&self) -> Step {
        match self.left.load(Ordering::SeqCst) {
            UNSET => Step::Goes,
            0 => {
                self.left.store(i64::MIN, Ordering::SeqCst);
                if self.answer_lost.load(Ordering::SeqCst) == 1 {
                    Step::LosesItsAnswer
                } else {
                    Step::Dies
                }
            }
            i64::MIN => Step::Dies,
            left => {
                self.left.store(left.saturating_sub(1), Ordering::SeqCst);
                Step::Goes
            }
        }
    }

    async fn through<T>(
        &self,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let dead = || Failure::unavailable("the process", "it has died");
        match self.step() {
            Step::Goes => call.await,
            Step::LosesItsAnswer => call.await.and_then(|_| Err(dead())),
            Step::Dies => Err(dead()),
        }
    }
}

/// A port behind a fuse.
#[derive(Debug)]
pub struct Fused<T> {
    /// The port itself.
    pub inner: T,
    /// The fuse.
    pub fuse: std::sync::Arc<Fuse>,
}

macro_rules! fused {
    ($port:ident for $($inner:ident)? $(<$store:ident>)? {
        $(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $out:ty $(, touching $what:ident $touched:expr)?;)*
    }) => {
        impl$(<$store: $port + Send>)? $port for Fused<fused!(@type $($inner)? $($store)?)> {
            $(async fn $name(&self $(, $arg: $type)*) -> Result<$out, Failure> {
                $(self.fuse.touches(|touched| { touched.$what.insert($touched); });)?
                self.fuse.through(self.inner.$name($($arg),*)).await
            })*
        }
    };
    (@type $inner:ident) => { $inner };
}

fused! { OrderStore for <S> {
    fn load(&self, id: OrderId) -> Option<Order>;
    fn place(&self, placement: &Placement) -> SaveOutcome, touching orders placement.change.order.placed.id;
    fn save(&self, change: &Change) -> SaveOutcome, touching orders change.order.placed.id;
    fn find(&self, reference: &Reference) -> Option<OrderId>;
    fn commits(&self, id: OrderId) -> Vec<Commit>;
    fn contact(&self, id: OrderId) -> Option<Contact>;
    fn of_customer(&self, email: &str, page: &PageRequest) -> Page<OrderId>;
    fn of_status(&self, status: Status, day: jiff::civil::Date, page: &PageRequest) -> Page<OrderId>;
    fn overdue(&self, now: Timestamp, page: &PageRequest) -> Page<OrderId>;
} }

fused! { StockStore for <S> {
    fn sku(&self, sku: &Sku) -> SkuStock;
    fn move_stock(&self, commit: &StockCommit) -> StockMoveOutcome, touching movements commit.record.cause.key();
    fn movement(&self, cause: &str) -> Option<StockRecord>;
    fn backordered_skus(&self, page: &PageRequest) -> Page<Sku>;
} }

fused! { ConfigStore for <S> {
    fn locations(&self) -> Vec<Location>;
    fn put_location(&self, location: &Location) -> ();
    fn rules(&self) -> RoutingRules;
} }

fused! { Redrive for MemoryRedrive {
    fn order(&self, id: OrderId, owed: Owed) -> ();
    fn sku(&self, sku: &Sku) -> ();
} }

fused! { FulfillmentProvider for MemoryProvider {
    fn send(&self, location: &Location, id: &str, errand: &ProviderRequest) -> ();
} }
