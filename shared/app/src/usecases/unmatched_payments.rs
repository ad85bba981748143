//! Unmatched payments end: an order names them, which [`place`](super::place) and a further fact see to; a person closes
//! them; or nobody has named them for [`UNMATCHED_CLOSED_AFTER_DAYS`]. What is closed is kept.

use domain::{
    inbound::{
        PaymentKey, UNMATCHED_CLOSED_AFTER_DAYS, UnmatchedCloseReason, UnmatchedClosed,
        UnmatchedPayment,
    },
    order::{Actor, Cause},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    execute::REQUEST_ROUNDS,
    idempotency::{IdempotencyKey, Idempotent, check_same_request},
};
use crate::{
    failure::Failure,
    ports::{Clock, PageRequest, StoredPayment, UnmatchedState, UnmatchedStore},
};

/// A person closes an unmatched payment, with a note if there is one. An order that names it later gets it all the same.
///
/// # Errors
/// [`Failure::NotFound`] when there is none of that key, [`Failure::Rejected`] when it is closed,
/// [`Failure::KeyReused`].
pub async fn close(
    store: &impl UnmatchedStore,
    clock: &impl Clock,
    payment: &PaymentKey,
    note: Option<String>,
    key: &IdempotencyKey,
    actor: &Actor,
) -> Result<Idempotent<UnmatchedPayment>, Failure> {
    let cause = key.cause();
    for _ in 0..REQUEST_ROUNDS {
        let StoredPayment::Unmatched(open) = store.payment(payment).await? else {
            return Err(Failure::NotFound("an unmatched payment".to_owned()));
        };
        if let Some(closed) = &open.closed
            && closed.cause.key() == cause.key()
        {
            check_same_request(&closed.cause, &cause)?;
            return Ok(Idempotent {
                value: *open,
                replayed: true,
            });
        }
        let closed = open.close(UnmatchedClosed {
            reason: UnmatchedCloseReason::ByPerson,
            at: clock.now(),
            by: actor.clone(),
            cause: cause.clone(),
            note: note.clone(),
        })?;
        if store.put_payment(&closed, &[]).await? {
            return Ok(Idempotent {
                value: closed,
                replayed: false,
            });
        }
    }
    Err(Failure::Contended(REQUEST_ROUNDS))
}

/// Closes unmatched payments that no order has named for [`UNMATCHED_CLOSED_AFTER_DAYS`], until `stop_at`. One that has
/// changed meanwhile is the next sweep's, and so is what is not on the first `pages` pages of `items`.
///
/// # Errors
/// When the store does not answer.
pub(super) async fn close_old(
    store: &impl UnmatchedStore,
    clock: &impl Clock,
    (pages, items): (u32, u32),
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let now = clock.now();
    let days = SignedDuration::from_hours(UNMATCHED_CLOSED_AFTER_DAYS.saturating_mul(24));
    let before = now.checked_sub(days).unwrap_or(Timestamp::MIN);
    let mut page = PageRequest {
        limit: items,
        after: None,
    };
    let mut closed: u32 = 0;
    for _ in 0..pages {
        let old = store.unmatched_payments(UnmatchedState::Open, Some(before), &page);
        let old = old.await?;
        for payment in old.items {
            if clock.now() >= stop_at {
                break;
            }
            let end = UnmatchedClosed {
                reason: UnmatchedCloseReason::NoOrder,
                at: now,
                by: Actor::system("replenishment"),
                cause: Cause::new("sweep", "unmatched"),
                note: None,
            };
            // The index may lag: one that is closed stays as it is.
            if let Ok(end) = payment.close(end)
                && store.put_payment(&end, &[]).await?
            {
                closed = closed.saturating_add(1);
            }
        }
        match old.next {
            Some(next) if clock.now() < stop_at => page.after = Some(next),
            Some(_) | None => break,
        }
    }
    if closed > 0 {
        tracing::warn!(
            unmatched_closed = closed,
            "unmatched payments that no order has named are closed"
        );
    }
    Ok(())
}
