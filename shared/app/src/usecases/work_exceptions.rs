//! Exceptions: people take and close them.

use domain::{
    ids::OrderId,
    order::{Actor, Command, ExceptionKind, ExceptionOutcome, Order},
};

use super::{
    execute::{CommandRequest, Outcome, execute},
    idempotency::{IdempotencyKey, Idempotent},
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// What a person does with an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExceptionWork {
    /// Work on it, instead of whoever has taken it before.
    Take,
    /// End it.
    Close {
        outcome: ExceptionOutcome,
        /// Free text of a person; may contain personal data.
        note: Option<String>,
    },
}

/// The result of working on an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExceptionWorked {
    /// It is done; `replayed`: by the same request before.
    Done { replayed: bool },
    /// The exception is open, and of a kind that the caller may not work on.
    Forbidden(ExceptionKind),
}

/// Takes or closes the exception of that number, when `may_work_on` its kind.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when the order has no such exception, or when it
/// is closed.
pub async fn work_on_exception(
    store: &impl OrderStore,
    clock: &impl Clock,
    (order, number): (OrderId, u32),
    work: &ExceptionWork,
    key: &IdempotencyKey,
    actor: &Actor,
    may_work_on: impl Fn(&ExceptionKind) -> bool,
) -> Result<ExceptionWorked, Failure> {
    let cause = key.cause();
    let command = match work {
        ExceptionWork::Take => Command::TakeException {
            id: number,
            owner: actor.id.clone(),
        },
        ExceptionWork::Close { outcome, note } => Command::CloseException {
            id: number,
            outcome: outcome.clone(),
            note: note.clone(),
        },
    };
    let forbidden = |order: &Order| {
        let mut open = order.state.exceptions.iter();
        let kind = &open.find(|open| open.id == number)?.kind;
        (!may_work_on(kind)).then(|| kind.clone())
    };
    let request = CommandRequest::new(actor, cause.clone());
    let permitted = |order: &Order| forbidden(order).is_none().then(|| command.clone());
    let outcome = execute(store, clock, order, &request, permitted).await?;
    if let Outcome::Unchanged(order) = &outcome
        && let Some(kind) = forbidden(order)
    {
        return Ok(ExceptionWorked::Forbidden(kind));
    }
    let Idempotent { replayed, .. } = outcome.idempotent(&cause)?;
    Ok(ExceptionWorked::Done { replayed })
}
