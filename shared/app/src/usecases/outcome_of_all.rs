//! What the effects of an order end with that one message has performed. One that fails does not keep the others from being
//! performed.

use jiff::Timestamp;

use crate::failure::Failure;

/// The failure that the message ends with: one that can end as a dead letter comes before those of whom does not work, which
/// cannot; of several of these, the one that is tried first.
pub fn outcome_of_all(failures: impl IntoIterator<Item = Failure>) -> Result<(), Failure> {
    failures
        .into_iter()
        .min_by_key(postponed)
        .map_or(Ok(()), Err)
}

/// Whether it is only postponed, and until when.
fn postponed(failure: &Failure) -> (bool, Option<Timestamp>) {
    if let Failure::LocationDown { until, .. } = failure {
        (true, Some(*until))
    } else if let Failure::Gateway { until, .. } | Failure::TaxService { until, .. } = failure {
        (true, *until)
    } else {
        (matches!(failure, Failure::Location { .. }), None)
    }
}
