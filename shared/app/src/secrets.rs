//! Reading a stored secret as the type that it stands for.

use std::{error::Error, str::FromStr};

use crate::failure::Failure;

/// Parses what a [`SecretStore`](crate::ports::SecretStore) has found; `None` when it has found nothing. `what` names the secret in the
/// error, which must not show its value.
///
/// # Errors
/// [`Failure::Unavailable`] when the text cannot be parsed as the type: a message is retried, so that the secret can be
/// corrected meanwhile.
pub fn parse<T>(what: &'static str, stored: Option<String>) -> Result<Option<T>, Failure>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    stored
        .map(|text| {
            text.parse()
                .map_err(|error| Failure::unavailable(what, error))
        })
        .transpose()
}
