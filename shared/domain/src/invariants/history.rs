//! I5 and I6: what has been done, by whom, and once.

use std::{collections::BTreeSet, fmt::Display, slice};

use super::{
    snapshot::{OrderRecord, Snapshot},
    violation::{Findings, Rule},
};
use crate::{
    order::fold,
    order::{Actor, Cause, Commit, Event, Order, OrderState, verify_chain},
};

pub(super) fn check(record: &OrderRecord, findings: &mut Findings) {
    once(record, findings);
    chain(record, findings);
    placement(record, findings);
    state(record, findings);
}

/// Causes of commits, shipments, refunds and payment intents are recorded once each, and no cause is missing. Steps of
/// shipments that have a time are known by it instead of by their cause.
fn once(record: &OrderRecord, findings: &mut Findings) {
    let OrderRecord { order, commits } = record;
    let mut seen = BTreeSet::new();
    steps_once(record, findings);
    for commit in commits {
        if !commit.body.remembers_cause() {
            continue;
        }
        let (key, seq) = (commit.body.cause.key(), commit.body.seq);
        let new = seen.insert(key.clone());
        findings.unless(new, Rule::I5, &order.placed.id, || {
            format!("commit {seq} repeats the cause {key}")
        });
        findings.unless(
            order.state.causes.contains(&key),
            Rule::I5,
            &order.placed.id,
            || format!("the order does not remember {key}, the cause of commit {seq}"),
        );
    }
    let payment = &order.state.payment;
    let references = order.state.shipments.iter();
    let references = references.map(|s| format!("{}/{}", s.fulfillment_order, s.reference));
    let refunds = payment.refunds.iter().map(|r| r.id.as_str());
    let intents = payment.intents.iter().map(|i| i.id.as_str());
    unique("shipment reference", references, order, findings);
    unique("refund", refunds, order, findings);
    unique("payment intent", intents, order, findings);
    unique(
        "shipment",
        order.state.shipments.iter().map(|s| s.id),
        order,
        findings,
    );
    unique(
        "fulfillment order",
        order.state.fulfillment_orders.iter().map(|f| f.id),
        order,
        findings,
    );
}

/// No step of a shipment is recorded twice with the same time.
fn steps_once(record: &OrderRecord, findings: &mut Findings) {
    let OrderRecord { order, commits } = record;
    let mut seen = BTreeSet::new();
    for commit in commits {
        let steps = commit.body.events.iter().filter_map(Event::shipment_step);
        for (shipment, step, at) in steps.filter(|(.., at)| at.is_some()) {
            let new = seen.insert((shipment, step, at));
            findings.unless(new, Rule::I5, &order.placed.id, || {
                let (seq, step) = (commit.body.seq, step.as_str());
                format!("commit {seq} repeats the step {step} of shipment {shipment}")
            });
        }
    }
}

fn unique<T: Ord + Display + Clone>(
    what: &str,
    names: impl Iterator<Item = T>,
    order: &Order,
    findings: &mut Findings,
) {
    let mut seen = BTreeSet::new();
    for name in names {
        let new = seen.insert(name.clone());
        findings.unless(new, Rule::I5, &order.placed.id, || {
            format!("{what} {name} is recorded twice")
        });
    }
}

/// The hashes hold, the bodies are what the hashed texts say, and each names who, why and when. A commit may hold
/// no event: it notes a report that changed nothing, so that a late copy of it changes nothing either.
fn chain(record: &OrderRecord, findings: &mut Findings) {
    let OrderRecord { order, commits } = record;
    let subject = order.placed.id;
    let fault = verify_chain(commits).err();
    findings.unless(fault.is_none(), Rule::I6, &subject, || {
        fault.map(|f| f.to_string()).unwrap_or_default()
    });
    for commit in commits {
        let seq = commit.body.seq;
        let read = Commit::open(commit.text.clone(), commit.hash.clone());
        findings.unless(read.as_ref() == Ok(commit), Rule::I6, &subject, || {
            format!("commit {seq} does not say what its text says")
        });
        findings.unless(
            names(&commit.body.actor, &commit.body.cause),
            Rule::I6,
            &subject,
            || format!("commit {seq} does not name who and why"),
        );
    }
}

fn names(actor: &Actor, cause: &Cause) -> bool {
    !actor.id.is_empty() && !cause.source.is_empty() && !cause.id.is_empty()
}

/// The first commit covers the order as placed, and no other does.
fn placement(record: &OrderRecord, findings: &mut Findings) {
    let OrderRecord { order, commits } = record;
    let placements: Vec<&Event> = commits
        .iter()
        .flat_map(|c| &c.body.events)
        .filter(|e| matches!(e, Event::OrderPlaced { .. }))
        .collect();
    let placed = &order.placed;
    let covered = match placements.as_slice() {
        [
            Event::OrderPlaced {
                number,
                total,
                currency,
                digest: hash,
                ..
            },
        ] => {
            let terms = *number == placed.number
                && *total == placed.total()
                && *currency == placed.currency;
            terms && placed.digest().is_ok_and(|digest| digest == *hash)
        }
        _ => false,
    };
    findings.unless(covered, Rule::I6, &placed.id, || {
        "the order as placed is not the one that its first commit covers".to_owned()
    });
}

/// Folding the commits gives the stored state, and the status moved along the table on the way.
fn state(record: &OrderRecord, findings: &mut Findings) {
    let OrderRecord { order, commits } = record;
    let subject = order.placed.id;
    let mut folded = Order::unplaced(order.placed.clone());
    for commit in commits {
        let before = folded.state.status;
        folded = fold(folded, slice::from_ref(commit));
        let after = folded.state.status;
        findings.unless(before.reaches(after), Rule::I6, &subject, || {
            format!(
                "commit {} goes from {} to {}",
                commit.body.seq,
                before.as_str(),
                after.as_str()
            )
        });
    }
    findings.unless(folded.state == order.state, Rule::I6, &subject, || {
        format!(
            "the commits do not add up to the stored state: {}",
            differences(&folded.state, &order.state)
        )
    });
}

/// Names the fields, not what they hold.
fn differences(folded: &OrderState, stored: &OrderState) -> String {
    let fields = |state: &OrderState| match serde_json::to_value(state) {
        Ok(serde_json::Value::Object(fields)) => fields,
        Ok(_) | Err(_) => serde_json::Map::new(),
    };
    let (folded, stored) = (fields(folded), fields(stored));
    let names: BTreeSet<&String> = folded.keys().chain(stored.keys()).collect();
    let different = names
        .into_iter()
        .filter(|name| folded.get(*name) != stored.get(*name));
    different.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Stock movements happen once each, and name who and why.
pub(super) fn check_records(snapshot: &Snapshot, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for record in &snapshot.records {
        let key = record.cause.key();
        findings.unless(seen.insert(key.clone()), Rule::I5, &key, || {
            "the stock movement is there twice".to_owned()
        });
        findings.unless(names(&record.actor, &record.cause), Rule::I6, &key, || {
            "the stock movement does not name who and why".to_owned()
        });
    }
}
