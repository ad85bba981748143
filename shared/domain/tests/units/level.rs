use domain::stock::*;
use jiff::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn level(on_hand: i64) -> StockLevel {
    StockLevel {
        on_hand,
        ..StockLevel::empty("TEE".parse().unwrap(), "berlin".parse().unwrap())
    }
}

fn counted(level: &StockLevel, on_hand: u32, second: i64) -> StockLevel {
    let outcome = level.counted(on_hand, at(second));
    let CountOutcome::Counted(after) = outcome else {
        panic!("{outcome:?}");
    };
    after
}

#[test]
fn a_count_below_what_is_reserved_shows_as_shortfall_and_sells_nothing() {
    let level = StockLevel {
        reserved: 6,
        safety_stock: 1,
        ..level(10)
    };
    assert_eq!((level.available(), level.shortfall()), (3, 0));
    let counted = counted(&level, 4, 0);
    assert_eq!((counted.available(), counted.shortfall()), (0, 3));
}

#[test]
fn of_two_counts_at_one_moment_the_lower_holds() {
    let (low, high) = (counted(&level(0), 4, 9), counted(&level(0), 7, 9));
    assert_eq!(low.counted(7, at(9)), CountOutcome::Outdated);
    assert_eq!(high.counted(4, at(9)), CountOutcome::Counted(low));
}

#[test]
fn only_the_last_movements_are_kept_and_a_count_before_them_is_refused() {
    let mut level = level(0);
    for second in 1..=51 {
        level = level.moved(LevelMove::new(at(second), 1));
    }
    assert_eq!((level.on_hand, level.moves.len()), (51, MOVES_KEPT));
    assert_eq!(level.counted(9, at(0)), CountOutcome::TooOld);
    // Exactly those that are kept happened after it.
    assert_eq!(counted(&level, 9, 1).on_hand, 9 + 50);
    let after = counted(&level, 9, 41);
    assert_eq!((after.on_hand, after.moves.len()), (9 + 10, 10));
    assert_eq!(after.moves_dropped_until, None);
}

#[test]
fn the_oldest_movements_are_dropped_not_those_that_were_heard_of_first() {
    let mut level = level(0);
    for second in (1..=51).rev() {
        level = level.moved(LevelMove::new(at(second), 1));
    }
    assert_eq!(level.moves_dropped_until, Some(at(1)));
    assert_eq!(counted(&level, 9, 1).on_hand, 9 + 50);
}
