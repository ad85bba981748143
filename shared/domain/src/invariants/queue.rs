//! I7: no backorder is released before an earlier one of the same SKU that could have been.
//!
//! Every decision that reserved stock, for a new order or for one that waited, is held against those who stood
//! ahead of it in the queue at that time. The queue of the past is read from the commits: folding them gives each
//! order as it was after each commit.
//!
//! For units of a SKU that a decision took from a location, an earlier line (by queue order, of another order)
//! counts as one that could have had them when, from before the decision's inputs were read until after it was
//! committed,
//!
//! - it waited for that SKU: its order had units of the line backordered, was paid, and no hold stood;
//! - the location was eligible: the line did not avoid it, and the location ships to its destination;
//! - its order does not ship complete; or it does, and this line was all that it still wanted and the location
//!   had all of it;
//! - where the rules do not split lines, the location had the whole line.
//!
//! The decision may take what the location had beyond what all those lines waited for, and no more. What the
//! location had is what the decision's inputs say, with what they left to the queue; not with safety stock.
//!
//! Not judged: locations without stock levels (nothing can be short), orders that ship complete and
//! wait for several lines (whether they could have had it all is not recorded), lines of the decision's own order,
//! and whatever happened within [`Snapshot::slack`], for there the order of things is not known. Commits at the very
//! same moment are not ordered either.

use jiff::Timestamp;

use super::{
    snapshot::{OrderRecord, Snapshot},
    violation::{Findings, Rule},
};
use crate::{
    ids::{LineId, LocationId, OrderId, Sku},
    order::{Commit, Event, FulfillmentOrder, Line, LineState, Order, fold},
    routing::{Candidate, Decision},
    stock::Backorder,
};

pub(super) fn check(snapshot: &Snapshot, findings: &mut Findings) {
    let pasts: Vec<Past<'_>> = snapshot.orders.iter().filter_map(Past::of).collect();
    if pasts.is_empty() {
        return;
    }
    for record in &snapshot.orders {
        for commit in &record.commits {
            for (fulfillment_orders, decision) in commit.body.events.iter().filter_map(reservations)
            {
                for taken in takings(snapshot, &record.order, fulfillment_orders, decision) {
                    judge(snapshot, &pasts, record, commit, &taken, findings);
                }
            }
        }
    }
}

fn reservations(event: &Event) -> Option<(&Vec<FulfillmentOrder>, &Decision)> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other events reserve nothing"
    )]
    match event {
        Event::OrderRouted {
            fulfillment_orders,
            decision,
        }
        | Event::BackorderReleased {
            fulfillment_orders,
            decision,
        } => Some((fulfillment_orders, decision)),
        _ => None,
    }
}

/// Units of one SKU that a decision took from one location.
struct Taking<'a> {
    decision: &'a Decision,
    candidate: &'a Candidate,
    sku: &'a Sku,
    units: u64,
    /// What the location had, as the decision saw it.
    free: u64,
    /// Whether the decision's rules split lines over locations.
    split_lines: bool,
}

fn takings<'a>(
    snapshot: &Snapshot,
    order: &'a Order,
    given: &[FulfillmentOrder],
    decision: &'a Decision,
) -> Vec<Taking<'a>> {
    let mut takings: Vec<Taking<'a>> = Vec::new();
    for found in given.iter().filter(|f| !f.untracked) {
        let candidate = decision
            .inputs
            .candidates
            .iter()
            .find(|c| c.location == found.location);
        let Some(candidate) = candidate else { continue };
        for part in &found.lines {
            let Some((line, _)) = order.line(&part.line) else {
                continue;
            };
            let units = u64::from(part.open);
            let same =
                |t: &&mut Taking<'_>| t.candidate.location == found.location && *t.sku == line.sku;
            if let Some(taking) = takings.iter_mut().find(same) {
                taking.units = taking.units.saturating_add(units);
                continue;
            }
            let Some(key) = candidate.stock.iter().find(|a| a.sku == line.sku) else {
                continue;
            };
            let free = u64::from(key.units).saturating_add(u64::from(key.queued_ahead));
            takings.push(Taking {
                decision,
                candidate,
                sku: &line.sku,
                units,
                free,
                split_lines: snapshot.splits_lines(decision.inputs.rules_version),
            });
        }
    }
    takings
}

fn judge(
    snapshot: &Snapshot,
    pasts: &[Past<'_>],
    record: &OrderRecord,
    commit: &Commit,
    taken: &Taking<'_>,
    findings: &mut Findings,
) {
    let placed = &record.order.placed;
    let later = (record.order.terms().priority, placed.placed_at, placed.id);
    let from = taken
        .decision
        .inputs
        .now
        .checked_sub(snapshot.slack)
        .unwrap_or(Timestamp::MIN);
    let to = commit
        .body
        .at
        .checked_add(snapshot.slack)
        .unwrap_or(Timestamp::MAX);
    let earlier = pasts.iter().filter(|past| past.id() != placed.id);
    let mut claims: Vec<(Backorder, u64)> = earlier
        .flat_map(|past| past.claims(taken, from, to))
        .filter(|(claim, _)| (claim.priority, claim.placed_at, claim.order) < later)
        .collect();
    claims.sort();
    let claimed = claims
        .iter()
        .map(|(_, units)| *units)
        .fold(0, u64::saturating_add);
    let beyond = taken.free.saturating_sub(claimed);
    findings.unless(claims.is_empty() || taken.units <= beyond, Rule::I7, &placed.id, || {
        let (units, sku, location) = (taken.units, taken.sku, &taken.candidate.location);
        let first = claims.first().map(|(claim, _)| format!("{} line {}", claim.order, claim.line));
        let first = first.unwrap_or_default();
        let seq = commit.body.seq;
        format!("commit {seq} takes {units} of {sku} from {location}, for which {first} waited longer")
    });
}

/// An order that has waited, after each of its commits.
struct Past<'a> {
    order: &'a Order,
    moments: Vec<(Timestamp, Order)>,
}

impl<'a> Past<'a> {
    fn of(record: &'a OrderRecord) -> Option<Self> {
        let events = || record.commits.iter().flat_map(|c| &c.body.events);
        if !events().any(|e| matches!(e, Event::UnitsBackordered { .. })) {
            return None;
        }
        let mut order = Order::unplaced(record.order.placed.clone());
        let mut moments = Vec::with_capacity(record.commits.len());
        for commit in &record.commits {
            order = fold(order, std::slice::from_ref(commit));
            moments.push((commit.body.at, order.clone()));
        }
        Some(Self {
            order: &record.order,
            moments,
        })
    }

    fn id(&self) -> OrderId {
        self.order.placed.id
    }

    /// Places in the queue that could have had what was taken, all the time, with the units that they waited for.
    fn claims(&self, taken: &Taking<'_>, from: Timestamp, to: Timestamp) -> Vec<(Backorder, u64)> {
        let start = self.moments.iter().rposition(|(at, _)| *at < from);
        let Some(start) = start else {
            return Vec::new();
        };
        let meanwhile = self
            .moments
            .iter()
            .skip(start)
            .take_while(|(at, _)| *at <= to);
        let meanwhile: Vec<&Order> = meanwhile.map(|(_, order)| order).collect();
        let lines = self
            .order
            .lines()
            .filter(|(line, _)| line.sku == *taken.sku);
        let claim = |(line, _): (&Line, &LineState)| {
            let units = meanwhile
                .iter()
                .map(|order| could_take(order, &line.id, taken));
            let units = units.min().unwrap_or(0);
            let waiting = u32::try_from(units).unwrap_or(u32::MAX);
            (units > 0).then(|| (self.order.backorder(line, waiting), units))
        };
        lines.filter_map(claim).collect()
    }
}

/// Units of a line that its order could have had from where they were taken.
fn could_take(order: &Order, line: &LineId, taken: &Taking<'_>) -> u64 {
    let Some((line, state)) = order.line(line) else {
        return 0;
    };
    let location: &LocationId = &taken.candidate.location;
    let ships_to = &taken.candidate.ships_to;
    // When a location was restocked is not in the history: whoever declined once is taken to be avoided still.
    let avoided = order.avoided(&line.id, |_| None).contains(location);
    let reachable = ships_to.is_empty() || ships_to.contains(&order.destination().country);
    if state.backordered == 0 || !order.is_ready() || avoided || !reachable {
        return 0;
    }
    let units = u64::from(state.backordered);
    let wanting = order
        .state
        .lines
        .iter()
        .filter(|l| l.unrouted > 0 || l.backordered > 0)
        .count();
    let complete = order.terms().ship_complete;
    let whole = complete || !taken.split_lines;
    if (complete && (wanting > 1 || state.unrouted > 0)) || (whole && taken.free < units) {
        return 0;
    }
    units
}
