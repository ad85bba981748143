//! What was available in the past: added up again from the records of stock movements and the commits of orders, in
//! the order in which they were written.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::snapshot::{OrderRecord, Snapshot};
use crate::{
    ids::{LocationId, Sku},
    order::{Order, fold},
    stock::{StockChange, StockDelta, StockEvent, stock_deltas},
};

/// The available units of levels, after each change.
#[derive(Default)]
pub(super) struct Availability(BTreeMap<(Sku, LocationId), Vec<(Timestamp, i64)>>);

impl Availability {
    /// Of the levels whose changes lead to what is stored. Nothing when old records have expired.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        if snapshot.records_since.is_some() {
            return Self::default();
        }
        let mut steps: Vec<(Timestamp, Step<'_>)> = Vec::new();
        for record in &snapshot.records {
            let events = record.events.iter();
            steps.extend(events.map(|event| (record.at, Step::Moved(event))));
        }
        for record in &snapshot.orders {
            add_order(record, &mut steps);
        }
        steps.sort_by_key(|(at, _)| *at);
        let mut levels: BTreeMap<(Sku, LocationId), Figures> = BTreeMap::new();
        let mut past = Self::default();
        for (at, step) in &steps {
            let key = step.key();
            let figures = levels.entry(key.clone()).or_default();
            figures.apply(step);
            let available = figures.available();
            past.0.entry(key).or_default().push((*at, available));
        }
        // Of a level that a writer changed on an outdated reading, the past is not known.
        for level in &snapshot.levels {
            let key = (level.sku.clone(), level.location.clone());
            let last = past.0.get(&key).and_then(|changes| changes.last());
            if last.is_none_or(|(_, available)| *available != level.available()) {
                past.0.remove(&key);
            }
        }
        past
    }

    /// The least that was available at any moment from just before `from` until `to`; `None`: not known.
    pub(super) fn least(
        &self,
        sku: &Sku,
        location: &LocationId,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<i64> {
        let changes = self.0.get(&(sku.clone(), location.clone()))?;
        let start = changes.iter().rposition(|(at, _)| *at < from)?;
        let meanwhile = changes.iter().skip(start).take_while(|(at, _)| *at <= to);
        meanwhile.map(|(_, available)| *available).min()
    }
}

/// One change of one level.
enum Step<'a> {
    Moved(&'a StockEvent),
    Ordered(StockDelta),
}

impl Step<'_> {
    fn key(&self) -> (Sku, LocationId) {
        match self {
            Self::Moved(event) => {
                let StockChange { sku, location, .. } = event.change();
                (sku.clone(), location.clone())
            }
            Self::Ordered(delta) => (delta.sku.clone(), delta.location.clone()),
        }
    }
}

fn add_order(record: &OrderRecord, steps: &mut Vec<(Timestamp, Step<'_>)>) {
    let mut order = Order::unplaced(record.order.placed.clone());
    for commit in &record.commits {
        let at = commit.body.at;
        // A commit's events hardly ever touch a level twice; what one event changed does not matter to the next.
        for event in &commit.body.events {
            let deltas = stock_deltas(&order, event);
            steps.extend(deltas.into_iter().map(|delta| (at, Step::Ordered(delta))));
        }
        order = fold(order, std::slice::from_ref(commit));
    }
}

/// The figures of one level.
#[derive(Default)]
struct Figures {
    on_hand: i64,
    reserved: i64,
    safety_stock: i64,
    counted_at: Option<Timestamp>,
}

impl Figures {
    fn apply(&mut self, step: &Step<'_>) {
        match step {
            Step::Moved(event) => {
                let change = event.change();
                self.on_hand = self.on_hand.saturating_add(change.on_hand_delta);
                self.safety_stock = change.safety_stock;
                if matches!(event, StockEvent::StockCounted(_)) {
                    self.counted_at = self.counted_at.max(change.as_of);
                }
            }
            Step::Ordered(delta) => {
                let shortfall = self.reserved.saturating_sub(self.on_hand).max(0);
                for moved in delta.moves_with(self.counted_at, shortfall) {
                    self.on_hand = self.on_hand.saturating_add(moved.units);
                }
                self.reserved = self.reserved.saturating_add(delta.reserved);
            }
        }
    }

    fn available(&self) -> i64 {
        let unreserved = self.on_hand.saturating_sub(self.reserved);
        unreserved.saturating_sub(self.safety_stock).max(0)
    }
}
