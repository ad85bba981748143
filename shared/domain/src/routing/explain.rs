//! The decision in sentences, for the person who is asked why. Of bounded length, because it is stored with the order.

use super::{
    Exclusion, ExclusionCode, RoutingInputs, Unplaced,
    eligibility::{IndexedDemand, SearchSpace},
    rank::Plan,
};
use crate::{
    ids::{LocationId, Sku},
    location::{LocationKind, RoutingRules},
};

/// At most so many locations are named in one explanation, chosen ones and excluded ones each.
const NAMED_MAX: usize = 8;
/// At most so many SKUs are named in one sentence.
const SKUS_MAX: usize = 6;

/// What there is to explain.
pub(super) struct Outcome<'a> {
    pub(super) inputs: &'a RoutingInputs,
    pub(super) rules: &'a RoutingRules,
    pub(super) space: &'a SearchSpace<'a>,
    pub(super) plan: &'a Plan,
    /// What no location can supply.
    pub(super) missing: &'a [Unplaced],
    /// Whether the plan was dropped because the order ships complete.
    pub(super) dropped_incomplete: bool,
    /// What was done to fit one transaction.
    pub(super) fitted: Option<Fitted>,
    /// The last tier that was opened.
    pub(super) opened: usize,
    pub(super) truncated: bool,
    pub(super) exclusions: &'a [Exclusion],
    /// Locations with exclusions, none of them listed.
    pub(super) unlisted: usize,
    /// Locations that could supply something and are not among the candidates.
    pub(super) eligible_left_out: u32,
}

/// What was done so that a decision fits one transaction.
#[derive(Clone, Copy)]
pub(super) enum Fitted {
    LinesKeptWhole,
    LinesLeftOut,
}

/// Puts a decision in sentences.
pub(super) fn explain(outcome: &Outcome<'_>) -> String {
    let mut sentences = Vec::new();
    if outcome.space.demands.is_empty() {
        return "Nothing has to be routed.".to_owned();
    }
    chosen(outcome, &mut sentences);
    missing(outcome, &mut sentences);
    excluded(outcome, &mut sentences);
    let left_out = usize::try_from(outcome.eligible_left_out).unwrap_or(usize::MAX);
    if left_out > 0 {
        sentences.push(format!(
            "{} more could supply something and {} not in the plan.",
            locations(left_out),
            if left_out == 1 { "is" } else { "are" }
        ));
    }
    match outcome.fitted {
        None => {}
        Some(Fitted::LinesKeptWhole) => {
            sentences.push(
                "Lines were kept whole, so that the decision fits one transaction.".to_owned(),
            );
        }
        Some(Fitted::LinesLeftOut) => {
            let why = "The decision holds no more than fits one transaction;";
            sentences.push(format!("{why} some lines are left for a later one."));
        }
    }
    if outcome.truncated {
        let limit = outcome.rules.search_limit;
        sentences.push(format!(
            "The search stopped at its limit of {limit} combinations; there may be a better plan."
        ));
    }
    sentences.join(" ")
}

fn chosen(outcome: &Outcome<'_>, sentences: &mut Vec<String>) {
    let space = outcome.space;
    for source in outcome.plan.sources.iter().take(NAMED_MAX) {
        let allocations = outcome
            .plan
            .allocations
            .iter()
            .filter(|(from, _, _)| from == source);
        let units = sums(
            allocations.map(|(_, want, units)| (space.demands[*want].sku, *units)),
            space,
        );
        let candidate = space.sources[*source].candidate;
        let kind = match candidate.kind {
            LocationKind::Warehouse => "warehouse",
            LocationKind::ThirdParty => "3PL",
            LocationKind::Supplier => "supplier",
        };
        sentences.push(format!("{units} from {} ({kind}).", candidate.location));
    }
    let more = outcome.plan.sources.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        sentences.push(format!("The rest from {}.", locations(more)));
    }
}

fn missing(outcome: &Outcome<'_>, sentences: &mut Vec<String>) {
    let space = outcome.space;
    if outcome.missing.is_empty() {
        return;
    }
    let index = |unplaced: &Unplaced| {
        space
            .demands
            .iter()
            .find(|w| w.demand.sku == unplaced.sku)
            .map(|w| (w.sku, u64::from(unplaced.units)))
    };
    let units = sums(outcome.missing.iter().filter_map(index), space);
    if outcome.dropped_incomplete {
        let why = "The order ships complete, so nothing is assigned while";
        sentences.push(format!("{why} {units} wait for stock."));
    } else {
        sentences.push(format!("{units} wait for stock."));
    }
    let limit = outcome.rules.split_limit;
    if usize::try_from(limit).is_ok_and(|limit| limit <= outcome.plan.orders) {
        sentences.push(format!("The rules allow no more than {}.", orders(limit)));
    }
    if !outcome.rules.split_lines {
        sentences.push("The rules keep each line's units together.".to_owned());
    }
}

/// Says why locations were not used. Those of tiers that were not opened were not needed.
fn excluded(outcome: &Outcome<'_>, sentences: &mut Vec<String>) {
    let tier = |location: &LocationId| {
        let kind = outcome
            .inputs
            .candidates
            .iter()
            .find(|c| c.location == *location)?
            .kind;
        outcome
            .rules
            .tiers
            .iter()
            .position(|kinds| kinds.contains(&kind))
    };
    let mut listed: Vec<(&LocationId, ExclusionCode, Option<Vec<&Sku>>)> = Vec::new();
    for exclusion in outcome.exclusions {
        if tier(&exclusion.location).is_some_and(|tier| tier > outcome.opened) {
            continue;
        }
        let line = exclusion.line.as_ref();
        let sku = line.and_then(|line| {
            outcome
                .space
                .demands
                .iter()
                .find(|w| w.demand.line == *line)
        });
        let sku = sku.map(|want| &want.demand.sku);
        match listed
            .iter_mut()
            .find(|(l, code, _)| **l == exclusion.location && *code == exclusion.code)
        {
            Some((_, _, skus)) => skus.get_or_insert_default().extend(sku),
            None => listed.push((
                &exclusion.location,
                exclusion.code,
                sku.map(|sku| vec![sku]),
            )),
        }
    }
    let mut named: Vec<&LocationId> = listed.iter().map(|(location, _, _)| *location).collect();
    named.dedup();
    let more = named
        .len()
        .saturating_sub(NAMED_MAX)
        .saturating_add(outcome.unlisted);
    named.truncate(NAMED_MAX);
    for location in named {
        let reasons = listed.iter().filter(|(l, _, _)| *l == location);
        let reasons: Vec<String> = reasons
            .map(|(_, code, skus)| reason(outcome, *code, skus.as_deref()))
            .collect();
        sentences.push(format!("{location}: {}.", reasons.join("; ")));
    }
    if more > 0 {
        sentences.push(format!(
            "{} more cannot supply what is demanded.",
            locations(more)
        ));
    }
}

fn reason(outcome: &Outcome<'_>, code: ExclusionCode, skus: Option<&[&Sku]>) -> String {
    let country = &outcome.inputs.destination.country;
    let whole = match code {
        ExclusionCode::Disabled => "takes no new work".to_owned(),
        ExclusionCode::NoTier => "is in no tier of the rules".to_owned(),
        ExclusionCode::DoesNotShipThere => format!("does not ship to {country}"),
        ExclusionCode::SkuNotCarried => "does not carry".to_owned(),
        ExclusionCode::ExcludedAfterRejection => "rejected or shipped short".to_owned(),
        ExclusionCode::SafetyStock => "holds only safety stock of".to_owned(),
        ExclusionCode::QueuedAhead => "earlier backorders come first for".to_owned(),
        ExclusionCode::OutOfStock => "out of stock for".to_owned(),
    };
    match code {
        ExclusionCode::Disabled | ExclusionCode::NoTier | ExclusionCode::DoesNotShipThere => whole,
        ExclusionCode::SkuNotCarried
        | ExclusionCode::ExcludedAfterRejection
        | ExclusionCode::SafetyStock
        | ExclusionCode::QueuedAhead
        | ExclusionCode::OutOfStock => {
            let all = || {
                outcome
                    .space
                    .demands
                    .iter()
                    .map(|want| &want.demand.sku)
                    .collect::<Vec<_>>()
            };
            format!("{whole} {}", names(skus.map_or_else(all, <[&Sku]>::to_vec)))
        }
    }
}

/// `2 x MUG, 1 x TEE`, in the order of the SKUs' first lines.
fn sums(units: impl Iterator<Item = (usize, u64)>, space: &SearchSpace<'_>) -> String {
    let mut sums = vec![0_u64; space.demanded.len()];
    for (sku, units) in units {
        sums[sku] = sums[sku].saturating_add(units);
    }
    let mut parts = Vec::new();
    let mut seen = vec![false; sums.len()];
    for IndexedDemand { sku, demand, .. } in &space.demands {
        if sums[*sku] > 0 && !std::mem::replace(&mut seen[*sku], true) {
            parts.push(format!("{} x {}", sums[*sku], demand.sku));
        }
    }
    shorten(parts)
}

fn names(mut skus: Vec<&Sku>) -> String {
    skus.sort_unstable();
    skus.dedup();
    shorten(skus.into_iter().map(ToString::to_string).collect())
}

fn shorten(mut parts: Vec<String>) -> String {
    let more = parts.len().saturating_sub(SKUS_MAX);
    if more > 0 {
        parts.truncate(SKUS_MAX);
        parts.push(format!("{more} more"));
    }
    parts.join(", ")
}

fn locations(count: usize) -> String {
    if count == 1 {
        "1 location".to_owned()
    } else {
        format!("{count} locations")
    }
}

fn orders(count: u32) -> String {
    if count == 1 {
        "1 fulfillment order".to_owned()
    } else {
        format!("{count} fulfillment orders")
    }
}
