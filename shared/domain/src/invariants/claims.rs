//! Orders that waited, as they were after each of their commits, and what they could have had of units that somebody
//! else took: see the `queue` file.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    availability::Availability,
    snapshot::{OrderRecord, Snapshot},
};
use crate::{
    ids::{LineId, OrderId, Sku},
    order::{Event, Line, LineState, Order, fold},
    routing::{Candidate, WRITES_MAX},
    stock::Backorder,
};

/// Units of one SKU that a decision took from one location.
pub(super) struct Taking<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) sku: &'a Sku,
    pub(super) units: u64,
    /// What the location had, as the decision saw it.
    pub(super) free: u64,
    /// Whether the decision's rules split lines over locations.
    pub(super) split_lines: bool,
    /// From before the decision's inputs were read, UTC.
    pub(super) from: Timestamp,
    /// Until after the decision was committed, UTC.
    pub(super) to: Timestamp,
}

/// What a line could have had.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    /// Its place in the queue.
    pub(super) backorder: Backorder,
    /// The units that it waited for.
    pub(super) units: u64,
    /// What the location must have of the SKU for the line to take any: all that is wanted, where it is all or
    /// nothing.
    pub(super) at_least: u64,
}

/// The past of all orders that ever waited.
pub(super) struct Pasts<'a> {
    snapshot: &'a Snapshot,
    pasts: Vec<Past<'a>>,
    availability: Availability,
}

impl<'a> Pasts<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let pasts: Vec<Past<'_>> = snapshot.orders.iter().filter_map(Past::of).collect();
        let whole = |past: &Past<'_>| past.order.terms().ship_complete;
        let availability = if pasts.iter().any(whole) {
            Availability::of(snapshot)
        } else {
            Availability::default()
        };
        Self {
            snapshot,
            pasts,
            availability,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pasts.is_empty()
    }

    /// Lines of orders ahead of that position that could have had what was taken, all the time, in queue order.
    pub(super) fn claims(&self, taken: &Taking<'_>, later: Position) -> Vec<Claim> {
        let earlier = self.pasts.iter().filter(|past| past.position() < later);
        let mut claims: Vec<Claim> = earlier
            .flat_map(|past| self.claims_of(past, taken))
            .collect();
        claims.sort();
        claims
    }

    fn claims_of(&self, past: &Past<'a>, taken: &Taking<'_>) -> Vec<Claim> {
        let meanwhile = past.between(taken.from, taken.to);
        let Some(first) = meanwhile.first() else {
            return Vec::new();
        };
        if first.terms().ship_complete
            && !meanwhile
                .iter()
                .all(|order| self.has_the_rest(past, order, taken))
        {
            return Vec::new();
        }
        let lines = past.order.lines();
        let claim = |(line, _): (&Line, &LineState)| {
            let units = meanwhile
                .iter()
                .map(|order| could_take(order, &line.id, taken));
            let (units, at_least) = units.min()?;
            let waiting = u32::try_from(units).unwrap_or(u32::MAX);
            (units > 0).then(|| Claim {
                backorder: past.order.backorder(line, waiting),
                units,
                at_least,
            })
        };
        let lines = lines.filter(|(line, _)| line.sku == *taken.sku);
        lines.filter_map(claim).collect()
    }

    /// Whether the location had all other SKUs that an order wants that ships complete, beyond what others ahead of it
    /// waited for, whether those could have had it or not.
    fn has_the_rest(&self, past: &Past<'_>, order: &Order, taken: &Taking<'_>) -> bool {
        let location = &taken.candidate.location;
        let mut wanted: BTreeMap<&Sku, i64> = BTreeMap::new();
        let (mut lines, mut avoided) = (0_usize, false);
        for (line, state) in order.lines().filter(|(_, state)| state.backordered > 0) {
            let units = wanted.entry(&line.sku).or_default();
            *units = units.saturating_add(i64::from(state.backordered));
            lines = lines.saturating_add(1);
            avoided |= order.avoided(&line.id, |_| None).contains(location);
        }
        // Many lines may not fit one transaction.
        if avoided || order.unrouted() > 0 || lines > WRITES_MAX / 2 {
            return false;
        }
        wanted.remove(taken.sku);
        let (from, to) = (taken.from, taken.to);
        wanted.into_iter().all(|(sku, units)| {
            let least = self.availability.least(sku, location, from, to);
            let ahead = self.waiting_ahead(past, sku, from, to);
            let has = least.is_some_and(|least| least.saturating_sub(ahead) >= units);
            has && self.carries(location, sku)
        })
    }

    fn carries(&self, location: &crate::ids::LocationId, sku: &Sku) -> bool {
        let mut locations = self.snapshot.locations.iter();
        let found = locations.find(|found| found.id == *location);
        found.is_some_and(|found| found.carries.is_empty() || found.carries.contains(sku))
    }

    /// The most units of a SKU that the orders ahead of one have waited for.
    fn waiting_ahead(&self, of: &Past<'_>, sku: &Sku, from: Timestamp, to: Timestamp) -> i64 {
        let ahead = self
            .pasts
            .iter()
            .filter(|past| past.position() < of.position());
        let most = ahead.map(|past| {
            let moments = past.between(from, to).into_iter();
            moments.map(|order| waiting(order, sku)).max().unwrap_or(0)
        });
        most.fold(0, i64::saturating_add)
    }
}

fn waiting(order: &Order, sku: &Sku) -> i64 {
    let lines = order.lines().filter(|(line, _)| line.sku == *sku);
    let units = lines.map(|(_, state)| i64::from(state.backordered));
    units.fold(0, i64::saturating_add)
}

/// An order's position in the queues.
pub(super) type Position = (u8, Timestamp, OrderId);

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

    fn position(&self) -> Position {
        let placed = &self.order.placed;
        (self.order.terms().priority, placed.placed_at, placed.id)
    }

    /// The order as it was just before `from`, and after each commit until `to`; empty when it was not there yet.
    fn between(&self, from: Timestamp, to: Timestamp) -> Vec<&Order> {
        let Some(start) = self.moments.iter().rposition(|(at, _)| *at < from) else {
            return Vec::new();
        };
        let meanwhile = self.moments.iter().skip(start);
        let meanwhile = meanwhile.take_while(|(at, _)| *at <= to);
        meanwhile.map(|(_, order)| order).collect()
    }
}

/// Units of a line that its order could have had from where they were taken, and what must be there for it to take any.
fn could_take(order: &Order, line: &LineId, taken: &Taking<'_>) -> (u64, u64) {
    let Some((line, state)) = order.line(line) else {
        return (0, 0);
    };
    let (location, ships_to) = (&taken.candidate.location, &taken.candidate.ships_to);
    // When a location was restocked is not in the history: whoever declined once is taken to be avoided still.
    let avoided = order.avoided(&line.id, |_| None).contains(location);
    let reachable = ships_to.is_empty() || ships_to.contains(&order.destination().country);
    if state.backordered == 0 || !order.is_ready() || avoided || !reachable {
        return (0, 0);
    }
    let units = u64::from(state.backordered);
    let at_least = if order.terms().ship_complete {
        u64::try_from(waiting(order, taken.sku)).unwrap_or(u64::MAX)
    } else if taken.split_lines {
        1
    } else {
        units
    };
    if taken.free < at_least {
        return (0, 0);
    }
    (units, at_least)
}
