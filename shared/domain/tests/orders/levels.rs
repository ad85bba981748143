//! Stock levels: what is available, what a count holds against, and who closes an exception about it.

use domain::{
    order::{Actor, ExceptionKind, ExceptionOutcome, RejectionCode},
    stock::{
        CountOutcome, LevelMove, MOVES_KEPT, MOVES_MAX, StockDelta, StockException,
        StockExceptionClosed, StockLevel,
    },
};
use jiff::Timestamp;

use crate::common::at;

fn level(on_hand: i64) -> StockLevel {
    StockLevel {
        on_hand,
        ..StockLevel::empty("TEE".parse().unwrap(), "berlin".parse().unwrap())
    }
}

fn moves(list: &[(u64, i64)]) -> Vec<LevelMove> {
    let moves = list.iter();
    moves
        .map(|(second, units)| LevelMove::new(at(*second), *units))
        .collect()
}

/// What an order's change does: movements, of which some are write-offs, and reserved units.
fn delta(moved: &[(u64, i64)], write_offs: &[(u64, i64)], reserved: i64) -> StockDelta {
    StockDelta {
        sku: level(0).sku,
        location: level(0).location,
        moves: moves(moved),
        write_offs: moves(write_offs),
        reserved,
        is_reservation: reserved > 0,
    }
}

fn counted(level: &StockLevel, units: u32, time: Timestamp) -> StockLevel {
    let outcome = level.counted(units, time);
    let CountOutcome::Counted(after) = outcome else {
        panic!("{outcome:?}");
    };
    after
}

#[test]
fn a_count_holds_against_what_happened_before_it_and_at_its_moment() {
    let level = counted(&level(9), 4, at(10));
    let change = delta(&[(9, -1), (10, -1), (11, -1)], &[], -1);
    assert_eq!(change.on_hand(level.counted_at), -1);
    assert_eq!(change.on_hand(None), -3);
    assert_eq!(change.available(level.counted_at), 0);
    let after = level.after(&change);
    assert_eq!((after.on_hand, after.reserved), (3, -1));
    // Movements of no order.
    assert_eq!(level.moved(LevelMove::new(at(10), 5)).on_hand, 4);
    assert_eq!(level.moved(LevelMove::new(at(11), 5)).on_hand, 9);
    assert_eq!(level.moved(LevelMove::new(at(11), 0)).moves, []);
}

#[test]
fn of_the_counts_the_last_one_and_of_one_moment_the_lower_one_holds() {
    let level = counted(&level(9), 4, at(10));
    assert_eq!(level.counted(1, at(9)), CountOutcome::Outdated);
    assert_eq!(level.counted(4, at(10)), CountOutcome::Outdated);
    assert_eq!(level.counted(5, at(10)), CountOutcome::Outdated);
    assert_eq!(counted(&level, 3, at(10)).on_hand, 3);
    assert_eq!(counted(&level, 9, at(11)).on_hand, 9);
    // What came after it is carried over; what came at its moment is in it.
    let moved = level
        .moved(LevelMove::new(at(20), 2))
        .moved(LevelMove::new(at(21), 1));
    assert_eq!(counted(&moved, 7, at(20)).on_hand, 8);
}

#[test]
fn units_that_are_known_to_be_missing_are_not_written_off_again() {
    // Five are reserved and two are there: three are known to be missing.
    let short = StockLevel {
        reserved: 5,
        ..level(2)
    };
    let missing = |units: i64| delta(&[(1, -units)], &[(1, units)], -units);
    let after = |level: &StockLevel, units| {
        let after = level.after(&missing(units));
        (after.on_hand, after.reserved, after.moves.len())
    };
    assert_eq!(after(&short, 2), (2, 3, 0));
    assert_eq!(after(&short, 3), (2, 2, 0));
    assert_eq!(after(&short, 4), (1, 1, 1));
    // Nothing is known where all is there.
    let enough = StockLevel {
        reserved: 5,
        ..level(5)
    };
    assert_eq!(after(&enough, 2), (3, 3, 1));
    // Two write-offs share what is known.
    let two = delta(&[(1, -2), (2, -2)], &[(1, 2), (2, 2)], -4);
    assert_eq!(short.after(&two).on_hand, 1);
    // A shipment is not a write-off.
    assert_eq!(short.after(&delta(&[(1, -2)], &[], -2)).on_hand, 0);
}

#[test]
fn a_write_off_counts_when_it_is_after_the_last_count() {
    let change = delta(&[(5, -1)], &[(5, 1)], -1);
    assert!(change.writes_off(None) && change.writes_off(Some(at(4))));
    assert!(!change.writes_off(Some(at(5))));
    assert!(!delta(&[(5, -1)], &[], -1).writes_off(None));
    assert!(delta(&[], &[], 0).is_empty());
    assert!(!delta(&[], &[], 1).is_empty() && !delta(&[(1, 1)], &[], 0).is_empty());
}

#[test]
fn movements_are_dropped_when_there_are_too_many_and_only_then() {
    let mut level = level(0);
    for second in 1..=u64::try_from(MOVES_MAX).unwrap() {
        level = level.after(&delta(&[(second, 1)], &[], 0));
    }
    assert_eq!(
        (level.moves.len(), level.moves_dropped_until),
        (MOVES_MAX, None)
    );
    let dropped = level.after(&delta(&[(99, 1)], &[], 0));
    assert_eq!(dropped.moves.len(), MOVES_KEPT);
    let until = dropped.moves_dropped_until.unwrap();
    assert_eq!(
        until,
        at(u64::try_from(MOVES_MAX + 1 - MOVES_KEPT).unwrap())
    );
    // A count from before the last one that is dropped is refused, one from its moment is not.
    let before = Timestamp::from_second(until.as_second() - 1).unwrap();
    assert_eq!(dropped.counted(9, before), CountOutcome::TooOld);
    assert_eq!(
        counted(&dropped, 9, until).on_hand,
        9 + i64::try_from(MOVES_KEPT).unwrap()
    );
}

#[test]
fn a_level_was_restocked_by_receipts_and_counts() {
    assert_eq!(level(0).restocked_at(), None);
    let received = level(0)
        .moved(LevelMove::new(at(5), 1))
        .moved(LevelMove::new(at(9), -1));
    assert_eq!(received.restocked_at(), Some(at(5)));
    assert_eq!(counted(&received, 1, at(20)).restocked_at(), Some(at(20)));
}

#[test]
fn an_exception_about_a_refused_count_is_open_once_and_closed_once() {
    let (refused, open) = StockException::count_too_old(&level(0), 3, at(1), at(2)).unwrap();
    assert_eq!((open.id, refused.exceptions_opened), (1, 1));
    assert_eq!(
        StockException::count_too_old(&refused, 3, at(1), at(2)),
        None
    );
    let code = |level: &StockLevel, id| StockException::check_open(level, id).map_err(|r| r.code);
    assert_eq!(code(&refused, 1), Ok(()));
    assert_eq!(code(&refused, 0), Err(RejectionCode::UnknownException));
    assert_eq!(code(&refused, 2), Err(RejectionCode::UnknownException));
    let by = || Actor::system("test");
    let credit = open.close(
        &refused,
        ExceptionOutcome::AcceptedAsCredit,
        None,
        by(),
        at(3),
    );
    assert_eq!(credit.unwrap_err().code, RejectionCode::OutcomeNotAllowed);
    let (closed, _) = open
        .close(&refused, ExceptionOutcome::NoAction, None, by(), at(3))
        .unwrap();
    assert_eq!(code(&closed, 1), Err(RejectionCode::ExceptionClosed));
    // The next one has the next number, and the first stays closed.
    let (again, next) = StockException::count_too_old(&closed, 3, at(1), at(4)).unwrap();
    assert_eq!(next.id, 2);
    assert_eq!(code(&again, 1), Err(RejectionCode::ExceptionClosed));
    assert_eq!(code(&again, 2), Ok(()));
}

#[test]
fn units_that_are_missing_are_counted_after_the_last_report() {
    let missing = |level: &StockLevel, second| {
        let asked = StockException::units_missing(level, 2, at(second), at(90));
        asked.map(|(after, opened)| (after, opened.map(|open| (open.id, open.kind, open.at))))
    };
    let counted_at_5 = counted(&level(0), 3, at(5));
    // A count of the same moment knows.
    assert_eq!(missing(&counted_at_5, 5), None);
    let (asking, opened) = missing(&counted_at_5, 6).unwrap();
    assert_eq!(opened, Some((1, ExceptionKind::UnitsMissing, at(90))));
    assert_eq!(missing(&asking, 6), None);
    let (asking, opened) = missing(&asking, 8).unwrap();
    assert_eq!((opened, asking.exceptions_opened), (None, 1));
    // An earlier report asks for no earlier count.
    assert_eq!(missing(&asking, 7), None);

    let end = |before: &StockLevel, second| {
        let after = counted(before, 1, at(second));
        let ended = StockExceptionClosed::counted(before, &after, at(91));
        ended.map(|end| (end.id, end.kind, end.outcome))
    };
    assert_eq!(end(&asking, 7), None);
    let ended = (
        1,
        ExceptionKind::UnitsMissing,
        ExceptionOutcome::NoLongerTrue,
    );
    assert_eq!(end(&asking, 8), Some(ended));
    assert_eq!(end(&counted_at_5, 9), None);
    // A refused count asks too, and the exception that is open is the one.
    assert_eq!(
        StockException::count_too_old(&asking, 3, at(1), at(92)),
        None
    );
}
