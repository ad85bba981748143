//! References that lead to another order already.

use domain::order::{Reference, Rejection, RejectionCode};

use crate::{failure::Failure, ports::OrderStore};

/// The failure of a write whose reference leads to another order. Of a transfer it names that order, so that a person can look
/// at both.
pub(super) async fn taken(store: &impl OrderStore, reference: Reference) -> Failure {
    let Reference::Transfer(name) = &reference else {
        return Failure::Taken(reference);
    };
    match store.find(&reference).await {
        Ok(Some(other)) => {
            let message = format!(
                "the transfer {name} is recorded on order {other}: one that pays several orders is recorded with a reference of \
                 its own for each"
            );
            let code = RejectionCode::PaymentReferenceTaken;
            Rejection::new(code, other.to_string(), message).into()
        }
        Ok(None) => Failure::Taken(reference),
        Err(failure) => failure,
    }
}
