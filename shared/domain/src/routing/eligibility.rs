//! Who may not ship what, and why. What no exclusion stops becomes the space that the search solves.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{Available, Candidate, Demand, Exclusion, ExclusionCode, RoutingInputs};
use crate::{
    ids::{LineId, LocationId, Sku},
    location::RoutingRules,
};

/// Most exclusions that a decision lists, those that explain most; the others are counted.
pub const EXCLUSIONS_MAX: usize = 20;

/// What is to be placed and what it can be placed on, with numbers in place of names.
pub(super) struct SearchSpace<'a> {
    /// Demands, in the order's own order; none is for zero units.
    pub(super) demands: Vec<IndexedDemand<'a>>,
    /// Demanded units of each SKU.
    pub(super) demanded: Vec<u64>,
    /// Locations that can supply something, best first: by tier, then priority, then id.
    pub(super) sources: Vec<Source<'a>>,
    /// How many tiers the rules have.
    pub(super) tiers: usize,
    /// Whether a line's units may come from several locations.
    pub(super) split_lines: bool,
}

/// One demand.
pub(super) struct IndexedDemand<'a> {
    pub(super) demand: &'a Demand,
    /// Index of its SKU.
    pub(super) sku: usize,
    pub(super) units: u64,
}

/// One location that can supply something.
pub(super) struct Source<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) tier: usize,
    /// Units that it has of each SKU; without limit where no stock levels are chosen.
    pub(super) stock: Vec<u64>,
    /// Units that it could supply at most of each SKU; never more than is demanded.
    pub(super) supply: Vec<u64>,
    /// Per demand, whether it may serve it.
    pub(super) serves: Vec<bool>,
}

impl SearchSpace<'_> {
    /// Units to place in all.
    pub(super) fn total(&self) -> u64 {
        self.demanded.iter().copied().fold(0, u64::saturating_add)
    }

    /// The same space with lines that are not split.
    pub(super) fn keep_lines_whole(&mut self) {
        self.split_lines = false;
        for source in &mut self.sources {
            source.supply = supply(&source.stock, &source.serves, &self.demands, false);
        }
    }

    /// How many of the sources are in the tiers up to and with `tier`.
    pub(super) fn open(&self, tier: usize) -> usize {
        self.sources.iter().take_while(|s| s.tier <= tier).count()
    }
}

/// The eligible sources, and the exclusions.
pub(super) struct Eligibility<'a> {
    pub(super) space: SearchSpace<'a>,
    /// At most [`EXCLUSIONS_MAX`], in the order of the sources.
    pub(super) exclusions: Vec<Exclusion>,
    /// Exclusions that are not listed.
    pub(super) exclusions_unlisted: usize,
    /// Locations that have exclusions, none of them listed.
    pub(super) locations_unlisted: usize,
    /// Locations that may serve no demand, each with the reason that explains most, in the order of the ranking.
    pub(super) excluded: Vec<(&'a LocationId, ExclusionCode)>,
}

/// Separates sources from exclusions.
pub(super) fn eligibility<'a>(inputs: &'a RoutingInputs, rules: &RoutingRules) -> Eligibility<'a> {
    let demands = || inputs.demands.iter().filter(|d| d.units > 0);
    let skus: Vec<&Sku> = demands()
        .map(|d| &d.sku)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let demands: Vec<IndexedDemand<'_>> = demands()
        .map(|demand| IndexedDemand {
            demand,
            sku: skus.binary_search(&&demand.sku).unwrap_or(0),
            units: u64::from(demand.units),
        })
        .collect();
    let mut demanded = vec![0_u64; skus.len()];
    for want in &demands {
        demanded[want.sku] = demanded[want.sku].saturating_add(want.units);
    }
    let (mut sources, mut exclusions) = (Vec::new(), Vec::new());
    let mut excluded = Vec::new();
    for (tier, candidate) in ranked(inputs, rules) {
        let stops = stops(inputs, candidate, tier, &demands);
        let serves: Vec<bool> = stops.iter().map(Option::is_none).collect();
        if let Some(tier) = tier.filter(|_| serves.contains(&true)) {
            sources.push(source(
                candidate,
                tier,
                serves,
                &skus,
                &demands,
                rules.split_lines,
            ));
        } else if let Some(code) = stops.iter().flatten().max_by_key(|code| code.weight()) {
            excluded.push((&candidate.location, *code));
        }
        list(&mut exclusions, &candidate.location, &stops, &demands);
    }
    let space = SearchSpace {
        demands,
        demanded,
        sources,
        tiers: rules.tiers.len(),
        split_lines: rules.split_lines,
    };
    let all = exclusions.len();
    let locations = distinct(&exclusions);
    let exclusions = explaining_most(exclusions);
    Eligibility {
        space,
        exclusions_unlisted: all.saturating_sub(exclusions.len()),
        locations_unlisted: locations.saturating_sub(distinct(&exclusions)),
        exclusions,
        excluded,
    }
}

/// How many locations the exclusions are of.
fn distinct(exclusions: &[Exclusion]) -> usize {
    let locations: BTreeSet<&LocationId> = exclusions.iter().map(|e| &e.location).collect();
    locations.len()
}

/// The exclusions to list, in their order.
fn explaining_most(exclusions: Vec<Exclusion>) -> Vec<Exclusion> {
    let mut numbered: Vec<(usize, Exclusion)> = exclusions.into_iter().enumerate().collect();
    numbered.sort_by_key(|(index, exclusion)| (Reverse(exclusion.code.weight()), *index));
    numbered.truncate(EXCLUSIONS_MAX);
    numbered.sort_by_key(|(index, _)| *index);
    numbered
        .into_iter()
        .map(|(_, exclusion)| exclusion)
        .collect()
}

impl ExclusionCode {
    /// How much a reason explains to a person: that stock is there and was not used most, that there is none least.
    pub(super) fn weight(self) -> u32 {
        match self {
            Self::ExcludedAfterRejection | Self::SafetyStock | Self::QueuedAhead => 3,
            Self::Disabled | Self::DoesNotShipThere => 2,
            Self::OutOfStock => 1,
            Self::NoTier | Self::SkuNotCarried => 0,
        }
    }
}

/// Candidates with their tiers, best first, whatever order they come in and each location once.
pub(super) fn ranked<'a>(
    inputs: &'a RoutingInputs,
    rules: &RoutingRules,
) -> Vec<(Option<usize>, &'a Candidate)> {
    let mut once: BTreeMap<&LocationId, &Candidate> = BTreeMap::new();
    for candidate in &inputs.candidates {
        let chosen = once.entry(&candidate.location).or_insert(candidate);
        if fingerprint(candidate) < fingerprint(chosen) {
            *chosen = candidate;
        }
    }
    let tier = |c: &Candidate| rules.tiers.iter().position(|kinds| kinds.contains(&c.kind));
    let mut all: Vec<_> = once.into_values().map(|c| (tier(c), c)).collect();
    all.sort_by_key(|(tier, c)| (tier.unwrap_or(usize::MAX), c.priority, &c.location));
    all
}

/// Should a location be named twice, the same one is taken whichever comes first.
fn fingerprint(c: &Candidate) -> impl Ord + '_ {
    let stock: Vec<_> = c
        .stock
        .iter()
        .map(|a| (&a.sku, a.units, a.withheld, a.queued_ahead))
        .collect();
    (
        c.enabled,
        c.untracked,
        c.kind,
        c.priority,
        &c.ships_to,
        stock,
    )
}

/// What stops a location from serving each demand.
fn stops(
    inputs: &RoutingInputs,
    candidate: &Candidate,
    tier: Option<usize>,
    demands: &[IndexedDemand<'_>],
) -> Vec<Option<ExclusionCode>> {
    let whole = if !candidate.enabled {
        Some(ExclusionCode::Disabled)
    } else if tier.is_none() {
        Some(ExclusionCode::NoTier)
    } else if !candidate.ships_to(&inputs.destination.country) {
        Some(ExclusionCode::DoesNotShipThere)
    } else {
        None
    };
    demands
        .iter()
        .map(|want| whole.or_else(|| candidate.stops(want.demand)))
        .collect()
}

impl Candidate {
    fn ships_to(&self, country: &str) -> bool {
        self.ships_to.is_empty() || self.ships_to.iter().any(|c| c == country)
    }

    /// Should a SKU be named twice, the smaller number counts.
    fn available(&self, sku: &Sku) -> Option<&Available> {
        self.stock
            .iter()
            .filter(|a| a.sku == *sku)
            .min_by_key(|a| (a.units, a.withheld, a.queued_ahead))
    }

    fn stops(&self, demand: &Demand) -> Option<ExclusionCode> {
        let Some(available) = self.available(&demand.sku) else {
            return Some(ExclusionCode::SkuNotCarried);
        };
        if demand.avoid.contains(&self.location) {
            Some(ExclusionCode::ExcludedAfterRejection)
        } else if self.untracked || available.units > 0 {
            None
        } else if available.withheld > 0 {
            Some(ExclusionCode::SafetyStock)
        } else if available.queued_ahead > 0 {
            Some(ExclusionCode::QueuedAhead)
        } else {
            Some(ExclusionCode::OutOfStock)
        }
    }
}

fn source<'a>(
    candidate: &'a Candidate,
    tier: usize,
    serves: Vec<bool>,
    skus: &[&Sku],
    demands: &[IndexedDemand<'_>],
    split_lines: bool,
) -> Source<'a> {
    let units = |sku: &Sku| match candidate.available(sku) {
        None => 0,
        Some(_) if candidate.untracked => u64::MAX,
        Some(available) => u64::from(available.units),
    };
    let stock: Vec<u64> = skus.iter().map(|sku| units(sku)).collect();
    let supply = supply(&stock, &serves, demands, split_lines);
    Source {
        candidate,
        tier,
        stock,
        supply,
        serves,
    }
}

fn supply(
    stock: &[u64],
    serves: &[bool],
    demands: &[IndexedDemand<'_>],
    split_lines: bool,
) -> Vec<u64> {
    let mut wanted = vec![0_u64; stock.len()];
    for (want, serves) in demands.iter().zip(serves) {
        if *serves && (split_lines || want.units <= stock[want.sku]) {
            wanted[want.sku] = wanted[want.sku].saturating_add(want.units);
        }
    }
    wanted
        .iter()
        .zip(stock)
        .map(|(wanted, stock)| *wanted.min(stock))
        .collect()
}

/// Lists a location's exclusions: one for all when the same thing stops every line.
fn list(
    exclusions: &mut Vec<Exclusion>,
    location: &LocationId,
    stops: &[Option<ExclusionCode>],
    demands: &[IndexedDemand<'_>],
) {
    let exclusion = |line: Option<LineId>, code| Exclusion {
        location: location.clone(),
        line,
        code,
    };
    let first = stops.first().copied().flatten();
    match first.filter(|code| stops.iter().all(|stop| *stop == Some(*code))) {
        Some(code) => exclusions.push(exclusion(None, code)),
        None => {
            let each = stops.iter().zip(demands);
            exclusions.extend(
                each.filter_map(|(s, w)| {
                    s.map(|code| exclusion(Some(w.demand.line.clone()), code))
                }),
            );
        }
    }
}
