//! What a decision says when there is much to say, and which lines nobody is left for.

use domain::{
    location::{LocationKind, RoutingRules},
    order::Destination,
    routing::{
        Available, Candidate, Demand, ELIGIBLE_MAX, EXCLUDED_MAX, RoutingInputs,
        declined_everywhere,
    },
};

use super::case::{Case, route};

fn demand(line: &str, sku: &str, units: u32, avoid: &[&str]) -> Demand {
    Demand {
        line: line.parse().unwrap(),
        sku: sku.parse().unwrap(),
        units,
        avoid: avoid
            .iter()
            .map(|location| location.parse().unwrap())
            .collect(),
    }
}

fn warehouse(location: &str, stock: &[(&str, u32)]) -> Candidate {
    let available = |(sku, units): &(&str, u32)| Available {
        sku: sku.parse().unwrap(),
        units: *units,
        withheld: 0,
        queued_ahead: 0,
    };
    Candidate {
        location: location.parse().unwrap(),
        kind: LocationKind::Warehouse,
        priority: 1,
        enabled: true,
        ships_to: vec![],
        untracked: false,
        stock: stock.iter().map(available).collect(),
    }
}

fn case(demands: Vec<Demand>, candidates: Vec<Candidate>) -> Case {
    let rules = RoutingRules::default();
    let inputs = RoutingInputs {
        left_out: None,
        demands,
        destination: Destination {
            country: "DE".to_owned(),
            region: None,
        },
        ship_complete: false,
        candidates,
        rules_version: rules.version,
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
    };
    Case { inputs, rules }
}

/// What is said of a demand for so many tees that as many locations have one each.
fn of_locations(count: u32) -> String {
    let candidates = (0..count).map(|n| warehouse(&format!("w{n}"), &[("TEE", 1)]));
    let mut case = case(vec![demand("1", "TEE", count, &[])], candidates.collect());
    case.rules.split_limit = count;
    route(&case).explanation
}

#[test]
fn eight_locations_are_named_and_the_rest_counted() {
    assert!(of_locations(8).ends_with("1 x TEE from w7 (warehouse)."));
    assert!(of_locations(9).ends_with("w7 (warehouse). The rest from 1 location."));
    assert!(of_locations(10).ends_with("The rest from 2 locations."));
}

#[test]
fn six_skus_are_named_and_the_rest_counted() {
    let of = |count: usize| {
        let skus = ["A", "B", "C", "D", "E", "F", "G"];
        let demands = skus.iter().take(count).map(|sku| demand(sku, sku, 1, &[]));
        route(&case(demands.collect(), vec![])).explanation
    };
    let six = "1 x A, 1 x B, 1 x C, 1 x D, 1 x E, 1 x F";
    assert_eq!(of(6), format!("{six} wait for stock."));
    assert_eq!(of(7), format!("{six}, 1 more wait for stock."));
}

#[test]
fn the_limit_of_the_rules_is_said_where_it_was_reached() {
    let with = |limit: u32| {
        let candidates = vec![warehouse("a", &[("TEE", 1)]), warehouse("b", &[("TEE", 1)])];
        let mut case = case(vec![demand("1", "TEE", 3, &[])], candidates);
        case.rules.split_limit = limit;
        route(&case).explanation
    };
    assert!(
        with(1)
            .ends_with("2 x TEE wait for stock. The rules allow no more than 1 fulfillment order.")
    );
    assert!(with(2).contains("The rules allow no more than 2 fulfillment orders."));
    assert!(!with(3).contains("The rules allow"));
    let mut whole = case(
        vec![demand("1", "TEE", 2, &[])],
        vec![warehouse("a", &[("TEE", 1)])],
    );
    whole.rules.split_lines = false;
    assert!(
        route(&whole)
            .explanation
            .contains("keep each line's units together")
    );
}

#[test]
fn locations_of_a_tier_that_was_not_needed_are_not_explained() {
    let third = |units| Candidate {
        kind: LocationKind::ThirdParty,
        ..warehouse("byrd", &[("TEE", units)])
    };
    let decided =
        |candidates| route(&case(vec![demand("1", "TEE", 1, &[])], candidates)).explanation;
    let enough = decided(vec![warehouse("a", &[("TEE", 1)]), third(0)]);
    assert_eq!(enough, "1 x TEE from a (warehouse).");
    // Also where another location of that tier could have helped.
    let cargo = Candidate {
        kind: LocationKind::ThirdParty,
        ..warehouse("cargo", &[("TEE", 9)])
    };
    let enough = decided(vec![warehouse("a", &[("TEE", 1)]), third(0), cargo]);
    assert_eq!(enough, "1 x TEE from a (warehouse).");
    let needed = decided(vec![warehouse("a", &[("TEE", 0)]), third(0)]);
    assert_eq!(
        needed,
        "1 x TEE wait for stock. a: out of stock for TEE. byrd: out of stock for TEE."
    );
}

#[test]
fn a_location_named_twice_counts_as_it_is_at_least_whatever_comes_first() {
    let (less, more) = (warehouse("a", &[("TEE", 1)]), warehouse("a", &[("TEE", 2)]));
    for candidates in [vec![less.clone(), more.clone()], vec![more, less]] {
        let decision = route(&case(vec![demand("1", "TEE", 2, &[])], candidates));
        assert_eq!(decision.assignments[0].lines[0].1, 1);
        assert_eq!(decision.unplaced[0].units, 1);
    }
}

#[test]
fn nobody_is_left_for_a_line_that_all_who_could_ship_it_have_declined() {
    let line = |avoid: &[&str]| demand("1", "TEE", 1, avoid);
    let nobody = |demand: Demand, candidates: Vec<Candidate>| {
        let case = case(vec![demand], candidates);
        !declined_everywhere(&case.inputs, &route(&case)).is_empty()
    };
    let (a, empty) = (
        || warehouse("a", &[("TEE", 9)]),
        || warehouse("b", &[("TEE", 0)]),
    );
    assert!(nobody(line(&["a"]), vec![a()]));
    assert!(nobody(line(&["a", "b"]), vec![a(), empty()]));
    // It may get some.
    assert!(!nobody(line(&["a"]), vec![a(), empty()]));
    // Nobody has declined, or the line has found a place.
    assert!(!nobody(line(&[]), vec![empty()]));
    assert!(!nobody(line(&[]), vec![]));
    assert!(!nobody(
        line(&["a"]),
        vec![a(), warehouse("c", &[("TEE", 1)])]
    ));
    // These could not have shipped it anyway.
    let closed = Candidate {
        enabled: false,
        ..empty()
    };
    let abroad = Candidate {
        ships_to: vec!["FR".to_owned()],
        ..empty()
    };
    let mugs = warehouse("b", &[("MUG", 1)]);
    for other in [closed, abroad, mugs] {
        assert!(nobody(line(&["a"]), vec![a(), other]));
    }
    let here = Candidate {
        ships_to: vec!["DE".to_owned()],
        ..empty()
    };
    assert!(!nobody(line(&["a"]), vec![a(), here]));
    // Only the line that it is about.
    let two = vec![line(&["a"]), demand("2", "TEE", 1, &[])];
    let case = case(two, vec![a()]);
    let left = declined_everywhere(&case.inputs, &route(&case));
    assert_eq!(
        left.iter().map(|line| line.as_str()).collect::<Vec<_>>(),
        ["1"]
    );
}

#[test]
fn a_decision_stores_the_next_best_locations_and_counts_the_others() {
    // So many that could ship it, and so many that have none.
    let stored = |eligible: usize, excluded: usize| {
        let could = (0..eligible).map(|n| warehouse(&format!("w{n:02}"), &[("TEE", 1)]));
        let empty = (0..excluded).map(|n| warehouse(&format!("x{n:02}"), &[("TEE", 0)]));
        let demands = vec![demand("1", "TEE", 1, &[])];
        let decision = route(&case(demands, could.chain(empty).collect()));
        let left_out = decision.inputs.left_out;
        let counts = left_out.map(|left_out| (left_out.eligible, left_out.excluded));
        (
            decision.inputs.candidates.len(),
            counts,
            decision.explanation,
        )
    };
    let all = ELIGIBLE_MAX + EXCLUDED_MAX;
    let (kept, left_out, _) = stored(ELIGIBLE_MAX, EXCLUDED_MAX);
    assert_eq!((kept, left_out), (all, None));
    let (kept, left_out, said) = stored(ELIGIBLE_MAX + 1, EXCLUDED_MAX);
    assert_eq!((kept, left_out), (all, Some((1, 0))));
    assert!(
        said.ends_with("1 location more could supply something and is not in the plan."),
        "{said}"
    );
    let (kept, left_out, said) = stored(ELIGIBLE_MAX + 2, EXCLUDED_MAX + 3);
    assert_eq!((kept, left_out), (all, Some((2, 3))));
    assert!(
        said.contains("3 locations more cannot supply what is demanded."),
        "{said}"
    );
    assert!(
        said.ends_with("2 locations more could supply something and are not in the plan."),
        "{said}"
    );
    let (kept, left_out, _) = stored(1, EXCLUDED_MAX + 1);
    assert_eq!((kept, left_out), (1 + EXCLUDED_MAX, Some((0, 1))));
}
