//! What an order's change does to stock levels.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::Timestamp;

use super::{LevelMove, level::is_after_count};
use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId, Sku},
    order::{Event, FulfillmentLine, LineUnits, Order, ReclaimedUnits, ShipmentLine},
};

/// What a change of an order does to one stock level. Sums over all lines: a transaction may touch an item once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockDelta {
    pub sku: Sku,
    pub location: LocationId,
    /// Units that came to the level or left it, each time once, sorted by time. Which of them change what is on hand
    /// depends on the level's last count: see [`Self::moves_after`].
    pub moves: Vec<LevelMove>,
    /// Of the units that left, how many are written off because a location reports them missing, by the time of their
    /// movement; units are positive. A shortfall that is recorded already covers them: see [`super::StockLevel::after`].
    pub write_offs: Vec<LevelMove>,
    /// Units reserved, more or less.
    pub reserved: i64,
    /// Whether it reserves for an order, which needs the units to be available. A physical fact needs nothing.
    pub is_reservation: bool,
}

impl StockDelta {
    /// The movements that are not in the figure of a count taken at `counted_at`.
    pub fn moves_after(
        &self,
        counted_at: Option<Timestamp>,
    ) -> impl Iterator<Item = LevelMove> + '_ {
        let moves = self.moves.iter().copied();
        moves.filter(move |moved| is_after_count(moved.at, counted_at))
    }

    /// By how much what is on hand changes, on a level that was last counted at `counted_at`.
    pub fn on_hand(&self, counted_at: Option<Timestamp>) -> i64 {
        let units = self.moves_after(counted_at).map(|moved| moved.units);
        units.fold(0, i64::saturating_add)
    }

    /// By how much the available units change, on a level that was last counted at `counted_at`.
    pub fn available(&self, counted_at: Option<Timestamp>) -> i64 {
        self.on_hand(counted_at).saturating_sub(self.reserved)
    }

    /// Whether it changes nothing on any level.
    pub fn is_empty(&self) -> bool {
        self.reserved == 0 && self.moves.is_empty()
    }

    /// Whether it writes units off that are not in the figure of a count taken at `counted_at`.
    pub fn writes_off(&self, counted_at: Option<Timestamp>) -> bool {
        let mut write_offs = self.write_offs.iter();
        write_offs.any(|missing| is_after_count(missing.at, counted_at))
    }

    /// The movements that a level makes of [`Self::moves_after`] when it is short of `shortfall` reserved units: that many
    /// of the units that are written off are known to be missing, and are not taken twice.
    pub(crate) fn moves_with(
        &self,
        counted_at: Option<Timestamp>,
        mut shortfall: i64,
    ) -> Vec<LevelMove> {
        let mut known = |moved: LevelMove| {
            let missing = self.write_offs.iter().filter(|w| w.at == moved.at);
            let missing = missing.map(|w| w.units).fold(0, i64::saturating_add);
            let known = missing.min(shortfall);
            shortfall = shortfall.saturating_sub(known);
            LevelMove::new(moved.at, moved.units.saturating_add(known))
        };
        let moves = self.moves_after(counted_at).map(&mut known);
        moves.filter(|moved| moved.units != 0).collect()
    }

    fn add_move(&mut self, moved: LevelMove) {
        match self.moves.binary_search_by_key(&moved.at, |m| m.at) {
            Ok(index) => {
                if let Some(same) = self.moves.get_mut(index) {
                    same.units = same.units.saturating_add(moved.units);
                }
                self.moves.retain(|m| m.units != 0);
            }
            Err(index) if moved.units != 0 => self.moves.insert(index, moved),
            Err(_) => {}
        }
    }
}

/// Adds a delta to those of the same stock level. Movements of different times stay apart: a count may have been taken
/// between them.
pub(crate) fn add_delta(sums: &mut BTreeMap<(Sku, LocationId), StockDelta>, delta: StockDelta) {
    match sums.entry((delta.sku.clone(), delta.location.clone())) {
        Entry::Vacant(entry) => {
            entry.insert(delta);
        }
        Entry::Occupied(mut entry) => {
            let sum = entry.get_mut();
            for moved in delta.moves {
                sum.add_move(moved);
            }
            sum.write_offs.extend(delta.write_offs);
            sum.reserved = sum.reserved.saturating_add(delta.reserved);
            sum.is_reservation |= delta.is_reservation;
        }
    }
}

/// What one event does to stock, given the order just before it. A movement has the time at which it was true: when a
/// shipment left; for a write-off and its reversal see [`crate::order::FulfillmentOrder::written_off_as_of`].
pub fn stock_deltas(order: &Order, event: &Event) -> Vec<StockDelta> {
    let sku = |line: &LineId| order.line(line).map(|(line, _)| line.sku.clone());
    let reserved = |sku: &Sku, location: &LocationId, reserved: i64| StockDelta {
        sku: sku.clone(),
        location: location.clone(),
        moves: Vec::new(),
        write_offs: Vec::new(),
        reserved,
        is_reservation: reserved > 0,
    };
    // Units that are no longer there, and no longer reserved.
    let gone = |sku: &Sku, location: &LocationId, at: Timestamp, units: i64, from_order: i64| {
        let mut delta = reserved(sku, location, from_order.saturating_neg());
        delta.add_move(LevelMove::new(at, units.saturating_neg()));
        delta
    };
    // Units that are no longer reserved, and of which some are missing.
    let written_off =
        |sku: &Sku, location: &LocationId, at: Timestamp, units: i64, missing: i64| {
            let mut delta = gone(sku, location, at, missing, units);
            if missing != 0 {
                delta.write_offs.push(LevelMove::new(at, missing));
            }
            delta
        };
    let tracked = |id: &FulfillmentOrderId| order.fulfillment_order(*id).filter(|f| !f.untracked);
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other events move no stock"
    )]
    match event {
        Event::OrderRouted {
            fulfillment_orders, ..
        }
        | Event::BackorderReleased {
            fulfillment_orders, ..
        } => {
            let reserve = |location: &LocationId, l: &FulfillmentLine| {
                sku(&l.line).map(|sku| reserved(&sku, location, i64::from(l.open)))
            };
            let tracked = fulfillment_orders.iter().filter(|f| !f.untracked);
            tracked
                .flat_map(|f| f.lines.iter().filter_map(move |l| reserve(&f.location, l)))
                .collect()
        }
        Event::UnitsCancelled { units, .. } => units
            .iter()
            .filter_map(|u| {
                let at = tracked(u.fulfillment_order.as_ref()?)?;
                let released = i64::from(u.units).saturating_neg();
                Some(reserved(&u.sku, &at.location, released))
            })
            .collect(),
        Event::FulfillmentRejected {
            fulfillment_order,
            location,
            lines,
            missing,
            ..
        }
        | Event::SurplusReleased {
            fulfillment_order,
            location,
            lines,
            missing,
            ..
        } => {
            let released = |l: &LineUnits| {
                let at = tracked(fulfillment_order)?.written_off_as_of();
                let units = i64::from(l.units);
                let missing = if *missing { units } else { 0 };
                Some(written_off(&l.sku, location, at, units, missing))
            };
            lines.iter().filter_map(released).collect()
        }
        Event::UnitsRecalled {
            fulfillment_order,
            location,
            lines,
        } => {
            let lines = lines
                .iter()
                .filter(|_| tracked(fulfillment_order).is_some());
            let released =
                |l: &LineUnits| reserved(&l.sku, location, i64::from(l.units).saturating_neg());
            lines.map(released).collect()
        }
        Event::UnitsShortShipped {
            fulfillment_order,
            location,
            lines,
            ..
        } => {
            let short = |l: &LineUnits| {
                let at = tracked(fulfillment_order)?.written_off_as_of();
                let units = i64::from(l.units);
                Some(written_off(&l.sku, location, at, units, units))
            };
            lines.iter().filter_map(short).collect()
        }
        Event::WriteOffReversed {
            fulfillment_order,
            location,
            lines,
        } => {
            let back = |l: &LineUnits| {
                let at = tracked(fulfillment_order)?.written_off_as_of();
                let units = i64::from(l.units).saturating_neg();
                Some(gone(&l.sku, location, at, units, 0))
            };
            lines.iter().filter_map(back).collect()
        }
        Event::UnitsReclaimed {
            fulfillment_order,
            location,
            units,
        } => {
            // Their shipment is in the same change, and a fact; so they need not be available. The reversal is as of the
            // write-off: a count either has both in its figure or neither.
            let own = |u: &ReclaimedUnits| {
                let at = tracked(fulfillment_order)?.written_off_as_of();
                let back = i64::from(u.written_off).saturating_neg();
                let total = i64::from(u.total()).saturating_neg();
                Some(StockDelta {
                    is_reservation: false,
                    ..gone(&u.sku, location, at, back, total)
                })
            };
            let freed = |u: &ReclaimedUnits| -> Vec<StockDelta> {
                let planned = u.planned.iter().filter_map(|(id, units)| {
                    let freed = i64::from(*units).saturating_neg();
                    Some(reserved(&u.sku, &tracked(id)?.location, freed))
                });
                planned.collect()
            };
            let units = units.iter();
            units
                .flat_map(|u| own(u).into_iter().chain(freed(u)))
                .collect()
        }
        Event::ShipmentShipped {
            shipment,
            location,
            untracked: false,
        } => {
            let left = |l: &ShipmentLine| {
                let all = i64::from(l.units.saturating_add(l.unexpected));
                let requested = i64::from(l.units);
                sku(&l.line).map(|sku| gone(&sku, location, shipment.shipped_at, all, requested))
            };
            shipment.lines.iter().filter_map(left).collect()
        }
        _ => Vec::new(),
    }
}
