//! Two tables: one for everything but personal data, with a stream; one for personal data, without. Every write is
//! conditional or a transaction, and says which condition failed. A transaction spans both tables.
//!
//! | item | `pk` | `sk` | attributes besides | read by |
//! |---|---|---|---|---|
//! | order as placed | `ORDER#<id>` | `PLACED` | `text` | load |
//! | contact, in the table of personal data | `ORDER#<id>` | `CONTACT#<version, 6 digits>` | `text`, `customer` (keyed hash of the e-mail address), `placed_at` | contact, list by customer |
//! | entry of the access log, in the table of personal data | `ORDER#<id>`, or `PAYMENTS` | `ACCESS#<time>#<id>` | `text`, `access_day`, `accessed_at`, `expires_at` | access log, list by day |
//! | order state | `ORDER#<id>` | `STATE` | `text`, `version`, `phase_day`, `placed_at`; `due`, `due_at` while progress is owed; `exceptions` while one is open | load, list by phase (open, done) and day, sweep, list exceptions |
//! | commit | `ORDER#<id>` | `COMMIT#<seq, 6 digits>` | `text`, `hash`, `order_id`, `outbox`; `phase_day` and `placed_at` (when it was written) where the payment gateway must agree with it | audit, the stream, reconciliation |
//! | API request that changed nothing | `ORDER#<id>` | `UNCHANGED#<hash of its cause>` | `expires_at` | duplicate check |
//! | reference | `REF#<kind>#<value>` | `REF` | `order_id` | find |
//! | unmatched payment | `REF#intent#<intent>`, or `REF#payment#<name of its order>` | `REF` | `text`, `version`, `exceptions`, `placed_at`; `order_id` once an order has named it, and then it is a reference | applying facts, placing, list |
//! | basket that was placed lately | `REF#basket#<keyed hash>` | `REF` | `order_id`, `at` (when the order was placed, Unix time), `expires_at` | placing |
//! | unmatched payments that name an order that is not placed | `ORDER#<id>` | `PLACED` | `waiting`, `version`; replaced by the order as placed | placing |
//! | stock level | `SKU#<sku>` | `STOCK#<location>` | `on_hand`, `reserved`, `safety_stock`, `available`; `shortfall` when there is one; `counted_at`; `moves`, the last movements after it; `moves_dropped`, the time of the latest that is not kept; `count_needed` and `count_needed_for`, the open exception; `exceptions_opened` | SKU |
//! | exception about a stock level | `STOCK_EXCEPTIONS` | `<location>#<sku>` | `text`; `closed` when it is | list of exceptions, work on one |
//! | backorder | `SKU#<sku>` | `BACKORDER#<priority>#<placed at>#<order>#<line>` | `text`, `backordered`, `backordered_sku` | SKU, sweep |
//! | stock movement, work on an exception about stock | `INBOX#<source>#<id>` | `INBOX` | `record`, `outbox`, `expires_at` | duplicate check, the stream |
//! | location, supplier | `CONFIG` | `LOCATION#<id>` | `text` | routing, dispatch |
//! | health of a location | `HEALTH` | `LOCATION#<id>` | `text`, `version` | dispatch, list of locations |
//! | position in the payment gateway's list of events | `CURSOR` | `GATEWAY_EVENTS` | `text`, `version` | payments |
//! | result of reconciling a day | `RECONCILIATION` | `<day>` | `text`, `version` | payments, list |
//! | customer account | `ACCOUNT#<id>` | `ACCOUNT` | `text` (its limits), `version` (of the limits); `open_<currency>` and `free_<currency>` | placing, whatever changes what an order on account owes, read account |
//! | rules | `CONFIG` | `RULES#<version, 6 digits>` | `text` | routing |
//!
//! `text` and `record` are JSON documents, read as a whole; `schema` beside them is the version of the document, and a
//! document of a newer build is not read, so that this build never drops its fields by writing it back. Six sparse indexes hold keys only: `by-customer`,
//! `by-access-day`, `by-phase-day`, `by-due`, `by-exceptions`, `by-backordered-sku`; no decision rests on them, since an index is eventually consistent.
//!
//! An order's write is conditioned on the `version` of its state. The commit, the stock that it moves, the backorders
//! that it adds or removes, its references and what its account owes are in the same transaction.

mod access_log;
mod accounts;
mod backorders;
mod baskets;
mod client;
mod config;
mod events_cursor;
mod health;
mod items;
mod keys;
mod levels;
pub mod limits;
mod listing;
mod order_items;
mod orders;
mod outbox;
mod place;
mod reconciliation;
mod save;
mod stock;
mod stock_exceptions;
mod transact;
mod unmatched;
mod versioned;
mod writes;

pub use client::Table;
pub use outbox::StoredRecord;
