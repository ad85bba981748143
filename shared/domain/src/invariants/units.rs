//! I1 and I4: where units are.

use std::collections::BTreeMap;

use super::{
    snapshot::{OrderRecord, Snapshot},
    violation::{Findings, Rule},
};
use crate::{
    ids::{LineId, OrderId},
    order::{Event, ExceptionKind, Line, LineState, Order},
    stock::Backorder,
};

pub(super) fn check(record: &OrderRecord, findings: &mut Findings) {
    let order = &record.order;
    let subject = order.placed.id;
    let (placed, stored) = (order.placed.lines.len(), order.state.lines.len());
    findings.unless(placed == stored, Rule::I1, &subject, || {
        format!("{stored} of {placed} placed lines are stored")
    });
    lines(order, findings);
    fulfillment_orders(order, findings);
    unexpected(record, findings);
}

fn lines(order: &Order, findings: &mut Findings) {
    for (line, state) in order.lines() {
        let subject = format!("{} line {}", order.placed.id, line.id);
        buckets(line, state, &subject, findings);
        assigned_and_shipped(order, line, state, &subject, findings);
    }
}

/// The buckets add up, and units were shipped before they were delivered, and delivered before they were returned.
fn buckets(line: &Line, state: &LineState, subject: &str, findings: &mut Findings) {
    let (total, ordered) = (state.total(), line.quantity);
    findings.unless(total == ordered, Rule::I1, &subject, || {
        format!("{total} units are in the buckets, {ordered} were ordered")
    });
    let (shipped, delivered, returned) = (state.shipped, state.delivered, state.returned);
    findings.unless(
        shipped >= delivered && delivered >= returned,
        Rule::I1,
        &subject,
        || format!("{shipped} shipped, {delivered} delivered, {returned} returned"),
    );
}

/// Assigned units are open in fulfillment orders, shipped ones are in shipments, and none is shipped and cancelled.
fn assigned_and_shipped(
    order: &Order,
    line: &Line,
    state: &LineState,
    subject: &str,
    findings: &mut Findings,
) {
    let fulfillment_orders = || order.state.fulfillment_orders.iter();
    let parts = || {
        fulfillment_orders()
            .flat_map(|f| &f.lines)
            .filter(|l| l.line == line.id)
    };
    let (assigned, shipped, cancelled) = (state.assigned, state.shipped, state.cancelled);
    let open = sum(parts().map(|l| l.open));
    findings.unless(open == u64::from(assigned), Rule::I1, &subject, || {
        format!("{assigned} units are assigned, {open} are open in fulfillment orders")
    });
    let surplus = sum(parts().map(|l| l.surplus));
    findings.unless(
        surplus == u64::from(state.surplus),
        Rule::I1,
        &subject,
        || {
            format!(
                "{} units are surplus, {surplus} in fulfillment orders",
                state.surplus
            )
        },
    );
    let contents = order.state.shipments.iter().flat_map(|s| &s.lines);
    let left = sum(contents.filter(|l| l.line == line.id).map(|l| l.units));
    let counted = sum(parts().map(|l| l.shipped));
    findings.unless(left == u64::from(shipped) && counted == left, Rule::I1, &subject, || {
        format!("{shipped} units are shipped, {left} are in shipments, {counted} in fulfillment orders")
    });
    let gone = left.saturating_add(u64::from(cancelled));
    findings.unless(gone <= u64::from(line.quantity), Rule::I4, &subject, || {
        format!(
            "{left} units are shipped and {cancelled} are cancelled, of {}",
            line.quantity
        )
    });
}

fn fulfillment_orders(order: &Order, findings: &mut Findings) {
    for found in &order.state.fulfillment_orders {
        let subject = format!("{} {}", order.placed.id, found.id);
        for part in &found.lines {
            findings.unless(order.line(&part.line).is_some(), Rule::I1, &subject, || {
                format!("line {} is not the order's", part.line)
            });
            findings.unless(part.asked_back() <= part.open, Rule::I1, &subject, || {
                format!(
                    "{} of {} open units are asked back",
                    part.asked_back(),
                    part.open
                )
            });
            findings.unless(
                part.surplus <= part.open && part.written_off <= part.released,
                Rule::I1,
                &subject,
                || {
                    format!(
                        "of {} open units {} are surplus; of {} released units {} are written off",
                        part.open, part.surplus, part.released, part.written_off
                    )
                },
            );
        }
        let open = found.open_units();
        findings.unless(
            found.status.is_open() == (open > 0),
            Rule::I1,
            &subject,
            || format!("it is {} with {open} units open", found.status.as_str()),
        );
    }
}

/// Each shipment line with unexpected units has an exception of its own.
fn unexpected(record: &OrderRecord, findings: &mut Findings) {
    let order = &record.order;
    let parts = order
        .state
        .shipments
        .iter()
        .flat_map(|s| &s.lines)
        .filter(|l| l.unexpected > 0)
        .count();
    let is_about_units = |kind: &ExceptionKind| {
        matches!(
            kind,
            ExceptionKind::ShippedAfterCancel | ExceptionKind::UnexpectedShipment
        )
    };
    let events = record.commits.iter().flat_map(|c| &c.body.events);
    let opened = |event: &&Event| matches!(event, Event::ExceptionOpened { kind, .. } if is_about_units(kind));
    let exceptions = events.filter(opened).count();
    findings.unless(exceptions >= parts, Rule::I4, &order.placed.id, || {
        format!("{parts} shipment lines hold unexpected units, {exceptions} exceptions report them")
    });
}

/// The queue holds exactly the backordered units of the lines.
pub(super) fn check_queue(snapshot: &Snapshot, findings: &mut Findings) {
    let mut expected: BTreeMap<(OrderId, &LineId), Backorder> = BTreeMap::new();
    for OrderRecord { order, .. } in &snapshot.orders {
        let lines = order.lines();
        for (line, state) in lines.filter(|(_, state)| state.backordered > 0) {
            let backorder = Backorder {
                priority: order.terms().priority,
                placed_at: order.placed.placed_at,
                order: order.placed.id,
                line: line.id.clone(),
                sku: line.sku.clone(),
                units: state.backordered,
            };
            expected.insert((order.placed.id, &line.id), backorder);
        }
    }
    for backorder in &snapshot.backorders {
        let subject = format!("{} line {}", backorder.order, backorder.line);
        let (sku, units) = (&backorder.sku, backorder.units);
        match expected.remove(&(backorder.order, &backorder.line)) {
            None => findings.unless(false, Rule::I1, &subject, || {
                format!("{units} of {sku} are queued that are not backordered, or queued twice")
            }),
            Some(wanted) => findings.unless(wanted == *backorder, Rule::I1, &subject, || {
                format!(
                    "queued are {units} of {sku}, and {} of {} are backordered",
                    wanted.units, wanted.sku
                )
            }),
        }
    }
    for ((order, line), backorder) in expected {
        let subject = format!("{order} line {line}");
        findings.unless(false, Rule::I1, &subject, || {
            format!(
                "{} of {} are backordered and not queued",
                backorder.units, backorder.sku
            )
        });
    }
}

fn sum(units: impl IntoIterator<Item = u32>) -> u64 {
    units
        .into_iter()
        .map(u64::from)
        .fold(0, u64::saturating_add)
}
