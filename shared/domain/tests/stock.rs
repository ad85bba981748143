//! A level tells what is on the shelf, in whatever order counts, receipts, shipments and corrections are heard of.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests"
)]

use domain::stock::{
    LevelMove, MOVES_KEPT, MovementOutcome, StockDelta, StockLevel, StockMovement,
};
use jiff::Timestamp;
use proptest::{prelude::*, sample::Index};

fn at(second: usize) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + i64::try_from(second).unwrap()).unwrap()
}

fn empty() -> StockLevel {
    StockLevel::empty("TEE".parse().unwrap(), "berlin".parse().unwrap())
}

/// Something that happens at the shelf.
#[derive(Debug, Clone)]
enum Act {
    /// Units come in.
    Receipt(u32),
    /// A person puts the figure right by so much.
    Correction(i64),
    /// Parcels of one commit: reserved units of an order leave, and units that nobody asked for.
    Parcels {
        first: u32,
        second: u32,
        unexpected: u32,
    },
    /// A clerk counts.
    Count,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (1..9_u32).prop_map(Act::Receipt),
        1 => (-3..4_i64).prop_map(Act::Correction),
        3 => (0..4_u32, 0..4_u32, 0..2_u32)
            .prop_map(|(first, second, unexpected)| Act::Parcels { first, second, unexpected }),
        2 => Just(Act::Count),
    ]
}

/// What is reported of an act, with the time at which it was true.
enum Reported {
    Movement(StockMovement, Timestamp),
    Change(StockDelta),
}

/// Lets the acts happen, one second after another (or two at the same), and returns what is reported of them and what is on
/// the shelf and reserved in the end.
fn happens(acts: &[(Act, bool)]) -> (Vec<Reported>, i64, i64) {
    let (mut shelf, mut reserved, mut second) = (0_i64, 0_i64, 0);
    let mut reported = Vec::new();
    for (act, at_once) in acts {
        // A count has what happens at its own moment in its figure, if it comes after it.
        second += usize::from(!(*at_once && matches!(act, Act::Count)));
        let now = at(second);
        match act {
            Act::Receipt(units) => {
                shelf += i64::from(*units);
                let movement = StockMovement::Received { quantity: *units };
                reported.push(Reported::Movement(movement, now));
            }
            Act::Correction(delta) => {
                shelf += delta;
                let movement = StockMovement::Adjusted { delta: *delta };
                reported.push(Reported::Movement(movement, now));
            }
            Act::Parcels {
                first,
                second: other,
                unexpected,
            } => {
                let asked = i64::from(first + other);
                let gone = [i64::from(*first), i64::from(other + unexpected)];
                shelf -= gone[0] + gone[1];
                reserved -= asked;
                second += 1;
                reported.push(Reported::Change(StockDelta {
                    moves: vec![
                        LevelMove::new(now, -gone[0]),
                        LevelMove::new(at(second), -gone[1]),
                    ],
                    write_offs: vec![],
                    reserved: -asked,
                    is_reservation: false,
                    sku: empty().sku,
                    location: empty().location,
                }));
            }
            Act::Count => {
                let found = u32::try_from(shelf.max(0)).unwrap();
                // Nobody can count less than nothing: what is missing turns up.
                shelf = i64::from(found);
                reported.push(Reported::Movement(StockMovement::counted(found), now));
            }
        }
    }
    (reported, shelf, reserved)
}

fn apply_report(level: &StockLevel, reported: &Reported) -> StockLevel {
    match reported {
        Reported::Change(delta) => level.after(delta),
        Reported::Movement(movement, at) => match movement.apply_to(level, *at) {
            MovementOutcome::Moved(after, _) => after,
            MovementOutcome::Outdated(_) => level.clone(),
            MovementOutcome::TooOld { .. } => panic!("few movements, all kept"),
        },
    }
}

proptest! {
    #[test]
    fn what_is_on_hand_does_not_depend_on_the_order_of_arrival(
        acts in prop::collection::vec((act(), any::<bool>()), 0..24),
        shuffle in prop::collection::vec(any::<Index>(), 24),
    ) {
        let (mut reported, shelf, reserved) = happens(&acts);
        for (from, to) in shuffle.iter().take(reported.len()).enumerate() {
            let to = to.index(reported.len());
            reported.swap(from, to);
        }
        let level = reported.iter().fold(empty(), |level, reported| apply_report(&level, reported));
        prop_assert_eq!((level.on_hand, level.reserved), (shelf, reserved));
    }

    #[test]
    fn a_level_keeps_its_last_movements_and_no_more(
        seconds in prop::collection::vec(0..200_usize, 0..120),
        count in 0..200_usize,
    ) {
        let mut level = empty();
        for second in &seconds {
            let delta = StockDelta {
                moves: vec![LevelMove::new(at(*second), 1)],
                write_offs: vec![],
                reserved: 0,
                is_reservation: false,
                sku: empty().sku,
                location: empty().location,
            };
            level = level.after(&delta);
            prop_assert!(level.moves.len() <= domain::stock::MOVES_MAX);
        }
        let after = seconds.iter().filter(|second| **second > count).count();
        match StockMovement::counted(9).apply_to(&level, at(count)) {
            MovementOutcome::Moved(level, _) => {
                prop_assert_eq!(level.on_hand, 9 + i64::try_from(after).unwrap());
            }
            MovementOutcome::Outdated(_) => prop_assert!(false, "there was no count"),
            MovementOutcome::TooOld { .. } => prop_assert!(after > MOVES_KEPT, "{} movements", after),
        }
    }
}
