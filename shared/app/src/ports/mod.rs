//! What the use cases need from outside, in terms of the domain.

#![warn(missing_docs)]

mod access_log;
mod accounts;
mod clock;
mod dead_letters;
mod events_cursor;
mod fulfillment_provider;
mod payment_gateway;
mod queues;
mod reconciliation;
mod secrets;
mod store;
mod tax_service;
mod unmatched;

pub use access_log::{AccessEntry, AccessLogStore, AccessVia};
pub use accounts::AccountStore;
pub use clock::{Clock, IdGenerator};
pub use dead_letters::{DeadLetter, DeadLetterQueues, QueueDepth};
pub use events_cursor::{EventsCursor, EventsWalk};
pub use fulfillment_provider::{FulfillmentProvider, ProviderRequest};
pub use payment_gateway::{
    EventPage, GatewayCommand, GatewayRecord, Made, PaymentGateway, RecordPage,
};
pub use queues::{InboundQueue, ReconciliationQueue, Redrive};
pub use reconciliation::ReconciliationStore;
pub use secrets::SecretStore;
pub use store::{
    ConfigStore, EventsCursorStore, HealthStore, OrderHistory, OrderStore, Page, PageRequest,
    PlaceOutcome, RememberOutcome, SaveOutcome, SkuStock, StockMoveOutcome, StockStore, Store,
};
pub use tax_service::TaxService;
pub use unmatched::{NAMED_BY_MAX, StoredPayment, UnmatchedState, UnmatchedStore};
