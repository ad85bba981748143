use app::failure::*;
use jiff::Timestamp;

#[test]
fn what_does_not_work_leaves_its_messages_to_the_sweep() {
    let failing = MessageOutcome::of(Err(Failure::location("timeout", "no answer")));
    assert!(matches!(failing, MessageOutcome::Postponed(_, None)));
    let until = Timestamp::UNIX_EPOCH;
    let down = MessageOutcome::of(Err(Failure::LocationDown {
        location: "berlin".parse().unwrap(),
        code: "timeout".to_owned(),
        until,
    }));
    assert!(matches!(down, MessageOutcome::Postponed(_, Some(at)) if at == until));
    let down = MessageOutcome::of(Err(Failure::gateway("no answer")));
    assert!(matches!(down, MessageOutcome::Postponed(_, None)));
    let busy = MessageOutcome::of(Err(Failure::Gateway {
        until: Some(until),
        source: "busy".into(),
    }));
    assert!(matches!(busy, MessageOutcome::Postponed(_, Some(at)) if at == until));
    let busy = MessageOutcome::of(Err(Failure::TaxService {
        until: Some(until),
        source: "busy".into(),
    }));
    assert!(matches!(busy, MessageOutcome::Postponed(_, Some(at)) if at == until));
    let refused = MessageOutcome::of(Err(Failure::unavailable("the location", "it refuses")));
    assert!(matches!(refused, MessageOutcome::Failed(_)));
}
