//! A decision does not grow with the network: it is stored with each order, in an item of at most 400 KB.

use domain::{
    ids::{FulfillmentOrderId, OrderId, ShopId},
    location::{LocationKind, RoutingRules},
    order::{
        Actor, Cause, Change, Context, Destination, Event, FulfillmentLine, FulfillmentOrder,
        FulfillmentStatus, Line, LineUnits, Order, PlacedOrder, Terms,
    },
    routing::{
        Available, Candidate, Decision, Demand, ELIGIBLE_MAX, EXCLUDED_MAX, EXCLUSIONS_MAX,
        LeftOut, RoutingInputs, replay,
    },
};
use jiff::Timestamp;
use proptest::prelude::*;

use super::case::{Case, route};

const DECISION_BYTES_MAX: usize = 64 * 1024;
/// DynamoDB's limit of an item.
const ITEM_BYTES_MAX: usize = 400 * 1024;

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn demand(n: u32, units: u32) -> Demand {
    Demand {
        line: format!("line-{n}").parse().unwrap(),
        sku: format!("SKU-{n:06}-LARGE-BLUE").parse().unwrap(),
        units,
        avoid: vec![],
    }
}

fn network(
    locations: u32,
    lines: u32,
    units: impl Fn(u32, u32) -> Option<(u32, u32, u32)>,
) -> Case {
    let countries = |n: u32| {
        (0..n % 3 * 15)
            .map(|c| format!("{}{}", 'A', c))
            .chain(["DE".to_owned()])
    };
    let units = &units;
    let stock = |n: u32| {
        (0..lines).filter_map(move |line| {
            let (units, withheld, queued_ahead) = units(n, line)?;
            let sku = demand(line, 1).sku;
            Some(Available {
                sku,
                units,
                withheld,
                queued_ahead,
            })
        })
    };
    let candidates = (0..locations).map(|n| Candidate {
        location: format!("store-{n:03}-in-a-town").parse().unwrap(),
        kind: if n % 2 == 0 {
            LocationKind::Warehouse
        } else {
            LocationKind::ThirdParty
        },
        priority: n % 4,
        enabled: true,
        ships_to: countries(n).collect(),
        untracked: false,
        stock: stock(n).collect(),
    });
    // Searches that stop early, so that the test is quick: the sizes do not depend on it.
    let rules = RoutingRules {
        search_limit: 500,
        ..RoutingRules::default()
    };
    let inputs = RoutingInputs {
        demands: (0..lines).map(|n| demand(n, 2 + n % 3)).collect(),
        destination: Destination {
            country: "DE".to_owned(),
            region: None,
        },
        ship_complete: false,
        candidates: candidates.collect(),
        rules_version: rules.version,
        now: now(),
        left_out: None,
    };
    Case { inputs, rules }
}

/// The commit that the decision leads to.
fn commit(case: &Case, decision: &Decision) -> Change {
    let lines = case.demands.iter().map(|demand| Line {
        id: demand.line.clone(),
        sku: demand.sku.clone(),
        title: String::new(),
        quantity: demand.units,
        unit_price: 1,
        discount: 0,
        tax: 0,
        shipping: 0,
        step: 1,
    });
    let (shop, number) = (ShopId::default(), "1001".parse().unwrap());
    let order = Order::unplaced(PlacedOrder {
        id: OrderId::of(&shop, &number),
        number,
        shop,
        placed_at: now(),
        currency: "EUR".parse().unwrap(),
        lines: lines.collect(),
        destination: case.destination.clone(),
        terms: Terms::default(),
        tax: None,
    });
    let planned = decision
        .assignments
        .iter()
        .enumerate()
        .map(|(n, assignment)| FulfillmentOrder {
            id: FulfillmentOrderId::mint(now(), [n as u8; 10]),
            location: assignment.location.clone(),
            untracked: assignment.untracked,
            status: FulfillmentStatus::Planned,
            since: now(),
            lines: assignment
                .lines
                .iter()
                .map(|(line, units)| FulfillmentLine::assigned(line.clone(), *units))
                .collect(),
            cancel_reason: None,
            closing: None,
            overdue_shown: false,
            silence_closed: None,
            stop_refused: false,
            asked_again: 0,
            repeated: false,
            taken_back: 0,
            collect: None,
        });
    let routed = Event::OrderRouted {
        fulfillment_orders: planned.collect(),
        decision: Box::new(decision.clone()),
    };
    let unplaced = decision.unplaced.iter().map(|u| LineUnits {
        line: u.line.clone(),
        sku: u.sku.clone(),
        units: u.units,
    });
    let backordered = Event::UnitsBackordered {
        lines: unplaced.collect(),
    };
    let context = Context {
        now: now(),
        actor: Actor::system("routing"),
        cause: Cause::new("bus", "1"),
    };
    Change::new(&order, vec![routed, backordered], &context).unwrap()
}

fn assert_bounded(name: &str, case: &Case) -> Decision {
    let decision = route(case);
    let text = serde_json::to_string(&decision).unwrap();
    let change = commit(case, &decision);
    assert!(
        text.len() <= DECISION_BYTES_MAX,
        "{name}: {} bytes",
        text.len()
    );
    assert!(
        change.commit.text.len() <= ITEM_BYTES_MAX / 4,
        "{name}: {}",
        change.commit.text.len()
    );
    assert!(decision.inputs.candidates.len() <= ELIGIBLE_MAX + EXCLUDED_MAX);
    assert!(decision.exclusions.len() <= EXCLUSIONS_MAX);
    let read: Decision = serde_json::from_str(&text).unwrap();
    assert_eq!(read, decision);
    assert_eq!(
        serde_json::to_string(&replay(&read, &case.rules).unwrap()).unwrap(),
        text
    );
    decision
}

#[test]
fn three_hundred_locations_and_a_hundred_lines_are_a_small_decision() {
    let everywhere = network(300, 100, |_, _| Some((1000, 3, 4)));
    let nowhere = network(300, 100, |_, _| Some((0, 0, 0)));
    let not_carried = network(300, 100, |_, _| None);
    let here_and_there = network(300, 100, |n, line| {
        ((n * 7 + line) % 11 == 0).then_some((1, 1, 0))
    });
    for (name, case) in [
        ("everywhere", everywhere),
        ("nowhere", nowhere),
        ("not carried", not_carried),
        ("here and there", here_and_there),
    ] {
        assert_bounded(name, &case);
    }
}

#[test]
fn the_largest_order_in_three_hundred_stores_is_routed() {
    let case = network(300, 40, |n, line| {
        ((n + line) % 5 != 0).then_some((9, 2, 1))
    });
    let decision = assert_bounded("40 lines", &case);
    assert!(!decision.assignments.is_empty());
    let left_out = decision.inputs.left_out.unwrap();
    assert_eq!(
        left_out.eligible as usize + decision.inputs.candidates.len(),
        300
    );
    assert!(
        decision.explanation.contains("could supply something"),
        "{}",
        decision.explanation
    );
}

#[test]
fn refusals_by_locations_that_are_not_stored_are_not_stored_either() {
    let mut case = network(300, 40, |_, _| Some((9, 0, 0)));
    let all: Vec<_> = case.candidates.iter().map(|c| c.location.clone()).collect();
    for demand in &mut case.demands {
        demand.avoid = all.iter().skip(5).cloned().collect();
    }
    assert_bounded("avoided", &case);
}

#[test]
fn three_hundred_lines_of_no_stock_are_a_few_and_a_count() {
    let mut case = network(300, 1, |_, _| Some((0, 0, 0)));
    // Far down the list, the one that explains something.
    case.candidates[299].stock[0].withheld = 5;
    let decision = route(&case);
    assert_eq!(decision.exclusions.len(), EXCLUDED_MAX);
    assert_eq!(decision.exclusions_unlisted as usize, 300 - EXCLUDED_MAX);
    let named = case.candidates[299].location.as_str();
    assert!(
        decision.explanation.contains(named),
        "{}",
        decision.explanation
    );
    assert!(
        decision
            .explanation
            .contains("292 locations more cannot supply"),
        "{}",
        decision.explanation
    );
}

/// Networks of more locations than are stored.
fn large() -> impl Strategy<Value = Case> {
    let stock = prop::collection::vec(prop::option::weighted(0.6, 0..4_u32), 3);
    let location = (stock, 0..3_u32, 0..2_usize, prop::bool::weighted(0.9));
    (
        prop::collection::vec(location, 25..60),
        prop::collection::vec(0..6_u32, 1..5),
        1..4_u32,
        any::<bool>(),
        prop::bool::weighted(0.2),
    )
        .prop_map(
            |(locations, demands, split_limit, split_lines, ship_complete)| {
                let mut case = network(locations.len() as u32, 3, |n, line| {
                    locations[n as usize].0[line as usize].map(|units| (units, 0, 0))
                });
                for (candidate, (_, priority, kind, enabled)) in
                    case.candidates.iter_mut().zip(&locations)
                {
                    candidate.priority = *priority;
                    candidate.kind = [LocationKind::Warehouse, LocationKind::Supplier][*kind];
                    candidate.enabled = *enabled;
                }
                let numbered = demands.iter().enumerate();
                case.demands = numbered
                    .map(|(n, units)| Demand {
                        line: format!("L{n}").parse().unwrap(),
                        ..demand(n as u32 % 3, *units)
                    })
                    .collect();
                case.ship_complete = ship_complete;
                case.rules.split_limit = split_limit;
                case.rules.split_lines = split_lines;
                case.rules.search_limit = 200_000;
                case
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases::unless_told(150), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_out_changes_no_plan(case in large()) {
        let decision = route(&case);
        let mut whole = case.clone();
        whole.inputs.left_out = Some(LeftOut::default());
        let all = route(&whole);
        prop_assert_eq!(all.inputs.candidates.len(), case.candidates.len());
        prop_assert!(decision.inputs.candidates.len() <= ELIGIBLE_MAX + EXCLUDED_MAX);
        prop_assume!(!all.truncated && !decision.truncated);
        prop_assert_eq!(&decision.assignments, &all.assignments);
        prop_assert_eq!(&decision.unplaced, &all.unplaced);
    }

    #[test]
    fn a_decision_of_a_large_network_replays_bit_for_bit(case in large(), limit in 0..200_u32) {
        let mut case = case;
        case.rules.search_limit = limit;
        let decision = route(&case);
        let text = serde_json::to_string(&decision).unwrap();
        let read: Decision = serde_json::from_str(&text).unwrap();
        let again = replay(&read, &case.rules).unwrap();
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), text);
    }
}
