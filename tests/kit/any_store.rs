//! Any store behind one type, so that a story is one function whatever store it is run on.

use app::{
    failure::Failure,
    ports::{
        AccessEntry, AccessLogStore, AccountStore, ConfigStore, EventsCursor, EventsCursorStore,
        HealthStore, OrderHistory, OrderStore, Page, PageRequest, PlaceOutcome,
        ReconciliationStore, RememberOutcome, SaveOutcome, SkuStock, StockMoveOutcome, StockStore,
        Store, StoredPayment, UnmatchedState, UnmatchedStore,
    },
};
use domain::{
    account::{Account, AccountLimits},
    decide::Placement,
    health::LocationHealth,
    ids::{AccountId, LocationId, OrderId, Sku},
    inbound::{PaymentKey, UnmatchedPayment},
    location::{Location, RoutingRules},
    money::Currency,
    order::{Cause, Change, Reference},
    order::{Contact, Order, Phase},
    reconciliation::DayResult,
    stock::{StockCommit, StockException, StockRecord},
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;

macro_rules! any_store {
    ($life:lifetime $($port:ident {
        $(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $out:ty;)*
    })*) => {
        /// The methods of the store ports, as an object.
        pub(crate) trait AnyStore: Send + Sync {
            $($(fn $name<$life>(&$life self $(, $arg: $type)*) -> BoxFuture<$life, Result<$out, Failure>>;)*)*
        }

        impl<S: Store + Send + Sync> AnyStore for S {
            $($(fn $name<$life>(&$life self $(, $arg: $type)*) -> BoxFuture<$life, Result<$out, Failure>> {
                Box::pin($port::$name(self $(, $arg)*))
            })*)*
        }
    };
}

any_store! { 'a
    OrderStore {
        fn load(&self, id: OrderId) -> Option<Order>;
        fn place(&self, placement: &'a Placement) -> PlaceOutcome;
        fn save(&self, change: &'a Change) -> SaveOutcome;
        fn remember_unchanged(&self, order: &'a Order, request: &'a Cause, until: Timestamp) -> RememberOutcome;
        fn remembered_unchanged(&self, id: OrderId, request: &'a Cause) -> Option<Cause>;
        fn find(&self, reference: &'a Reference) -> Option<OrderId>;
        fn history(&self, id: OrderId) -> OrderHistory;
        fn contact(&self, id: OrderId, version: u32) -> Option<Contact>;
        fn of_customer(&self, email: &'a str, page: &'a PageRequest) -> Page<OrderId>;
        fn of_phase(&self, phase: Phase, day: jiff::civil::Date, page: &'a PageRequest) -> Page<OrderId>;
        fn postpone(&self, id: OrderId, version: Option<u64>, until: Timestamp) -> ();
        fn with_exceptions(&self, page: &'a PageRequest) -> Page<OrderId>;
        fn overdue(&self, now: Timestamp, page: &'a PageRequest) -> Page<OrderId>;
    }
    StockStore {
        fn sku(&self, sku: &'a Sku) -> SkuStock;
        fn move_stock(&self, commit: &'a StockCommit) -> StockMoveOutcome;
        fn movement(&self, cause: &'a str) -> Option<StockRecord>;
        fn stock_exception(&self, sku: &'a Sku, location: &'a LocationId) -> Option<StockException>;
        fn stock_exceptions(&self, page: &'a PageRequest) -> Page<StockException>;
        fn backordered_skus(&self, page: &'a PageRequest) -> Page<Sku>;
    }
    ConfigStore {
        fn locations(&self) -> Vec<Location>;
        fn put_location(&self, location: &'a Location) -> ();
        fn rules(&self) -> RoutingRules;
    }
    HealthStore {
        fn health(&self) -> Vec<LocationHealth>;
        fn put_health(&self, health: &'a LocationHealth) -> bool;
    }
    EventsCursorStore {
        fn events_cursor(&self) -> Option<EventsCursor>;
        fn put_events_cursor(&self, cursor: &'a EventsCursor) -> bool;
    }
    ReconciliationStore {
        fn day_result(&self, day: jiff::civil::Date) -> Option<DayResult>;
        fn day_results(&self, from: jiff::civil::Date, to: jiff::civil::Date) -> Vec<DayResult>;
        fn put_day_result(&self, result: &'a DayResult) -> bool;
        fn reconciled_on(&self, day: jiff::civil::Date, page: &'a PageRequest) -> Page<OrderId>;
    }
    AccountStore {
        fn account(&self, id: &'a AccountId) -> Option<Account>;
        fn put_limits(&self, limits: &'a AccountLimits, known: &'a [Currency]) -> bool;
    }
    AccessLogStore {
        fn log_access(&self, entry: &'a AccessEntry, keep_until: Timestamp) -> ();
        fn last_access(&self, order: OrderId, person: &'a str, since: Timestamp) -> Option<AccessEntry>;
        fn accesses_of_order(&self, order: OrderId, page: &'a PageRequest) -> Page<AccessEntry>;
        fn accesses_on(&self, day: jiff::civil::Date, page: &'a PageRequest) -> Page<AccessEntry>;
    }
    UnmatchedStore {
        fn payment(&self, key: &'a PaymentKey) -> StoredPayment;
        fn put_payment(&self, payment: &'a UnmatchedPayment, named: &'a [OrderId]) -> bool;
        fn unmatched_payments(&self, state: UnmatchedState, before: Option<Timestamp>, page: &'a PageRequest) -> Page<UnmatchedPayment>;
    }
}
