//! Records money that people have seen, and refunds that they have made, where no payment gateway tells of it.

use domain::{
    ids::OrderId,
    order::{Actor, Command, Order, TenderKind},
};

use super::{
    execute::{CommandRequest, execute},
    idempotency::{IdempotencyKey, Idempotent},
};
use crate::{
    failure::Failure,
    ports::{Clock, OrderStore},
};

/// Money that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedPayment {
    pub kind: TenderKind,
    /// Its name where it came from; no personal data.
    pub reference: String,
    /// Minor units of the order's currency.
    pub amount: i64,
    /// Free text of a person; may contain personal data.
    pub note: Option<String>,
}

/// Records money that has come; returns the order as it is then.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when it is recorded already or cannot be a payment.
pub async fn record_payment(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    received: &ReceivedPayment,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Order>, Failure> {
    let command = Command::RecordReceived {
        kind: received.kind.clone(),
        reference: received.reference.clone(),
        amount: received.amount,
        note: received.note.clone(),
    };
    apply(store, clock, id, &command, key, actor).await
}

/// Records that a person has given back what an effect asks for; returns the order as it is then.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::KeyReused`], [`Failure::Rejected`] when the order has no such refund to be made.
pub async fn record_refund(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    (effect, reference): (u32, &str),
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Order>, Failure> {
    let command = Command::RecordRefund {
        effect,
        reference: reference.to_owned(),
    };
    apply(store, clock, id, &command, key, actor).await
}

async fn apply(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    command: &Command,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<Order>, Failure> {
    let request = CommandRequest::new(actor, key.cause());
    execute(store, clock, id, &request, |_| Some(command.clone()))
        .await?
        .idempotent(&key.cause())
}
