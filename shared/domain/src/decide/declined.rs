//! Locations that declined a line.

use super::exception::{open, resolve};
use crate::{
    ids::{LineId, LocationId},
    order::{Event, ExceptionKind, Order, Rejection, RejectionCode},
};

/// Allows a location again. Its exception ends: there is somewhere to route to.
pub(super) fn allow(
    order: &Order,
    line: &LineId,
    location: &LocationId,
) -> Result<Vec<Event>, Rejection> {
    let Some((found, _)) = order.line(line) else {
        let message = "the order has no such line";
        let code = RejectionCode::UnknownLine;
        return Err(Rejection::new(code, line.as_str(), message));
    };
    let mut declined = order.state.declined.iter();
    if !declined.any(|declined| declined.line == *line && declined.location == *location) {
        return Ok(vec![]);
    }
    let mut events = vec![Event::LocationAllowed {
        line: line.clone(),
        sku: found.sku.clone(),
        location: location.clone(),
    }];
    events.extend(resolve(
        order,
        &ExceptionKind::DeclinedEverywhere,
        line.as_str(),
    ));
    Ok(events)
}

/// Shows a person the lines that nobody is left for.
pub(super) fn everywhere(order: &Order, lines: &[LineId]) -> Vec<Event> {
    let events = lines.iter().filter_map(|id| {
        let (line, _) = order.line(id)?;
        let declined = order.state.declined.iter();
        let locations: Vec<&str> = declined
            .filter(|declined| declined.line == *id)
            .map(|declined| declined.location.as_str())
            .collect();
        let (sku, locations) = (&line.sku, locations.join(", "));
        let detail = format!(
            "every location that could ship {sku} has declined it ({locations}); allow one again, receive or count stock \
             there, or cancel the units"
        );
        Some(open(ExceptionKind::DeclinedEverywhere, id.as_str(), detail))
    });
    events.collect()
}

/// Ends the exceptions of lines of which nothing is left to place.
pub(super) fn placed(order: &Order) -> Vec<Event> {
    let placed = order.state.lines.iter();
    placed
        .filter(|line| line.unrouted == 0 && line.backordered == 0)
        .flat_map(|line| resolve(order, &ExceptionKind::DeclinedEverywhere, line.id.as_str()))
        .collect()
}
