use domain::health::*;
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    let start = Timestamp::from_second(1_790_000_000).unwrap();
    start + SignedDuration::from_secs(second)
}

fn kiel() -> LocationHealth {
    LocationHealth::unknown("kiel".parse().unwrap(), at(0))
}

fn timeout() -> RequestOutcome {
    let code = "timeout".to_owned();
    RequestOutcome::Failed { code }
}

/// Kiel after so many outcomes in a row, the last of them at second 0.
fn after_each(outcome: &RequestOutcome, times: u32) -> LocationHealth {
    (0..times).fold(kiel(), |health, _| {
        health.observe(outcome, false, at(0)).unwrap_or(health)
    })
}

fn down() -> LocationHealth {
    after_each(&timeout(), FAILURES_TO_OPEN)
}

#[test]
fn failures_in_a_row_make_a_location_down_for_a_while() {
    let failing = after_each(&timeout(), FAILURES_TO_OPEN - 1);
    assert_eq!(failing.state(), HealthState::Failing);
    assert_eq!(failing.admission(at(0)), Admission::Send);
    let down = down();
    assert_eq!(down.state(), HealthState::Down);
    assert_eq!(down.admission(at(29)), Admission::Wait(at(30)));
    assert_eq!(down.admission(at(30)), Admission::Probe);
    assert_eq!(down.last_failure.as_ref().unwrap().code, "timeout");
    assert_eq!((down.version, down.since), (5, at(0)));
}

#[test]
fn one_answer_between_failures_keeps_a_location_from_being_down() {
    let failing = after_each(&timeout(), FAILURES_TO_OPEN - 1);
    let up = failing
        .observe(&RequestOutcome::Answered, false, at(1))
        .unwrap();
    assert_eq!((up.state(), up.since), (HealthState::Up, at(1)));
    let again = up.observe(&timeout(), false, at(2)).unwrap();
    assert_eq!((again.state(), again.failures), (HealthState::Failing, 1));
}

#[test]
fn pauses_grow_while_probes_fail_and_an_answer_ends_them() {
    let mut health = down();
    let mut pauses = Vec::new();
    let mut now = at(0);
    for _ in 0..6 {
        let until = health.open_until.unwrap();
        pauses.push(until.duration_since(now).as_secs());
        now = until;
        let probing = health.probing(now);
        assert_eq!(probing.admission(now), Admission::Wait(now + PROBE_TIME));
        health = probing.observe(&timeout(), true, now).unwrap();
    }
    assert_eq!(pauses, [30, 60, 120, 240, 300, 300]);
    assert_eq!(health.since, at(0), "it has been down all the time");
    let up = health
        .probing(now)
        .observe(&RequestOutcome::Answered, true, now);
    let up = up.unwrap();
    assert_eq!(up.state(), HealthState::Up);
    assert_eq!((up.pauses, up.last_success), (0, Some(now)));
}

#[test]
fn a_request_that_was_sent_before_the_location_was_down_does_not_lengthen_the_pause() {
    assert_eq!(down().observe(&timeout(), false, at(5)), None);
    let answered = down().observe(&RequestOutcome::Answered, false, at(5));
    assert_eq!(answered.unwrap().state(), HealthState::Up);
}

#[test]
fn a_slow_location_is_failing_and_then_down_but_an_answer_to_the_probe_lets_it_work() {
    let late = RequestOutcome::AnsweredLate;
    let slow = after_each(&late, FAILURES_TO_OPEN);
    assert_eq!(slow.state(), HealthState::Down);
    assert_eq!(slow.last_failure.as_ref().unwrap().code, SLOW);
    assert_eq!(slow.last_success, Some(at(0)));
    let probed = slow.probing(at(30)).observe(&late, true, at(36)).unwrap();
    assert_eq!((probed.state(), probed.failures), (HealthState::Failing, 1));
    assert_eq!(probed.admission(at(36)), Admission::Send);
}

#[test]
fn answers_of_a_location_that_is_up_are_not_worth_a_write() {
    assert_eq!(
        kiel().observe(&RequestOutcome::Answered, false, at(9)),
        None
    );
}

#[test]
fn the_stored_form_reads_back() {
    let text = serde_json::to_string(&down()).unwrap();
    assert_eq!(
        serde_json::from_str::<LocationHealth>(&text).unwrap(),
        down()
    );
}
