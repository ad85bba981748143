//! Routing by example: small inputs and what a merchant expects of them.

use domain::{
    location::{LocationKind, RoutingRules},
    order::Destination,
    routing::{Available, Candidate, Decision, Demand, ExclusionCode, RoutingInputs, WRITES_MAX},
};

use super::case::{Case, route};

fn demand(line: &str, sku: &str, units: u32) -> Demand {
    Demand {
        line: line.parse().unwrap(),
        sku: sku.parse().unwrap(),
        units,
        avoid: vec![],
    }
}

fn at(location: &str, kind: LocationKind, stock: &[(&str, u32)]) -> Candidate {
    let available = |(sku, units): &(&str, u32)| Available {
        sku: sku.parse().unwrap(),
        units: *units,
        withheld: 0,
        queued_ahead: 0,
    };
    Candidate {
        location: location.parse().unwrap(),
        kind,
        priority: 1,
        enabled: true,
        ships_to: vec![],
        untracked: false,
        stock: stock.iter().map(available).collect(),
    }
}

fn warehouse(location: &str, stock: &[(&str, u32)]) -> Candidate {
    at(location, LocationKind::Warehouse, stock)
}

fn supplier(location: &str, skus: &[&str]) -> Candidate {
    let stock: Vec<(&str, u32)> = skus.iter().map(|sku| (*sku, 0)).collect();
    Candidate {
        untracked: true,
        ..at(location, LocationKind::Supplier, &stock)
    }
}

fn inputs(demands: Vec<Demand>, candidates: Vec<Candidate>) -> Case {
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

/// `berlin: 1 x 2, 2 x 1 | hamburg: 1 x 3`, line by line.
fn plan(decision: &Decision) -> String {
    let assignments = decision.assignments.iter().map(|a| {
        let lines: Vec<String> = a
            .lines
            .iter()
            .map(|(line, units)| format!("{line} x {units}"))
            .collect();
        format!("{}: {}", a.location, lines.join(", "))
    });
    assignments.collect::<Vec<_>>().join(" | ")
}

fn unplaced(decision: &Decision) -> Vec<(String, u32)> {
    decision
        .unplaced
        .iter()
        .map(|u| (u.line.to_string(), u.units))
        .collect()
}

fn codes(decision: &Decision) -> Vec<(String, Option<String>, ExclusionCode)> {
    let exclusion = |f: &domain::routing::Exclusion| {
        (
            f.location.to_string(),
            f.line.as_ref().map(ToString::to_string),
            f.code,
        )
    };
    decision.exclusions.iter().map(exclusion).collect()
}

#[test]
fn one_location_that_has_everything_ships_everything() {
    let demands = vec![demand("1", "TEE", 2), demand("2", "MUG", 1)];
    let berlin = warehouse("berlin", &[("TEE", 2), ("MUG", 0)]);
    let hamburg = warehouse("hamburg", &[("TEE", 9), ("MUG", 9)]);
    let decision = route(&inputs(demands, vec![berlin, hamburg]));
    assert_eq!(plan(&decision), "hamburg: 1 x 2, 2 x 1");
    assert_eq!(
        decision.explanation,
        "2 x TEE, 1 x MUG from hamburg (warehouse). berlin: out of stock for MUG."
    );
}

#[test]
fn two_locations_that_complement_each_other_beat_three() {
    let demands = vec![
        demand("1", "TEE", 4),
        demand("2", "MUG", 1),
        demand("3", "CAP", 1),
    ];
    // Taking most from the first location would need three of them.
    let most = warehouse("a", &[("TEE", 3), ("MUG", 1), ("CAP", 0)]);
    let half = warehouse("b", &[("TEE", 2), ("MUG", 1), ("CAP", 0)]);
    let rest = warehouse("c", &[("TEE", 2), ("MUG", 0), ("CAP", 1)]);
    let decision = route(&inputs(demands, vec![most, half, rest]));
    assert_eq!(decision.assignments.len(), 2);
    assert_eq!(unplaced(&decision), []);
}

#[test]
fn a_line_stays_whole_where_it_can() {
    let demands = vec![demand("1", "TEE", 4), demand("2", "MUG", 1)];
    let near = Candidate {
        priority: 0,
        ..warehouse("near", &[("TEE", 3), ("MUG", 1)])
    };
    let far = Candidate {
        priority: 9,
        ..warehouse("far", &[("TEE", 4)])
    };
    let decision = route(&inputs(demands, vec![near, far]));
    assert_eq!(plan(&decision), "near: 2 x 1 | far: 1 x 4");
}

#[test]
fn priority_and_then_the_id_settle_a_tie() {
    let three = |first: u32| {
        let stock = &[("TEE", 5)];
        vec![
            Candidate {
                priority: 2,
                ..warehouse("aachen", stock)
            },
            Candidate {
                priority: first,
                ..warehouse("bonn", stock)
            },
            Candidate {
                priority: 2,
                ..warehouse("celle", stock)
            },
        ]
    };
    assert_eq!(
        plan(&route(&inputs(vec![demand("1", "TEE", 1)], three(1)))),
        "bonn: 1 x 1"
    );
    assert_eq!(
        plan(&route(&inputs(vec![demand("1", "TEE", 1)], three(2)))),
        "aachen: 1 x 1"
    );
}

#[test]
fn lower_tiers_give_only_what_the_higher_cannot() {
    let demands = || vec![demand("1", "TEE", 5)];
    let berlin = || warehouse("berlin", &[("TEE", 2)]);
    let third = |units| at("byrd", LocationKind::ThirdParty, &[("TEE", units)]);
    let maker = || supplier("maker", &["TEE"]);

    let decision = route(&inputs(demands(), vec![maker(), third(2), berlin()]));
    assert_eq!(
        plan(&decision),
        "berlin: 1 x 2 | byrd: 1 x 2 | maker: 1 x 1"
    );

    let decision = route(&inputs(demands(), vec![maker(), third(9), berlin()]));
    assert_eq!(plan(&decision), "berlin: 1 x 2 | byrd: 1 x 3");
    assert_eq!(
        decision.explanation,
        "2 x TEE from berlin (warehouse). 3 x TEE from byrd (3PL)."
    );

    let decision = route(&inputs(demands(), vec![third(2), berlin()]));
    assert_eq!(unplaced(&decision), [("1".to_owned(), 1)]);
    assert!(
        decision.explanation.ends_with("1 x TEE wait for stock."),
        "{}",
        decision.explanation
    );
}

#[test]
fn under_a_split_limit_most_units_come_before_the_higher_tier() {
    let candidates = vec![
        warehouse("a", &[("TEE", 3)]),
        warehouse("b", &[("TEE", 1)]),
        supplier("maker", &["TEE"]),
    ];
    let mut inputs = inputs(vec![demand("1", "TEE", 5)], candidates);
    inputs.rules.split_limit = 2;
    assert_eq!(plan(&route(&inputs)), "a: 1 x 3 | maker: 1 x 2");
    inputs.rules.split_limit = 1;
    assert_eq!(plan(&route(&inputs)), "maker: 1 x 5");
    inputs.rules.split_limit = 0;
    let decision = route(&inputs);
    assert_eq!(
        (plan(&decision), unplaced(&decision)),
        (String::new(), vec![("1".to_owned(), 5)])
    );
    assert!(
        decision
            .explanation
            .contains("no more than 0 fulfillment orders"),
        "{}",
        decision.explanation
    );
}

#[test]
fn every_exclusion_has_its_reason() {
    let demands = vec![
        demand("1", "TEE", 1),
        Demand {
            avoid: vec!["picky".parse().unwrap()],
            ..demand("2", "MUG", 1)
        },
    ];
    let both = &[("TEE", 3), ("MUG", 3)];
    let mut careful = warehouse("careful", both);
    careful.stock[0] = Available {
        units: 0,
        withheld: 2,
        queued_ahead: 1,
        ..careful.stock[0].clone()
    };
    let mut queue = warehouse("queue", both);
    queue.stock[0] = Available {
        units: 0,
        queued_ahead: 1,
        ..queue.stock[0].clone()
    };
    let candidates = vec![
        Candidate {
            enabled: false,
            ..warehouse("asleep", both)
        },
        careful,
        warehouse("empty", &[("TEE", 0), ("MUG", 0)]),
        Candidate {
            ships_to: vec!["FR".to_owned()],
            ..warehouse("france", both)
        },
        warehouse("mugs", &[("MUG", 3)]),
        warehouse("picky", both),
        queue,
        supplier("maker", &["TEE", "MUG"]),
    ];
    let mut inputs = inputs(demands, candidates);
    inputs.rules.tiers = vec![vec![LocationKind::Warehouse]];
    let decision = route(&inputs);
    let expected = [
        ("asleep", None, ExclusionCode::Disabled),
        ("careful", Some("1"), ExclusionCode::SafetyStock),
        ("empty", None, ExclusionCode::OutOfStock),
        ("france", None, ExclusionCode::DoesNotShipThere),
        ("mugs", Some("1"), ExclusionCode::SkuNotCarried),
        ("picky", Some("2"), ExclusionCode::ExcludedAfterRejection),
        ("queue", Some("1"), ExclusionCode::QueuedAhead),
        ("maker", None, ExclusionCode::NoTier),
    ];
    let expected = expected.map(|(l, line, code)| (l.to_owned(), line.map(str::to_owned), code));
    assert_eq!(codes(&decision), expected);
    assert_eq!(
        decision.explanation,
        "1 x MUG from careful (warehouse). 1 x TEE from picky (warehouse). asleep: takes no new work. \
         careful: holds only safety stock of TEE. empty: out of stock for MUG, TEE. france: does not ship to DE. \
         mugs: does not carry TEE. picky: rejected or shipped short MUG. \
         queue: earlier backorders come first for TEE. maker: is in no tier of the rules."
    );
}

#[test]
fn a_long_list_of_exclusions_is_cut_and_counted() {
    let candidates = (10..60)
        .map(|n| warehouse(&format!("w{n}"), &[("TEE", 0)]))
        .collect();
    let decision = route(&inputs(vec![demand("1", "TEE", 1)], candidates));
    assert_eq!(
        (decision.exclusions.len(), decision.exclusions_unlisted),
        (8, 42)
    );
    assert!(
        decision.explanation.contains("42 locations more"),
        "{}",
        decision.explanation
    );
    assert!(decision.explanation.len() < 600, "{}", decision.explanation);
}

#[test]
fn an_order_that_ships_complete_is_placed_whole_or_not_at_all() {
    let demands = || vec![demand("1", "TEE", 2), demand("2", "MUG", 1)];
    let candidates = |mugs| {
        vec![
            warehouse("a", &[("TEE", 2)]),
            warehouse("b", &[("MUG", mugs)]),
        ]
    };
    let mut complete = inputs(demands(), candidates(1));
    complete.ship_complete = true;
    assert_eq!(plan(&route(&complete)), "a: 1 x 2 | b: 2 x 1");
    let mut short = inputs(demands(), candidates(0));
    short.ship_complete = true;
    let decision = route(&short);
    assert_eq!(plan(&decision), "");
    assert_eq!(
        unplaced(&decision),
        [("1".to_owned(), 2), ("2".to_owned(), 1)]
    );
    assert_eq!(
        decision.explanation,
        "The order ships complete, so nothing is assigned while 1 x MUG wait for stock. \
         a: does not carry MUG. b: does not carry TEE; out of stock for MUG."
    );
}

#[test]
fn unsplit_lines_come_from_one_location_or_wait() {
    let demands = || vec![demand("1", "TEE", 5), demand("2", "MUG", 1)];
    let candidates = || {
        vec![
            warehouse("a", &[("TEE", 3), ("MUG", 1)]),
            warehouse("b", &[("TEE", 4)]),
        ]
    };
    let mut whole = inputs(demands(), candidates());
    whole.rules.split_lines = false;
    let decision = route(&whole);
    assert_eq!(
        (plan(&decision), unplaced(&decision)),
        ("a: 2 x 1".to_owned(), vec![("1".to_owned(), 5)])
    );
    assert_eq!(
        plan(&route(&inputs(demands(), candidates()))),
        "a: 1 x 1, 2 x 1 | b: 1 x 4"
    );
}

#[test]
fn more_unsplit_lines_of_one_sku_than_are_packed_at_best_say_so() {
    let lines: Vec<String> = (0..65).map(|n| n.to_string()).collect();
    let lines = |count: usize| lines.iter().take(count);
    let decide = |count: usize| {
        let demands = lines(count).map(|line| demand(line, "TEE", 1)).collect();
        let mut case = inputs(demands, vec![warehouse("a", &[("TEE", 100)])]);
        case.rules.split_lines = false;
        route(&case)
    };
    let (few, many) = (decide(64), decide(65));
    assert!(!few.truncated && few.unplaced.is_empty());
    assert!(many.truncated && many.unplaced.is_empty());
}

#[test]
fn lines_of_one_sku_compete_for_the_same_units() {
    let demands = vec![demand("1", "TEE", 2), demand("2", "TEE", 2)];
    let decision = route(&inputs(demands, vec![warehouse("a", &[("TEE", 3)])]));
    assert_eq!(
        (plan(&decision), unplaced(&decision)),
        ("a: 1 x 2, 2 x 1".to_owned(), vec![("2".to_owned(), 1)])
    );
}

#[test]
fn a_line_makes_room_for_one_that_has_less_choice() {
    // Line 2 may only have what is in a, so line 1 takes b, although a comes first.
    let picky = Demand {
        avoid: vec!["b".parse().unwrap()],
        ..demand("2", "TEE", 2)
    };
    let candidates = vec![warehouse("a", &[("TEE", 2)]), warehouse("b", &[("TEE", 2)])];
    let decision = route(&inputs(vec![demand("1", "TEE", 2), picky], candidates));
    assert_eq!(plan(&decision), "a: 2 x 2 | b: 1 x 2");
}

/// Forty lines of 3 units over two locations.
fn wide(a: u32, b: u32) -> Decision {
    let lines: Vec<String> = (0..40).map(|n| format!("L{n}")).collect();
    let demands = lines.iter().map(|sku| demand(sku, sku, 3)).collect();
    let stock = |units| {
        lines
            .iter()
            .map(|sku| (sku.as_str(), units))
            .collect::<Vec<_>>()
    };
    let near = Candidate {
        kind: LocationKind::Warehouse,
        ..warehouse("near", &stock(a))
    };
    let far = Candidate {
        kind: LocationKind::ThirdParty,
        ..warehouse("far", &stock(b))
    };
    route(&inputs(demands, vec![near, far]))
}

#[test]
fn a_plan_too_large_for_one_transaction_keeps_lines_whole() {
    let decision = wide(2, 3);
    assert_eq!(
        (
            plan(&decision).matches(" x 3").count(),
            decision.unplaced.len()
        ),
        (40, 0)
    );
    assert!(
        decision.explanation.contains("kept whole"),
        "{}",
        decision.explanation
    );
}

#[test]
fn a_plan_too_large_for_one_transaction_leaves_lines_for_a_later_one() {
    let decision = wide(2, 2);
    let levels: usize = decision.assignments.iter().map(|a| a.lines.len()).sum();
    assert_eq!((levels, decision.unplaced.len()), (50, 15));
    assert!(levels + 40 <= WRITES_MAX);
    assert!(
        decision.explanation.contains("left for a later one"),
        "{}",
        decision.explanation
    );
}

#[test]
fn a_search_that_stops_early_says_so() {
    // Pairs that fit each other are hidden among many that do not.
    let stock = |n: u32| [("A", n % 7), ("B", n % 5), ("C", n % 3), ("D", n % 2)];
    let candidates: Vec<Candidate> = (1..60)
        .map(|n| warehouse(&format!("w{n}"), &stock(n)))
        .collect();
    let demands = ["A", "B", "C", "D"]
        .map(|sku| demand(sku, sku, 11))
        .to_vec();
    let mut inputs = inputs(demands, candidates);
    inputs.rules.search_limit = 50;
    let decision = route(&inputs);
    assert!(decision.truncated);
    assert!(
        decision.explanation.contains("limit of 50"),
        "{}",
        decision.explanation
    );
    assert!(
        !decision.assignments.is_empty(),
        "the best found so far is kept"
    );
}

#[test]
fn nothing_to_place_is_a_decision_too() {
    let decision = route(&inputs(vec![], vec![warehouse("a", &[])]));
    assert_eq!(
        (plan(&decision), decision.unplaced.len()),
        (String::new(), 0)
    );
    assert_eq!(decision.explanation, "Nothing has to be routed.");
}
