//! Races: use cases that run concurrently on one order, one SKU, or with one webhook.
//!
//! Each round has orders, SKUs and causes of its own, so that it may run on a table that others use. After each round
//! the rules are checked over all that it wrote. A task that lost to others is repeated, as its message would be.

mod cancel_against_ship;
mod counts;
mod disputes;
mod many_orders;
mod one_account;
mod one_basket;
mod one_webhook;
mod paid_order;
mod payment_against_placement;
mod refunds;
mod round;
mod task;

pub use cancel_against_ship::cancel_against_ship;
pub use counts::counts_against_parcels;
pub use disputes::{refunds_against_dispute, refunds_against_late_failure};
pub use many_orders::many_orders_want_ten_units;
pub use one_account::one_account_buys_many_times;
pub use one_basket::one_basket_placed_many_times;
pub use one_webhook::one_webhook_many_times;
pub use payment_against_placement::a_payment_against_its_placement;
pub use refunds::{credits_of_one_taxed_order, refunds_of_one_payment};
