//! Whatever happens in whatever order, the table that comes of it is sound: the checker finds nothing where
//! nothing is wrong.

use domain::{
    inbound::FulfillmentFact,
    invariants::{check, owed_drains},
    order::Command,
    order::{HoldKind, Terms},
    stock::StockMovement,
};
use proptest::prelude::*;

use super::world::World;

#[derive(Debug, Clone)]
enum Step {
    Place {
        abroad: bool,
        complete: bool,
        priority: u8,
        lines: Vec<(usize, u32)>,
    },
    Route(usize),
    Drain(usize),
    Stock {
        location: usize,
        sku: usize,
        movement: StockMovement,
    },
    Request(usize),
    Report {
        order: usize,
        which: usize,
        fact: u8,
    },
    Ship {
        order: usize,
        which: usize,
        units: u32,
        last: bool,
    },
    Cancel {
        order: usize,
        units: u32,
    },
    Hold(usize),
    Release(usize),
    Again,
}

const SKUS: [&str; 2] = ["TEE", "MUG"];
const LOCATIONS: [&str; 2] = ["berlin", "hamburg"];

fn step() -> impl Strategy<Value = Step> {
    let order = 0..60_usize;
    let lines = prop::collection::vec((0..2_usize, 1..5_u32), 1..3);
    let place = (
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.3),
        4..6_u8,
        lines,
    )
        .prop_map(|(abroad, complete, priority, lines)| Step::Place {
            abroad,
            complete,
            priority,
            lines,
        });
    let movement = prop_oneof![
        6 => (0..6_u32).prop_map(|quantity| StockMovement::Received { quantity }),
        1 => (0..4_u32).prop_map(StockMovement::counted),
        1 => (-3..4_i64).prop_map(|delta| StockMovement::Adjusted { delta }),
        1 => (0..3_u32).prop_map(|units| StockMovement::SafetyStock { units }),
    ];
    let stock =
        (0..2_usize, 0..2_usize, movement).prop_map(|(location, sku, movement)| Step::Stock {
            location,
            sku,
            movement,
        });
    prop_oneof![
        3 => place,
        5 => order.clone().prop_map(Step::Route),
        3 => (0..2_usize).prop_map(Step::Drain),
        4 => stock,
        2 => order.clone().prop_map(Step::Request),
        3 => (order.clone(), 0..6_usize, 0..6_u8).prop_map(|(order, which, fact)| Step::Report { order, which, fact }),
        3 => (order.clone(), 0..6_usize, 0..4_u32, any::<bool>())
            .prop_map(|(order, which, units, last)| Step::Ship { order, which, units, last }),
        2 => (order.clone(), 1..4_u32).prop_map(|(order, units)| Step::Cancel { order, units }),
        1 => order.clone().prop_map(Step::Hold),
        1 => order.prop_map(Step::Release),
        2 => Just(Step::Again),
    ]
}

/// Plays a step on one of the orders and fulfillment orders that are there; what is refused changes nothing.
fn play(world: &mut World, step: &Step) {
    let some = |order: usize| order % world.orders.len().max(1);
    let part = |order: usize, which: usize| {
        let there = world
            .orders
            .get(some(order))
            .map_or(0, |r| r.order.state.fulfillment_orders.len());
        which.checked_rem(there)
    };
    match step {
        Step::Place {
            abroad,
            complete,
            priority,
            lines,
        } => {
            let lines: Vec<(&str, u32)> = lines
                .iter()
                .map(|(sku, units)| (SKUS[*sku], *units))
                .collect();
            let terms = Terms {
                ship_complete: *complete,
                priority: *priority,
                ..Terms::default()
            };
            world.place(if *abroad { "FR" } else { "DE" }, terms, &lines);
        }
        Step::Stock {
            location,
            sku,
            movement,
        } => world.stock(LOCATIONS[*location], SKUS[*sku], movement),
        Step::Drain(sku) => world.drain(SKUS[*sku]),
        Step::Again => world.tell_again(),
        Step::Report { order, which, fact } => {
            let Some(which) = part(*order, *which) else {
                return;
            };
            let fact = match fact {
                0 => FulfillmentFact::Accepted,
                1 => FulfillmentFact::Picking,
                2 => FulfillmentFact::Rejected {
                    reason: "capacity".to_owned(),
                },
                3 => FulfillmentFact::Rejected {
                    reason: "not_found".to_owned(),
                },
                4 => FulfillmentFact::Cancelled { lines: vec![] },
                _ => FulfillmentFact::CancelRefused {
                    reason: "late".to_owned(),
                },
            };
            let _ = world.report(some(*order), which, fact);
        }
        Step::Ship {
            order,
            which,
            units,
            last,
        } => {
            let Some(which) = part(*order, *which) else {
                return;
            };
            let lines: &[(&str, u32)] = &[("1", *units)];
            let _ = world.ship(
                some(*order),
                which,
                if *units == 0 { &[] } else { lines },
                *last,
            );
        }
        _ if world.orders.is_empty() => {}
        Step::Route(order) => world.route(some(*order)),
        Step::Request(order) => {
            let _ = world.apply(
                some(*order),
                &Command::RequestFulfillment { not_to: vec![] },
            );
        }
        Step::Cancel { order, units } => {
            let _ = world.cancel(some(*order), &[("1", *units)]);
        }
        Step::Hold(order) => {
            let (kind, handle) = (HoldKind::Manual, "h".to_owned());
            let _ = world.apply(
                some(*order),
                &Command::PlaceHold {
                    kind,
                    handle,
                    until: None,
                },
            );
        }
        Step::Release(order) => {
            let _ = world.apply(
                some(*order),
                &Command::ReleaseHold {
                    handle: "h".to_owned(),
                },
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases::unless_told(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_found_where_nothing_is_wrong(steps in prop::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        for step in &steps {
            play(&mut world, step);
        }
        prop_assert_eq!(check(&world.table()), []);
        for sku in SKUS {
            world.drain(sku);
        }
        // What one queue leaves may make another's order complete.
        world.drain(SKUS[0]);
        prop_assert_eq!(check(&world.table()), []);
        let owed = owed_drains(&world.table(), &world.locations, &world.rules);
        // An order that ships complete may have to leave something to those ahead of it in another queue.
        let complete = |id| world.orders.iter().any(|r| r.order.placed.id == id && r.order.placed.terms.ship_complete);
        prop_assert!(owed.iter().all(|o| complete(o.backorder.order)), "{:#?}", owed);
    }
}
