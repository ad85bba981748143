//! What a command causes.

use crate::{command::{Command, Context}, order::{Event, Order}, rejection::Rejection};

/// Decides what `command` causes. An empty list means that it has already happened.
///
/// # Errors
/// A [`Rejection`] with its reason.
pub fn decide(order: &Order, command: &Command, context: &Context) -> Result<Vec<Event>, Rejection> {
    let _ = (order, command, context);
    Ok(vec![])
}
