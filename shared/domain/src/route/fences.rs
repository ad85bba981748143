//! Fences: who may not ship what, and why. What no fence stops becomes the problem that the search solves.

use std::collections::{BTreeMap, BTreeSet};

use super::{Available, Candidate, Demand, Fence, FenceCode, RoutingInputs};
use crate::ids::{LineId, LocationId, Sku};

/// At most so many locations have their fences listed: a decision is stored with each order, and whatever is
/// not listed follows from the inputs.
pub(super) const FENCED_MAX: usize = 20;

/// What is to be placed and what it can be placed on, with numbers in place of names.
pub(super) struct Problem<'a> {
    /// Demands, in the order's own order; none is for zero units.
    pub(super) wants: Vec<Want<'a>>,
    /// Demanded units of each SKU.
    pub(super) demanded: Vec<u64>,
    /// Locations that can give something, best first: by tier, then priority, then id.
    pub(super) sites: Vec<Site<'a>>,
    /// How many tiers the rules have.
    pub(super) tiers: usize,
    /// Whether a line's units may come from several locations.
    pub(super) split_lines: bool,
}

/// One demand.
pub(super) struct Want<'a> {
    pub(super) demand: &'a Demand,
    /// Index of its SKU.
    pub(super) sku: usize,
    pub(super) units: u64,
}

/// One location that can give something.
pub(super) struct Site<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) tier: usize,
    /// Units that it has of each SKU; without limit where its shelves are unknown.
    pub(super) stock: Vec<u64>,
    /// Units that it could give at most of each SKU, given who wants them; never more than is demanded.
    pub(super) gives: Vec<u64>,
    /// Per demand, whether it may serve it.
    pub(super) serves: Vec<bool>,
}

impl Problem<'_> {
    /// Units to place in all.
    pub(super) fn total(&self) -> u64 {
        self.demanded.iter().copied().fold(0, u64::saturating_add)
    }

    /// The same problem with lines that are not split.
    pub(super) fn keep_lines_whole(&mut self) {
        self.split_lines = false;
        for site in &mut self.sites {
            site.gives = gives(&site.stock, &site.serves, &self.wants, false);
        }
    }

    /// How many of the sites are in the tiers up to and with `tier`.
    pub(super) fn open(&self, tier: usize) -> usize {
        self.sites.iter().take_while(|s| s.tier <= tier).count()
    }
}

/// What the fences leave, and the fences.
pub(super) struct Survey<'a> {
    pub(super) problem: Problem<'a>,
    /// At most [`FENCED_MAX`] locations', in the order of the sites.
    pub(super) fences: Vec<Fence>,
    /// Locations whose fences are not listed.
    pub(super) unlisted: usize,
}

/// Puts up the fences.
pub(super) fn survey(inputs: &RoutingInputs) -> Survey<'_> {
    let demands = || inputs.demands.iter().filter(|d| d.units > 0);
    let skus: Vec<&Sku> = demands()
        .map(|d| &d.sku)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let wants: Vec<Want<'_>> = demands()
        .map(|demand| Want {
            demand,
            sku: skus.binary_search(&&demand.sku).unwrap_or(0),
            units: u64::from(demand.units),
        })
        .collect();
    let mut demanded = vec![0_u64; skus.len()];
    for want in &wants {
        demanded[want.sku] = demanded[want.sku].saturating_add(want.units);
    }
    let (mut sites, mut fences) = (Vec::new(), Vec::new());
    let mut fenced = BTreeSet::new();
    for (tier, candidate) in ranked(inputs) {
        let stops = stops(inputs, candidate, tier, &wants);
        let serves: Vec<bool> = stops.iter().map(Option::is_none).collect();
        if let Some(tier) = tier.filter(|_| serves.contains(&true)) {
            sites.push(site(
                candidate,
                tier,
                serves,
                &skus,
                &wants,
                inputs.rules.split_lines,
            ));
        }
        if stops.iter().any(Option::is_some) {
            fenced.insert(&candidate.location);
            if fenced.len() <= FENCED_MAX {
                list(&mut fences, &candidate.location, &stops, &wants);
            }
        }
    }
    let problem = Problem {
        wants,
        demanded,
        sites,
        tiers: inputs.rules.tiers.len(),
        split_lines: inputs.rules.split_lines,
    };
    Survey {
        problem,
        fences,
        unlisted: fenced.len().saturating_sub(FENCED_MAX),
    }
}

/// Candidates with their tiers, best first, whatever order they come in and each location once.
fn ranked(inputs: &RoutingInputs) -> Vec<(Option<usize>, &Candidate)> {
    let mut once: BTreeMap<&LocationId, &Candidate> = BTreeMap::new();
    for candidate in &inputs.candidates {
        let kept = once.entry(&candidate.location).or_insert(candidate);
        if fingerprint(candidate) < fingerprint(kept) {
            *kept = candidate;
        }
    }
    let tier = |c: &Candidate| {
        inputs
            .rules
            .tiers
            .iter()
            .position(|kinds| kinds.contains(&c.kind))
    };
    let mut all: Vec<_> = once.into_values().map(|c| (tier(c), c)).collect();
    all.sort_by_key(|(tier, c)| (tier.unwrap_or(usize::MAX), c.priority, &c.location));
    all
}

/// Should a location be named twice, the same one is taken whichever comes first.
fn fingerprint(c: &Candidate) -> impl Ord + '_ {
    let stock: Vec<_> = c
        .stock
        .iter()
        .map(|a| (&a.sku, a.units, a.kept_back, a.queued_ahead))
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
    wants: &[Want<'_>],
) -> Vec<Option<FenceCode>> {
    let whole = if !candidate.enabled {
        Some(FenceCode::Disabled)
    } else if tier.is_none() {
        Some(FenceCode::NoTier)
    } else if !candidate.ships_to(&inputs.destination.country) {
        Some(FenceCode::DoesNotShipThere)
    } else {
        None
    };
    wants
        .iter()
        .map(|want| whole.or_else(|| candidate.stops(want.demand)))
        .collect()
}

impl Candidate {
    fn ships_to(&self, country: &str) -> bool {
        self.ships_to.is_empty() || self.ships_to.iter().any(|c| c == country)
    }

    /// Should a SKU be named twice, the smaller promise is believed.
    fn available(&self, sku: &Sku) -> Option<&Available> {
        self.stock
            .iter()
            .filter(|a| a.sku == *sku)
            .min_by_key(|a| (a.units, a.kept_back, a.queued_ahead))
    }

    fn stops(&self, demand: &Demand) -> Option<FenceCode> {
        let Some(available) = self.available(&demand.sku) else {
            return Some(FenceCode::SkuNotCarried);
        };
        if demand.avoid.contains(&self.location) {
            Some(FenceCode::ExcludedAfterRejection)
        } else if self.untracked || available.units > 0 {
            None
        } else if available.kept_back > 0 {
            Some(FenceCode::SafetyStock)
        } else if available.queued_ahead > 0 {
            Some(FenceCode::QueuedAhead)
        } else {
            Some(FenceCode::OutOfStock)
        }
    }
}

fn site<'a>(
    candidate: &'a Candidate,
    tier: usize,
    serves: Vec<bool>,
    skus: &[&Sku],
    wants: &[Want<'_>],
    split_lines: bool,
) -> Site<'a> {
    let units = |sku: &Sku| match candidate.available(sku) {
        None => 0,
        Some(_) if candidate.untracked => u64::MAX,
        Some(available) => u64::from(available.units),
    };
    let stock: Vec<u64> = skus.iter().map(|sku| units(sku)).collect();
    let gives = gives(&stock, &serves, wants, split_lines);
    Site {
        candidate,
        tier,
        stock,
        gives,
        serves,
    }
}

fn gives(stock: &[u64], serves: &[bool], wants: &[Want<'_>], split_lines: bool) -> Vec<u64> {
    let mut wanted = vec![0_u64; stock.len()];
    for (want, serves) in wants.iter().zip(serves) {
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

/// Lists a location's fences: one for all when the same thing stops every line.
fn list(
    fences: &mut Vec<Fence>,
    location: &LocationId,
    stops: &[Option<FenceCode>],
    wants: &[Want<'_>],
) {
    let fence = |line: Option<LineId>, code| Fence {
        location: location.clone(),
        line,
        code,
    };
    let first = stops.first().copied().flatten();
    match first.filter(|code| stops.iter().all(|stop| *stop == Some(*code))) {
        Some(code) => fences.push(fence(None, code)),
        None => {
            let each = stops.iter().zip(wants);
            fences.extend(
                each.filter_map(|(s, w)| s.map(|code| fence(Some(w.demand.line.clone()), code))),
            );
        }
    }
}
