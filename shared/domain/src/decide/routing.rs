//! Executing a routing decision, and requesting fulfillment.

use std::collections::BTreeMap;

use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId},
    order::{
        Context, Event, FulfillmentLine, FulfillmentOrder, FulfillmentStatus, LineState, LineUnits,
        Order, Rejection, RejectionCode,
    },
    routing::{Assignment, Decision},
};

pub(super) fn route(
    order: &Order,
    decision: &Decision,
    ids: &[FulfillmentOrderId],
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    if order.unrouted() == 0 {
        return Ok(vec![]);
    }
    ready(order)?;
    let mut wanted = assigned(decision);
    for unplaced in &decision.unplaced {
        let units = wanted.entry(&unplaced.line).or_default();
        *units = units.saturating_add(unplaced.units);
    }
    fits(order, &wanted, |l| l.unrouted)?;
    let lines: Vec<LineUnits> = decision
        .unplaced
        .iter()
        .map(|u| LineUnits {
            line: u.line.clone(),
            sku: u.sku.clone(),
            units: u.units,
        })
        .collect();
    let mut events = vec![Event::OrderRouted {
        fulfillment_orders: planned(decision, ids, context)?,
        decision: Box::new(decision.clone()),
    }];
    if !lines.is_empty() {
        events.push(Event::UnitsBackordered { lines });
    }
    Ok(events)
}

pub(super) fn release_backorder(
    order: &Order,
    decision: &Decision,
    ids: &[FulfillmentOrderId],
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    if decision.assignments.is_empty() {
        return Ok(vec![]);
    }
    ready(order)?;
    fits(order, &assigned(decision), |l| l.backordered)?;
    Ok(vec![Event::BackorderReleased {
        fulfillment_orders: planned(decision, ids, context)?,
        decision: Box::new(decision.clone()),
    }])
}

pub(super) fn request(order: &Order, not_to: &[LocationId]) -> Result<Vec<Event>, Rejection> {
    let planned = order
        .state
        .fulfillment_orders
        .iter()
        .filter(|f| f.status == FulfillmentStatus::Planned && !not_to.contains(&f.location));
    let fulfillment_orders: Vec<FulfillmentOrderId> = planned.map(|f| f.id).collect();
    if fulfillment_orders.is_empty() {
        return Ok(vec![]);
    }
    ready(order)?;
    Ok(vec![Event::FulfillmentRequested { fulfillment_orders }])
}

/// Refuses when the order must not move on.
fn ready(order: &Order) -> Result<(), Rejection> {
    if let Some(hold) = order.state.holds.first() {
        let message = format!("hold {} is in force", hold.handle);
        return Err(Rejection::new(
            RejectionCode::OnHold,
            hold.handle.clone(),
            message,
        ));
    }
    if !order.is_paid() {
        let status = order.state.status.as_str();
        return Err(Rejection::new(
            RejectionCode::WrongStatus,
            status,
            "the order is not paid",
        ));
    }
    Ok(())
}

fn assigned(decision: &Decision) -> BTreeMap<&LineId, u32> {
    let mut units: BTreeMap<&LineId, u32> = BTreeMap::new();
    for (line, assigned) in decision.assignments.iter().flat_map(|a| &a.lines) {
        let sum = units.entry(line).or_default();
        *sum = sum.saturating_add(*assigned);
    }
    units
}

/// Refuses a plan that demands more units than the lines have in the bucket that they come from.
fn fits(
    order: &Order,
    wanted: &BTreeMap<&LineId, u32>,
    bucket: fn(&LineState) -> u32,
) -> Result<(), Rejection> {
    for (line, units) in wanted {
        let available = order.line(line).map_or(0, |(_, state)| bucket(state));
        if *units > available {
            let message = format!(
                "the plan moves {units} units of line {line}, and the bucket has {available}"
            );
            return Err(Rejection::new(
                RejectionCode::StalePlan,
                line.as_str(),
                message,
            ));
        }
    }
    Ok(())
}

fn planned(
    decision: &Decision,
    ids: &[FulfillmentOrderId],
    context: &Context,
) -> Result<Vec<FulfillmentOrder>, Rejection> {
    if ids.len() != decision.assignments.len() {
        let message = "one id for each assignment is needed";
        return Err(Rejection::new(
            RejectionCode::StalePlan,
            ids.len().to_string(),
            message,
        ));
    }
    let plan = |(assignment, id): (&Assignment, &FulfillmentOrderId)| FulfillmentOrder {
        id: *id,
        location: assignment.location.clone(),
        untracked: assignment.untracked,
        status: FulfillmentStatus::Planned,
        since: context.now,
        lines: assignment
            .lines
            .iter()
            .map(|(line, units)| FulfillmentLine::assigned(line.clone(), *units))
            .collect(),
        cancel_reason: None,
        closing: None,
        overdue_shown: false,
        silence_closed: None,
        stop_refused: false,
        asked_again: 0,
        repeated: false,
        taken_back: 0,
        collect: None,
    };
    Ok(decision.assignments.iter().zip(ids).map(plan).collect())
}
