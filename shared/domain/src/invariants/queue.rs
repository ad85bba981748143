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
//! - its order does not ship complete; or it does, and the location had all units that the order still wanted, of its
//!   other SKUs beyond what others ahead waited for;
//! - where the rules do not split lines, the location had the whole line.
//!
//! The decision may take what the location had beyond what all those lines waited for, and no more. What the
//! location had is what the decision's inputs say, with what they left to the queue; not with safety stock. What it had
//! of other SKUs is added up from movements and commits (the `availability` file).
//!
//! Not judged: locations without stock levels (nothing can be short), orders that ship complete and could have been
//! filled only from several locations together, or whose other SKUs' past is not known (old records have expired; the
//! snapshot does not have the location), lines of the decision's own order,
//! and whatever happened within [`Snapshot::slack`], for there the order of things is not known. Commits at the very
//! same moment are not ordered either.

use jiff::Timestamp;

use super::{
    claims::{Claim, Pasts, Taking},
    snapshot::{OrderRecord, Snapshot},
    violation::{Findings, Rule},
};
use crate::{
    order::{Commit, Event, FulfillmentOrder, Order},
    routing::Decision,
};

pub(super) fn check(snapshot: &Snapshot, findings: &mut Findings) {
    let pasts = Pasts::of(snapshot);
    if pasts.is_empty() {
        return;
    }
    for record in &snapshot.orders {
        for commit in &record.commits {
            for (fulfillment_orders, decision) in commit.body.events.iter().filter_map(reservations)
            {
                for taken in takings(
                    snapshot,
                    &record.order,
                    commit,
                    fulfillment_orders,
                    decision,
                ) {
                    judge(&pasts, record, commit, &taken, findings);
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

fn takings<'a>(
    snapshot: &Snapshot,
    order: &'a Order,
    commit: &Commit,
    given: &[FulfillmentOrder],
    decision: &'a Decision,
) -> Vec<Taking<'a>> {
    let from = decision.inputs.now.checked_sub(snapshot.slack);
    let to = commit.body.at.checked_add(snapshot.slack);
    let (from, to) = (from.unwrap_or(Timestamp::MIN), to.unwrap_or(Timestamp::MAX));
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
                candidate,
                sku: &line.sku,
                units,
                free,
                split_lines: snapshot.rules_of(decision.inputs.rules_version).split_lines,
                from,
                to,
            });
        }
    }
    takings
}

fn judge(
    pasts: &Pasts<'_>,
    record: &OrderRecord,
    commit: &Commit,
    taken: &Taking<'_>,
    findings: &mut Findings,
) {
    let placed = &record.order.placed;
    let later = (record.order.terms().priority, placed.placed_at, placed.id);
    let mut left = taken.free;
    let mut first: Option<Claim> = None;
    for claim in pasts.claims(taken, later) {
        // Whoever takes all or nothing could take nothing of what the ones ahead left.
        if left < claim.at_least {
            continue;
        }
        left = left.saturating_sub(claim.units);
        first.get_or_insert(claim);
    }
    let Some(Claim { backorder, .. }) = first else {
        return;
    };
    findings.unless(taken.units <= left, Rule::I7, &placed.id, || {
        let (units, sku, location) = (taken.units, taken.sku, &taken.candidate.location);
        let (seq, order, line) = (commit.body.seq, backorder.order, &backorder.line);
        format!("commit {seq} takes {units} of {sku} from {location}, for which {order} line {line} waited longer")
    });
}
