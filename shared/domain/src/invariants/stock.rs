//! I2, and the part of I5 that is about stock: stock levels and reservations.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    on_hand::{History, check_on_hand},
    snapshot::{OrderRecord, Snapshot},
    violation::{Findings, Rule},
};
use crate::{
    ids::{LocationId, Sku},
    order::Event,
    stock::StockEvent,
};

type LevelKey = (Sku, LocationId);

pub(super) fn check(snapshot: &Snapshot, findings: &mut Findings) {
    let mut open = open(snapshot);
    let moves = Moves::of(snapshot);
    let mut seen = BTreeSet::new();
    for level in &snapshot.levels {
        let key = (level.sku.clone(), level.location.clone());
        let subject = name(&key);
        findings.unless(seen.insert(key.clone()), Rule::I2, &subject, || {
            "there are two levels".to_owned()
        });
        let assigned = open.remove(&key).unwrap_or(0);
        findings.unless(level.reserved == assigned, Rule::I2, &subject, || {
            format!(
                "{} units are reserved, {assigned} are assigned and not yet shipped",
                level.reserved
            )
        });
        findings.unless(
            level.reserved >= 0 && level.safety_stock >= 0,
            Rule::I2,
            &subject,
            || {
                format!(
                    "{} reserved, {} withheld",
                    level.reserved, level.safety_stock
                )
            },
        );
        let short = level.shortfall();
        findings.unless(moves.explains(&key, short), Rule::I2, &subject, || {
            format!("{short} units more are reserved than are there, and no fact took them")
        });
        if snapshot.records_since.is_none() {
            let none = History::default();
            let history = moves.history.get(&key).unwrap_or(&none);
            check_on_hand(level, history, &subject, findings);
        }
    }
    for (key, units) in open.into_iter().filter(|(_, units)| *units != 0) {
        findings.unless(false, Rule::I2, &name(&key), || {
            format!("{units} units are assigned on no level")
        });
    }
}

fn name((sku, location): &LevelKey) -> String {
    format!("{sku} at {location}")
}

/// Units assigned and not yet shipped, where levels are kept.
fn open(snapshot: &Snapshot) -> BTreeMap<LevelKey, i64> {
    let mut open: BTreeMap<LevelKey, i64> = BTreeMap::new();
    for OrderRecord { order, .. } in &snapshot.orders {
        for found in order
            .state
            .fulfillment_orders
            .iter()
            .filter(|f| !f.untracked)
        {
            for part in &found.lines {
                let Some((line, _)) = order.line(&part.line) else {
                    continue;
                };
                let units = open
                    .entry((line.sku.clone(), found.location.clone()))
                    .or_default();
                *units = units.saturating_add(i64::from(part.open));
            }
        }
    }
    open
}

/// All that has ever moved what is on hand, or what is withheld.
#[derive(Default)]
struct Moves {
    history: BTreeMap<LevelKey, History>,
    /// Units that facts or safety stock have taken without a check. A reservation is checked,
    /// so a level is short by no more than this.
    lowered: BTreeMap<LevelKey, i64>,
    /// Whether records of older facts have expired.
    expired: bool,
}

impl Moves {
    fn of(snapshot: &Snapshot) -> Self {
        let mut moves = Self {
            expired: snapshot.records_since.is_some(),
            ..Self::default()
        };
        for record in &snapshot.records {
            for event in &record.events {
                moves.add_stock_event(event, record.at);
            }
        }
        for record in &snapshot.orders {
            moves.add_order(record);
        }
        moves
    }

    fn add_stock_event(&mut self, event: &StockEvent, recorded_at: Timestamp) {
        let change = event.change();
        let key = (change.sku.clone(), change.location.clone());
        let at = change.as_of.unwrap_or(recorded_at);
        let lowered = change.on_hand_delta.saturating_neg();
        match event {
            StockEvent::StockCounted(change) => {
                let found = change.counted.map_or(change.on_hand, i64::from);
                let history = self.history.entry(key.clone()).or_default();
                history.add_count(at, found);
                self.lower(key, lowered);
            }
            StockEvent::StockReceived(change) | StockEvent::StockAdjusted(change) => {
                self.add(key, at, change.on_hand_delta, lowered);
            }
            StockEvent::SafetyStockChanged(change) => self.lower(key, change.safety_stock),
        }
    }

    fn add(&mut self, key: LevelKey, at: Timestamp, units: i64, lowered: i64) {
        let history = self.history.entry(key.clone()).or_default();
        history.add_move(at, units);
        self.lower(key, lowered);
    }

    fn lower(&mut self, key: LevelKey, units: i64) {
        let sum = self.lowered.entry(key).or_default();
        *sum = sum.saturating_add(units.max(0));
    }

    /// Shipments lower a level, and so do locations that report missing units. Read from the events
    /// themselves, not by the function that wrote the levels.
    fn add_order(&mut self, OrderRecord { order, commits }: &OrderRecord) {
        for event in commits.iter().flat_map(|commit| &commit.body.events) {
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "the other events do not change what is on hand"
            )]
            match event {
                Event::ShipmentShipped {
                    shipment,
                    location,
                    untracked: false,
                } => {
                    for part in &shipment.lines {
                        let Some((line, _)) = order.line(&part.line) else {
                            continue;
                        };
                        let (units, unexpected) =
                            (i64::from(part.units), i64::from(part.unexpected));
                        let gone = units.saturating_add(unexpected).saturating_neg();
                        let key = (line.sku.clone(), location.clone());
                        self.add(key, shipment.shipped_at, gone, unexpected);
                    }
                }
                Event::FulfillmentRejected {
                    fulfillment_order,
                    location,
                    lines,
                    missing: true,
                    ..
                }
                | Event::SurplusReleased {
                    fulfillment_order,
                    location,
                    lines,
                    missing: true,
                    ..
                }
                | Event::UnitsShortShipped {
                    fulfillment_order,
                    location,
                    lines,
                    ..
                } => {
                    let found = order.fulfillment_order(*fulfillment_order);
                    for found in found.iter().filter(|found| !found.untracked) {
                        for part in lines {
                            let key = (part.sku.clone(), location.clone());
                            let history = self.history.entry(key).or_default();
                            let at = found.written_off_as_of();
                            history.add_write_off(at, i64::from(part.units));
                        }
                    }
                }
                Event::WriteOffReversed {
                    fulfillment_order,
                    location,
                    lines,
                } => {
                    let found = order.fulfillment_order(*fulfillment_order);
                    for found in found.iter().filter(|found| !found.untracked) {
                        for part in lines {
                            let key = (part.sku.clone(), location.clone());
                            let back = i64::from(part.units);
                            self.add(key, found.written_off_as_of(), back, 0);
                        }
                    }
                }
                Event::UnitsReclaimed {
                    fulfillment_order,
                    location,
                    units,
                } => {
                    let found = order.fulfillment_order(*fulfillment_order);
                    for found in found.iter().filter(|found| !found.untracked) {
                        for part in units {
                            let key = (part.sku.clone(), location.clone());
                            // Taken without a check by the shipment in the same commit. The reversal gives nothing back
                            // when it is of a time before the last count.
                            let back = i64::from(part.written_off);
                            let at = found.written_off_as_of();
                            self.add(key, at, back, i64::from(part.total()));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn explains(&self, key: &LevelKey, short: i64) -> bool {
        self.expired || short <= self.lowered.get(key).copied().unwrap_or(0)
    }
}
