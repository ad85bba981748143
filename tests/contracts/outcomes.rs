//! What a message ends with that has performed several effects of an order.

use app::{failure::Failure, usecases::outcome_of_all::outcome_of_all};
use jiff::Timestamp;

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
    let gateway = || Failure::gateway("down");
    let wrong = || Failure::Inconsistent("another currency".to_owned());
    let silent = || Failure::location("timeout", "no answer");
    let ended = |failures: [Failure; 3]| outcome_of_all(failures).unwrap_err().code();
    assert_eq!(ended([gateway(), wrong(), down(1)]), "inconsistent");
    assert_eq!(ended([silent(), down(1), wrong()]), "inconsistent");
    assert_eq!(ended([down(1), down(2), silent()]), "location_failed");
    let first = outcome_of_all([down(2), down(1)]);
    assert!(
        matches!(first, Err(Failure::LocationDown { until, .. }) if until.as_second() == 1),
        "{first:?}"
    );
}
