//! Routing by property: what holds of every decision, and that the search finds what trying everything finds.

use std::collections::BTreeMap;

use domain::{
    ids::LocationId,
    location::{LocationKind, RoutingRules},
    order::Destination,
    routing::{
        Available, Candidate, Decision, Demand, ENGINE, ExclusionCode, ReplayError, RoutingInputs,
        replay,
    },
};
use proptest::prelude::*;

use super::case::{Case, route};

const KINDS: [LocationKind; 3] = [
    LocationKind::Warehouse,
    LocationKind::ThirdParty,
    LocationKind::Supplier,
];

fn demands() -> impl Strategy<Value = Vec<Demand>> {
    let avoid = prop::collection::vec(0..6_u32, 0..3);
    let demand = (0..3_u32, 0..6_u32, avoid);
    prop::collection::vec(demand, 0..5).prop_map(|demands| {
        let demands = demands.into_iter().enumerate();
        demands
            .map(|(line, (sku, units, avoid))| Demand {
                line: format!("L{line}").parse().unwrap(),
                sku: format!("S{sku}").parse().unwrap(),
                units,
                avoid: avoid
                    .into_iter()
                    .map(|n| format!("loc{n}").parse().unwrap())
                    .collect(),
            })
            .collect()
    })
}

fn candidate() -> impl Strategy<Value = Candidate> {
    let stock = prop::collection::btree_map(0..3_u32, (0..6_u32, 0..2_u32, 0..2_u32), 0..4);
    let flags = (
        prop::bool::weighted(0.9),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    );
    (prop::sample::select(KINDS.to_vec()), 0..3_u32, stock, flags).prop_map(
        |(kind, priority, stock, (enabled, untracked, abroad))| Candidate {
            location: "unnamed".parse().unwrap(),
            kind,
            priority,
            enabled,
            ships_to: if abroad {
                vec!["FR".to_owned()]
            } else {
                vec![]
            },
            untracked,
            stock: stock
                .into_iter()
                .map(|(sku, (units, withheld, queued_ahead))| Available {
                    sku: format!("S{sku}").parse().unwrap(),
                    units,
                    withheld,
                    queued_ahead,
                })
                .collect(),
        },
    )
}

fn cases() -> impl Strategy<Value = Case> {
    let tiers = prop::sample::select(vec![
        KINDS.iter().map(|kind| vec![*kind]).collect(),
        vec![KINDS.to_vec()],
        vec![vec![KINDS[2]], vec![KINDS[0], KINDS[1]]],
        vec![vec![KINDS[0]]],
        vec![],
    ]);
    let rules = (tiers, 0..5_u32, any::<bool>()).prop_map(|(tiers, split_limit, split_lines)| {
        RoutingRules {
            tiers,
            split_limit,
            split_lines,
            ..RoutingRules::default()
        }
    });
    (
        demands(),
        prop::collection::vec(candidate(), 0..7),
        rules,
        prop::bool::weighted(0.3),
    )
        .prop_map(|(demands, mut candidates, rules, ship_complete)| {
            for (n, candidate) in candidates.iter_mut().enumerate() {
                candidate.location = format!("loc{n}").parse().unwrap();
            }
            let inputs = RoutingInputs {
                left_out: None,
                demands,
                destination: Destination {
                    country: "DE".to_owned(),
                    region: None,
                },
                ship_complete,
                candidates,
                rules_version: rules.version,
                now: "2026-11-22T10:00:00Z".parse().unwrap(),
            };
            Case { inputs, rules }
        })
}

fn placed(decision: &Decision, line: &domain::ids::LineId) -> u32 {
    let lines = decision.assignments.iter().flat_map(|a| &a.lines);
    lines
        .filter(|(l, _)| l == line)
        .map(|(_, units)| units)
        .sum()
}

/// An oracle that shares nothing with the search: units that a set of locations could give, by the cut of the
/// flow between lines and locations that is smallest.
struct Oracle<'a> {
    inputs: &'a Case,
}

impl Oracle<'_> {
    fn tier(&self, candidate: &Candidate) -> Option<usize> {
        self.inputs
            .rules
            .tiers
            .iter()
            .position(|kinds| kinds.contains(&candidate.kind))
    }

    fn stock(&self, candidate: &Candidate, demand: &Demand) -> u32 {
        let usable = candidate.enabled
            && self.tier(candidate).is_some()
            && (candidate.ships_to.is_empty() || candidate.ships_to.contains(&"DE".to_owned()))
            && !demand.avoid.contains(&candidate.location);
        let stock = candidate
            .stock
            .iter()
            .find(|a| a.sku == demand.sku && usable);
        stock.map_or(0, |a| if candidate.untracked { 1000 } else { a.units })
    }

    /// With split lines. By SKU: over all sets of lines, what those outside want and what those inside can get.
    fn most_split(&self, chosen: &[&Candidate]) -> u32 {
        let mut skus: BTreeMap<_, Vec<&Demand>> = BTreeMap::new();
        for demand in &self.inputs.demands {
            skus.entry(&demand.sku).or_default().push(demand);
        }
        let smallest = |lines: &Vec<&Demand>| {
            let cut = |set: u32| {
                let inside = |place: usize| set >> place & 1 == 1;
                let outside = lines
                    .iter()
                    .enumerate()
                    .filter(|(n, _)| !inside(*n))
                    .map(|(_, d)| d.units);
                let given = chosen.iter().map(|c| {
                    let asked = lines.iter().enumerate().filter(|(n, _)| inside(*n));
                    asked.map(|(_, d)| self.stock(c, d)).max().unwrap_or(0)
                });
                outside.sum::<u32>() + given.sum::<u32>()
            };
            (0..1 << lines.len()).map(cut).min().unwrap_or(0)
        };
        skus.values().map(smallest).sum()
    }

    /// Without split lines: every way to send each line to one location or to none.
    fn most_whole(&self, chosen: &[&Candidate]) -> Vec<u32> {
        let mut best = vec![0; self.inputs.rules.tiers.len() + 1];
        let ways = (chosen.len() + 1).pow(u32::try_from(self.inputs.demands.len()).unwrap());
        'way: for way in 0..ways {
            let mut rest = way;
            let mut value = vec![0; best.len()];
            let mut taken: BTreeMap<_, u32> = BTreeMap::new();
            for demand in self.inputs.demands.iter().filter(|d| d.units > 0) {
                let place = rest % (chosen.len() + 1);
                rest /= chosen.len() + 1;
                let Some(candidate) = chosen.get(place) else {
                    continue;
                };
                let taken = taken.entry((place, &demand.sku)).or_default();
                *taken += demand.units;
                if *taken > self.stock(candidate, demand) {
                    continue 'way;
                }
                value[0] += demand.units;
                value[self.tier(candidate).unwrap() + 1] += demand.units;
            }
            best = best.max(value);
        }
        best
    }

    /// Units in all, then units by tier.
    fn value(&self, chosen: &[&Candidate]) -> Vec<u32> {
        if !self.inputs.rules.split_lines {
            return self.most_whole(chosen);
        }
        let up_to = |tier: usize| {
            let tiers: Vec<&Candidate> = chosen
                .iter()
                .copied()
                .filter(|c| self.tier(c).is_some_and(|t| t <= tier))
                .collect();
            self.most_split(&tiers)
        };
        let sums: Vec<u32> = (0..self.inputs.rules.tiers.len()).map(up_to).collect();
        let mut value = vec![sums.last().copied().unwrap_or(0)];
        value.extend(
            sums.iter()
                .enumerate()
                .map(|(n, sum)| if n == 0 { *sum } else { sum - sums[n - 1] }),
        );
        value
    }

    /// The best value, and the fewest locations that reach it.
    fn best(&self) -> (Vec<u32>, u32) {
        let all = &self.inputs.candidates;
        let sets =
            (0_u32..1 << all.len()).filter(|set| set.count_ones() <= self.inputs.rules.split_limit);
        let each = sets.map(|set| {
            let chosen: Vec<&Candidate> = all
                .iter()
                .enumerate()
                .filter(|(n, _)| set >> n & 1 == 1)
                .map(|(_, c)| c)
                .collect();
            (self.value(&chosen), std::cmp::Reverse(set.count_ones()))
        });
        let (value, count) = each.max().unwrap();
        (value, count.0)
    }
}

fn value(case: &Case, decision: &Decision) -> Vec<u32> {
    let mut value = vec![0; case.rules.tiers.len() + 1];
    let oracle = Oracle { inputs: case };
    for assignment in &decision.assignments {
        let candidate = decision
            .inputs
            .candidates
            .iter()
            .find(|c| c.location == assignment.location)
            .unwrap();
        let units: u32 = assignment.lines.iter().map(|(_, units)| units).sum();
        value[0] += units;
        value[oracle.tier(candidate).unwrap() + 1] += units;
    }
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::common::cases::unless_told(1500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_decision_replays_bit_for_bit(inputs in cases()) {
        let decision = route(&inputs);
        let text = serde_json::to_string(&decision).unwrap();
        let read: Decision = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &decision);
        let again = replay(&read, &inputs.rules).unwrap();
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), text);
    }

    #[test]
    fn units_are_neither_lost_nor_made(inputs in cases()) {
        let decision = route(&inputs);
        for demand in &inputs.demands {
            let unplaced: u32 = decision.unplaced.iter().filter(|u| u.line == demand.line).map(|u| u.units).sum();
            prop_assert_eq!(placed(&decision, &demand.line) + unplaced, demand.units);
        }
        prop_assert!(decision.unplaced.iter().all(|u| u.units > 0));
        prop_assert!(decision.assignments.iter().all(|a| a.lines.iter().all(|(_, units)| *units > 0)));
        if inputs.ship_complete {
            prop_assert!(decision.assignments.is_empty() || decision.unplaced.is_empty());
        }
    }

    #[test]
    fn no_location_gives_what_it_has_not_or_what_an_exclusion_forbids(inputs in cases()) {
        let decision = route(&inputs);
        let mut given: BTreeMap<(LocationId, String), u32> = BTreeMap::new();
        for assignment in &decision.assignments {
            let candidate = inputs.candidates.iter().find(|c| c.location == assignment.location).unwrap();
            prop_assert_eq!(assignment.untracked, candidate.untracked);
            for (line, units) in &assignment.lines {
                let demand = inputs.demands.iter().find(|d| d.line == *line).unwrap();
                let excluded = decision.exclusions.iter().any(|f| {
                    f.location == assignment.location && f.line.as_ref().is_none_or(|l| l == line)
                });
                prop_assert!(!excluded);
                prop_assert!(!demand.avoid.contains(&assignment.location));
                let sum = given.entry((assignment.location.clone(), demand.sku.to_string())).or_default();
                *sum += units;
                let oracle = Oracle { inputs: &inputs };
                prop_assert!(*sum <= oracle.stock(candidate, demand));
            }
        }
        prop_assert!(decision.assignments.len() <= inputs.rules.split_limit as usize);
        if !inputs.rules.split_lines {
            for demand in &inputs.demands {
                let at = decision.assignments.iter().filter(|a| a.lines.iter().any(|(l, _)| *l == demand.line));
                prop_assert!(at.count() <= 1);
                prop_assert!([0, demand.units].contains(&placed(&decision, &demand.line)));
            }
        }
    }

    #[test]
    fn every_location_that_serves_no_line_is_excluded_with_a_reason(inputs in cases()) {
        let decision = route(&inputs);
        let oracle = Oracle { inputs: &inputs };
        for candidate in &inputs.candidates {
            for demand in inputs.demands.iter().filter(|d| d.units > 0) {
                let exclusion = decision.exclusions.iter().find(|f| {
                    f.location == candidate.location && f.line.as_ref().is_none_or(|l| *l == demand.line)
                });
                let serves = oracle.stock(candidate, demand) > 0;
                prop_assert!(exclusion.is_none() || !serves);
                prop_assert!(exclusion.is_some() || serves || decision.exclusions_unlisted > 0);
                if let Some(exclusion) = exclusion && exclusion.code == ExclusionCode::SafetyStock {
                    let kept = candidate.stock.iter().find(|a| a.sku == demand.sku).map_or(0, |a| a.withheld);
                    prop_assert!(kept > 0);
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_candidates_does_not_matter(inputs in cases(), seed in any::<prop::sample::Index>()) {
        let decision = route(&inputs);
        let mut turned = inputs.clone();
        turned.candidates.reverse();
        if !turned.candidates.is_empty() {
            let middle = seed.index(turned.candidates.len());
            turned.candidates.rotate_left(middle);
        }
        for candidate in &mut turned.candidates {
            candidate.stock.reverse();
        }
        prop_assert_eq!(route(&turned), decision);
    }

    #[test]
    fn the_search_finds_what_trying_everything_finds(inputs in cases()) {
        let mut inputs = inputs;
        inputs.ship_complete = false;
        let decision = route(&inputs);
        prop_assert!(!decision.truncated);
        let found = (value(&inputs, &decision), u32::try_from(decision.assignments.len()).unwrap());
        prop_assert_eq!(found, Oracle { inputs: &inputs }.best());
    }

    #[test]
    fn a_search_cut_short_still_keeps_the_rules(inputs in cases(), limit in 0..4_u32) {
        let mut inputs = inputs;
        inputs.rules.search_limit = limit;
        let decision = route(&inputs);
        for demand in &inputs.demands {
            let unplaced: u32 = decision.unplaced.iter().filter(|u| u.line == demand.line).map(|u| u.units).sum();
            prop_assert_eq!(placed(&decision, &demand.line) + unplaced, demand.units);
        }
        if !decision.truncated {
            let mut full = inputs.clone();
            full.rules.search_limit = 20_000;
            prop_assert_eq!(decision, route(&full));
        }
    }
}

#[test]
fn adversarial_sizes_end_within_the_bound() {
    for (split_lines, split_limit, same_sku) in [
        (true, u32::MAX, false),
        (false, u32::MAX, true),
        (true, 5, true),
        (false, 5, false),
        (true, 12, true),
    ] {
        let demands: Vec<Demand> = (0..40_u32)
            .map(|n| Demand {
                line: format!("L{n}").parse().unwrap(),
                sku: format!("S{}", if same_sku { 0 } else { n })
                    .parse()
                    .unwrap(),
                units: 7 + n % 5,
                avoid: vec![format!("loc{}", n * 3).parse().unwrap()],
            })
            .collect();
        let candidates: Vec<Candidate> = (0..400_u32)
            .map(|n| Candidate {
                location: format!("loc{n}").parse().unwrap(),
                kind: KINDS[n as usize % 3],
                priority: n % 4,
                enabled: true,
                ships_to: vec![],
                untracked: false,
                stock: (0..40_u32)
                    .filter(|s| (s * 7 + n) % 5 != 0)
                    .map(|s| Available {
                        sku: format!("S{s}").parse().unwrap(),
                        units: (s + n) % 4,
                        withheld: 0,
                        queued_ahead: 0,
                    })
                    .collect(),
            })
            .collect();
        let inputs = RoutingInputs {
            left_out: None,
            demands,
            destination: Destination {
                country: "DE".to_owned(),
                region: None,
            },
            ship_complete: false,
            candidates,
            rules_version: 1,
            now: "2026-11-22T10:00:00Z".parse().unwrap(),
        };
        let rules = RoutingRules {
            split_limit,
            split_lines,
            ..RoutingRules::default()
        };
        let case = Case { inputs, rules };
        assert_eq!(route(&case), route(&case));
    }
}

#[test]
fn a_decision_of_another_engine_is_not_made_again() {
    let rules = RoutingRules::default();
    let case = Case {
        inputs: RoutingInputs {
            left_out: None,
            demands: vec![],
            destination: Destination {
                country: "DE".to_owned(),
                region: None,
            },
            ship_complete: false,
            candidates: vec![],
            rules_version: rules.version,
            now: "2026-11-22T10:00:00Z".parse().unwrap(),
        },
        rules,
    };
    let later = Decision {
        engine: ENGINE + 1,
        ..route(&case)
    };
    let refused = replay(&later, &case.rules).unwrap_err();
    assert_eq!(refused, ReplayError::NotInThisBuild(ENGINE + 1));
    assert_eq!(
        refused.to_string(),
        format!("engine {} is not in this build", ENGINE + 1)
    );
    let other_rules = RoutingRules {
        version: 7,
        ..case.rules.clone()
    };
    assert!(replay(&route(&case), &other_rules).is_err());
}
