//! What an event changes.

use crate::{command::Context, order::{Event, Order}};

/// The order after an event. Total: an event that does not fit changes nothing it need not.
pub fn evolve(order: Order, event: &Event, context: &Context) -> Order {
    let _ = (event, context);
    order
}
