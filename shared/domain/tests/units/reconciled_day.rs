use domain::reconciliation::*;
use jiff::{SignedDuration, Timestamp};

fn at(minute: u32) -> Timestamp {
    format!("2026-11-23T02:{minute:02}:00Z").parse().unwrap()
}

fn payment(number: usize) -> GatewayObject {
    GatewayObject::new(ObjectKind::Payment, &format!("pi_{number}"))
}

fn found(kind: DifferenceKind, number: usize, minute: u32) -> Difference {
    Difference::found(kind, &payment(number), at(minute))
}

fn compared(result: &mut DayResult, kind: Option<DifferenceKind>, number: usize, minute: u32) {
    let found = kind.map(|kind| found(kind, number, minute));
    result.compared(&payment(number), found.into_iter().collect(), at(minute));
}

fn day() -> DayResult {
    DayResult::new("2026-11-22".parse().unwrap())
}

#[test]
fn a_difference_is_one_however_often_it_is_found_and_ends_when_both_agree() {
    let kind = DifferenceKind::CapturedDiffers;
    let mut result = day();
    compared(&mut result, Some(kind), 1, 1);
    compared(&mut result, Some(kind), 1, 2);
    assert_eq!(result.differences.len(), 1);
    let known = &result.differences[0];
    assert_eq!((known.since, known.checked_at), (at(1), at(2)));
    assert_eq!((result.stays_open(at(1)), result.stays_open(at(2))), (0, 1));
    compared(&mut result, None, 1, 3);
    assert_eq!((result.open().count(), result.differences.len()), (0, 1));
    compared(&mut result, Some(kind), 1, 4);
    assert_eq!(result.differences.len(), 1);
    assert_eq!(result.differences[0].since, at(4), "it is another one");
}

#[test]
fn what_is_not_kept_is_counted_and_faults_are_kept_first() {
    let mut result = day();
    compared(&mut result, Some(DifferenceKind::CapturedDiffers), 0, 1);
    compared(&mut result, None, 0, 1);
    for number in 1..=DAY_DIFFERENCES_MAX + 4 {
        compared(
            &mut result,
            Some(DifferenceKind::PaymentUnmatched),
            number,
            1,
        );
    }
    assert_eq!(result.differences.len(), DAY_DIFFERENCES_MAX);
    assert_eq!(
        (result.open().count(), result.left_out),
        (DAY_DIFFERENCES_MAX, 4)
    );
    let fault = DifferenceKind::PaymentMissingAtGateway;
    compared(&mut result, Some(fault), 999, 2);
    assert_eq!(result.differences.len(), DAY_DIFFERENCES_MAX);
    assert!(result.is_open(&payment(999)));
    assert_eq!(result.left_out, 5);
}

#[test]
fn a_full_result_fits_into_an_item() {
    let mut result = day();
    for number in 0..DAY_DIFFERENCES_MAX {
        let id = format!("{number:0255}");
        let object = GatewayObject::new(ObjectKind::Refund, &id);
        let longest = Difference {
            payment: Some(id),
            order: Some(domain::ids::OrderId::of(
                &domain::ids::ShopId::default(),
                &"1001".parse().unwrap(),
            )),
            currency: Some("EUR".parse().unwrap()),
            gateway: Figure::with_status(Some(i64::MAX), "needs_response"),
            ours: Figure::with_status(Some(i64::MAX), "needs_response"),
            ..Difference::found(DifferenceKind::DisputeMissingAtGateway, &object, at(1))
        };
        result.compared(&object, vec![longest], at(1));
    }
    let bytes = serde_json::to_string(&result).unwrap().len();
    assert!(bytes < 150_000, "{bytes}");
}

#[test]
fn a_run_goes_through_its_steps_and_one_that_hangs_is_begun_again() {
    let mut result = day();
    assert_eq!(result.begin(at(1)).step, Step::Payments);
    result.counts.payments = 7;
    result.go_on(Some("pi_7".to_owned()), at(2));
    let run = result.begin(at(3));
    assert_eq!((run.begun_at, run.after.as_deref()), (at(1), Some("pi_7")));
    for _ in 0..5 {
        assert_eq!(result.finished_at, None);
        result.go_on(None, at(4));
    }
    assert_eq!(
        (result.run.as_ref(), result.finished_at),
        (None, Some(at(4)))
    );
    result.counts.movements = 3;
    result.begin(at(5));
    for _ in 0..3 {
        result.go_on(None, at(6));
    }
    let step = result.run.as_ref().map(|run| run.step);
    assert_eq!(step, Some(Step::Again), "our side was looked for");
    let late = at(5).checked_add(SignedDuration::from_hours(13)).unwrap();
    assert_eq!(result.begin(late).begun_at, late);
    let counts = Counts {
        movements: 3,
        ..Counts::default()
    };
    assert_eq!(result.counts, counts);
}

#[test]
fn every_kind_has_its_own_name_and_says_what_to_do() {
    let names: std::collections::BTreeSet<_> =
        DifferenceKind::ALL.map(DifferenceKind::as_str).into();
    assert_eq!(names.len(), DifferenceKind::ALL.len());
    for kind in DifferenceKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert!(kind.what_to_do().ends_with('.'));
    }
}
