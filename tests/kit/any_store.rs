//! Any store behind one type, so that a story is one function whatever store it is run on.

use app::{
    failure::Failure,
    ports::{ConfigStore, Listed, Moved, OrderStore, Page, Saved, SkuView, StockStore, Store},
};
use domain::{
    change::{Change, Reference},
    ids::{OrderId, Sku},
    location::{Location, RoutingRules},
    order::{Commit, Contact, Order, Status},
    place::Placement,
    stock::{StockCommit, StockRecord},
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;

macro_rules! any_store {
    ($life:lifetime $($port:ident {
        $(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $out:ty;)*
    })*) => {
        /// The methods of the three store ports, as an object.
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
        fn place(&self, placement: &'a Placement) -> Saved;
        fn save(&self, change: &'a Change) -> Saved;
        fn find(&self, reference: &'a Reference) -> Option<OrderId>;
        fn commits(&self, id: OrderId) -> Vec<Commit>;
        fn contact(&self, id: OrderId) -> Option<Contact>;
        fn of_customer(&self, email: &'a str, page: &'a Page) -> Listed<OrderId>;
        fn of_status(&self, status: Status, day: jiff::civil::Date, page: &'a Page) -> Listed<OrderId>;
        fn overdue(&self, now: Timestamp, page: &'a Page) -> Listed<OrderId>;
    }
    StockStore {
        fn sku(&self, sku: &'a Sku) -> SkuView;
        fn move_stock(&self, commit: &'a StockCommit) -> Moved;
        fn movement(&self, cause: &'a str) -> Option<StockRecord>;
        fn waiting_skus(&self, page: &'a Page) -> Listed<Sku>;
    }
    ConfigStore {
        fn locations(&self) -> Vec<Location>;
        fn put_location(&self, location: &'a Location) -> ();
        fn rules(&self) -> RoutingRules;
    }
}
