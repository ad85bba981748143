//! I5 and I11: the ledger of an order's effects has every request to a location that waits for its answer, added up from the
//! commits, and no other; and no two effects have the same key.

use std::collections::BTreeSet;

use super::{
    snapshot::OrderRecord,
    violation::{Findings, Rule},
};
use crate::{
    ids::FulfillmentOrderId,
    order::{Event, LedgerEntry, asked_back_by},
};

pub(super) fn check(record: &OrderRecord, findings: &mut Findings) {
    let OrderRecord { order, commits } = record;
    let subject = order.placed.id;
    let mut unanswered = unanswered(record);
    let mut keys = BTreeSet::new();
    for entry in order.effects_ledger() {
        let key = entry.key(order.id(), commits);
        findings.unless(keys.insert(key.clone()), Rule::I5, &subject, || {
            format!("two effects have the key {key}")
        });
        let is_wanted = match entry {
            LedgerEntry::Command(_) => true,
            LedgerEntry::Fulfill(found) => unanswered.remove(&found.id),
            LedgerEntry::Cancel(found) => asked_back_by(found, commits).is_some(),
        };
        let is_open = entry
            .fulfillment_order()
            .is_none_or(|found| found.status.is_open());
        findings.unless(is_wanted && is_open, Rule::I11, &subject, || {
            format!("the effect {key} is asked for, and the commits do not want it")
        });
    }
    findings.unless(unanswered.is_empty(), Rule::I11, &subject, || {
        let ids: Vec<String> = unanswered.iter().map(ToString::to_string).collect();
        format!(
            "{} waits for its location, which nobody asks",
            ids.join(", ")
        )
    });
}

/// The fulfillment orders whose request was recorded, and neither taken back nor answered by their location.
fn unanswered(record: &OrderRecord) -> BTreeSet<FulfillmentOrderId> {
    let mut unanswered = BTreeSet::new();
    for event in record.commits.iter().flat_map(|c| &c.body.events) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the others are neither a request nor an answer"
        )]
        match event {
            Event::FulfillmentRequested { fulfillment_orders } => {
                unanswered.extend(fulfillment_orders.iter().copied());
            }
            Event::RequestsTakenBack {
                fulfillment_orders, ..
            } => unanswered.retain(|id| !fulfillment_orders.contains(id)),
            Event::FulfillmentAccepted { fulfillment_order }
            | Event::PickingStarted { fulfillment_order }
            | Event::FulfillmentPacked { fulfillment_order }
            | Event::FulfillmentRejected {
                fulfillment_order, ..
            }
            | Event::UnitsShortShipped {
                fulfillment_order, ..
            }
            | Event::UnitsRecalled {
                fulfillment_order, ..
            }
            | Event::SurplusReleased {
                fulfillment_order, ..
            }
            | Event::CancellationRefused {
                fulfillment_order,
                requested: true,
                ..
            } => {
                unanswered.remove(fulfillment_order);
            }
            Event::ShipmentShipped { shipment, .. } => {
                unanswered.remove(&shipment.fulfillment_order);
            }
            Event::UnitsCancelled { units, .. } => {
                for part in units {
                    if let Some(id) = part.fulfillment_order {
                        unanswered.remove(&id);
                    }
                }
            }
            _ => {}
        }
    }
    unanswered
}
