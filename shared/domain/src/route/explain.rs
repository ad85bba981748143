//! The decision in sentences, for the person who is asked why. Bounded, because it is stored with the order.

use super::{
    Fence, FenceCode, RoutingInputs, Unplaced,
    fences::{Problem, Want},
    rank::Plan,
};
use crate::{
    ids::{LocationId, Sku},
    location::LocationKind,
};

/// At most so many locations are named in one explanation, chosen ones and fenced ones each.
const NAMED_MAX: usize = 8;
/// At most so many SKUs are named in one sentence.
const SKUS_MAX: usize = 6;

/// What there is to explain.
pub(super) struct Outcome<'a> {
    pub(super) inputs: &'a RoutingInputs,
    pub(super) problem: &'a Problem<'a>,
    pub(super) plan: &'a Plan,
    /// What no location could give.
    pub(super) missing: &'a [Unplaced],
    /// Whether the plan was dropped because the order ships complete.
    pub(super) withheld: bool,
    /// What was done to fit one transaction.
    pub(super) fitted: Option<Fitted>,
    /// The last tier that was opened.
    pub(super) opened: usize,
    pub(super) truncated: bool,
    pub(super) fences: &'a [Fence],
    pub(super) unlisted: usize,
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
    if outcome.problem.wants.is_empty() {
        return "Nothing is to be placed.".to_owned();
    }
    chosen(outcome, &mut sentences);
    missing(outcome, &mut sentences);
    fenced(outcome, &mut sentences);
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
        let limit = outcome.inputs.rules.search_limit;
        sentences.push(format!(
            "The search stopped at its limit of {limit} combinations; there may be a better plan."
        ));
    }
    sentences.join(" ")
}

fn chosen(outcome: &Outcome<'_>, sentences: &mut Vec<String>) {
    let problem = outcome.problem;
    for site in outcome.plan.sites.iter().take(NAMED_MAX) {
        let gifts = outcome
            .plan
            .gifts
            .iter()
            .filter(|(from, _, _)| from == site);
        let units = sums(
            gifts.map(|(_, want, units)| (problem.wants[*want].sku, *units)),
            problem,
        );
        let candidate = problem.sites[*site].candidate;
        let kind = match candidate.kind {
            LocationKind::Warehouse => "warehouse",
            LocationKind::ThirdParty => "3PL",
            LocationKind::Supplier => "supplier",
        };
        sentences.push(format!("{units} from {} ({kind}).", candidate.location));
    }
    let more = outcome.plan.sites.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        sentences.push(format!("The rest from {}.", locations(more)));
    }
}

fn missing(outcome: &Outcome<'_>, sentences: &mut Vec<String>) {
    let problem = outcome.problem;
    if outcome.missing.is_empty() {
        return;
    }
    let index = |unplaced: &Unplaced| {
        problem
            .wants
            .iter()
            .find(|w| w.demand.sku == unplaced.sku)
            .map(|w| (w.sku, u64::from(unplaced.units)))
    };
    let units = sums(outcome.missing.iter().filter_map(index), problem);
    if outcome.withheld {
        let why = "The order ships complete, so nothing is assigned while";
        sentences.push(format!("{why} {units} waits for stock."));
    } else {
        sentences.push(format!("{units} waits for stock."));
    }
    let limit = outcome.inputs.rules.split_limit;
    if usize::try_from(limit).is_ok_and(|limit| limit <= outcome.plan.orders) {
        sentences.push(format!("The rules allow no more than {}.", orders(limit)));
    }
    if !outcome.inputs.rules.split_lines {
        sentences.push("The rules keep each line's units together.".to_owned());
    }
}

/// Says why locations were not used. Those of tiers that were not opened were not needed.
fn fenced(outcome: &Outcome<'_>, sentences: &mut Vec<String>) {
    let tier = |location: &LocationId| {
        let kind = outcome
            .inputs
            .candidates
            .iter()
            .find(|c| c.location == *location)?
            .kind;
        outcome
            .inputs
            .rules
            .tiers
            .iter()
            .position(|kinds| kinds.contains(&kind))
    };
    let mut told: Vec<(&LocationId, FenceCode, Option<Vec<&Sku>>)> = Vec::new();
    for fence in outcome.fences {
        if tier(&fence.location).is_some_and(|tier| tier > outcome.opened) {
            continue;
        }
        let line = fence.line.as_ref();
        let sku = line.and_then(|line| {
            outcome
                .problem
                .wants
                .iter()
                .find(|w| w.demand.line == *line)
        });
        let sku = sku.map(|want| &want.demand.sku);
        match told
            .iter_mut()
            .find(|(l, code, _)| **l == fence.location && *code == fence.code)
        {
            Some((_, _, skus)) => skus.get_or_insert_default().extend(sku),
            None => told.push((&fence.location, fence.code, sku.map(|sku| vec![sku]))),
        }
    }
    let mut named: Vec<&LocationId> = told.iter().map(|(location, _, _)| *location).collect();
    named.dedup();
    let more = named
        .len()
        .saturating_sub(NAMED_MAX)
        .saturating_add(outcome.unlisted);
    named.truncate(NAMED_MAX);
    for location in named {
        let reasons = told.iter().filter(|(l, _, _)| *l == location);
        let reasons: Vec<String> = reasons
            .map(|(_, code, skus)| reason(outcome, *code, skus.as_deref()))
            .collect();
        sentences.push(format!("{location}: {}.", reasons.join("; ")));
    }
    if more > 0 {
        sentences.push(format!(
            "{} more cannot give what is asked.",
            locations(more)
        ));
    }
}

fn reason(outcome: &Outcome<'_>, code: FenceCode, skus: Option<&[&Sku]>) -> String {
    let country = &outcome.inputs.destination.country;
    let whole = match code {
        FenceCode::Disabled => "takes no new work".to_owned(),
        FenceCode::NoTier => "stands in no tier of the rules".to_owned(),
        FenceCode::DoesNotShipThere => format!("does not ship to {country}"),
        FenceCode::SkuNotCarried => "does not carry".to_owned(),
        FenceCode::ExcludedAfterRejection => "declined or shipped short".to_owned(),
        FenceCode::SafetyStock => "safety stock keeps back".to_owned(),
        FenceCode::QueuedAhead => "longer waiting orders come first for".to_owned(),
        FenceCode::OutOfStock => "out of stock for".to_owned(),
    };
    match code {
        FenceCode::Disabled | FenceCode::NoTier | FenceCode::DoesNotShipThere => whole,
        FenceCode::SkuNotCarried
        | FenceCode::ExcludedAfterRejection
        | FenceCode::SafetyStock
        | FenceCode::QueuedAhead
        | FenceCode::OutOfStock => {
            let all = || {
                outcome
                    .problem
                    .wants
                    .iter()
                    .map(|want| &want.demand.sku)
                    .collect::<Vec<_>>()
            };
            format!("{whole} {}", names(skus.map_or_else(all, <[&Sku]>::to_vec)))
        }
    }
}

/// `2 x MUG, 1 x TEE`, in the order of the SKUs' first lines.
fn sums(units: impl Iterator<Item = (usize, u64)>, problem: &Problem<'_>) -> String {
    let mut sums = vec![0_u64; problem.demanded.len()];
    for (sku, units) in units {
        sums[sku] = sums[sku].saturating_add(units);
    }
    let mut parts = Vec::new();
    let mut seen = vec![false; sums.len()];
    for Want { sku, demand, .. } in &problem.wants {
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
