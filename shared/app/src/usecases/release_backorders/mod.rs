//! Releases backorders, first in, first out, whenever stock may have become available.
//!
//! The queue of a SKU is drained from its head: each order in turn takes what it can have of the stock that is there
//! (policy `strict_partial`). A backorder is passed over only when it can take nothing: its order is on hold, no
//! location that has units may ship to it, or it ships complete and not all of it is in stock. Each release is one
//! transaction on the order. After each, the stock is read again; when more has arrived meanwhile, or a race was lost,
//! the queue is drained from its head again. So a later backorder never gets what an earlier one could have had.
//!
//! If the function stops between two releases, the written ones remain and the rest stays queued: the message is redelivered, and
//! the sweep finds SKUs that have both backorders and free stock.

mod drain;
mod message;
mod release;

pub use drain::{BACKORDERS_PER_MESSAGE, LOST_RACES_PER_MESSAGE, RELEASES_PER_MESSAGE, drain};
pub use message::on_message;
pub use release::BACKORDERS_EXAMINED_AHEAD;
