//! What the effects of an order end with that one message has performed. One that fails does not keep the others from being
//! performed.

use jiff::Timestamp;

use crate::failure::Failure;

/// The failure that the message ends with: one that can end as a dead letter comes before those of whom does not work, which
/// cannot; of several of these, the one that is tried first.
pub(super) fn outcome_of_all(failures: impl IntoIterator<Item = Failure>) -> Result<(), Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn down(until: i64) -> Failure {
        Failure::LocationDown {
            location: "berlin".parse().unwrap(),
            code: String::new(),
            until: Timestamp::from_second(until).unwrap(),
        }
    }

    #[test]
    fn what_a_person_must_look_at_is_not_hidden_by_who_does_not_work() {
        assert!(outcome_of_all([]).is_ok());
        let gateway = || Failure::Gateway {
            until: None,
            source: "down".into(),
        };
        let wrong = || Failure::Inconsistent("another currency".to_owned());
        let ended = |failures: [Failure; 3]| outcome_of_all(failures).unwrap_err().code();
        assert_eq!(ended([gateway(), wrong(), down(1)]), "inconsistent");
        let timeout = Failure::location("timeout", "no answer");
        assert_eq!(ended([timeout, down(1), wrong()]), "inconsistent");
        let timeout = Failure::location("timeout", "no answer");
        assert_eq!(ended([down(1), down(2), timeout]), "location_failed");
        let Err(Failure::LocationDown { until, .. }) = outcome_of_all([down(2), down(1)]) else {
            panic!("a location is down")
        };
        assert_eq!(until.as_second(), 1);
    }
}
