//! What an order's change does to stock levels.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::{
    ids::{FulfillmentOrderId, LineId, LocationId, Sku},
    order::{Event, FulfillmentLine, Order, ReclaimedUnits, ShipmentLine},
};

/// What a change of an order does to one stock level. Sums over all lines: a transaction may touch an item once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockDelta {
    pub sku: Sku,
    pub location: LocationId,
    /// Units on hand, more or less.
    pub on_hand: i64,
    /// Units reserved, more or less.
    pub reserved: i64,
    /// Whether it reserves for an order, which needs the units to be available. A physical fact needs nothing.
    pub is_reservation: bool,
}

impl StockDelta {
    /// By how much the available units change.
    pub fn available(&self) -> i64 {
        self.on_hand.saturating_sub(self.reserved)
    }
}

/// Adds a delta to those of the same stock level.
pub(crate) fn add_delta(sums: &mut BTreeMap<(Sku, LocationId), StockDelta>, delta: StockDelta) {
    match sums.entry((delta.sku.clone(), delta.location.clone())) {
        Entry::Vacant(entry) => {
            entry.insert(delta);
        }
        Entry::Occupied(mut entry) => {
            let sum = entry.get_mut();
            sum.on_hand = sum.on_hand.saturating_add(delta.on_hand);
            sum.reserved = sum.reserved.saturating_add(delta.reserved);
            sum.is_reservation |= delta.is_reservation;
        }
    }
}

/// What one event does to stock, given the order just before it.
pub fn stock_deltas(order: &Order, event: &Event) -> Vec<StockDelta> {
    let sku = |line: &LineId| order.line(line).map(|(line, _)| line.sku.clone());
    let delta =
        |sku: &Sku, location: &LocationId, on_hand: i64, reserved: i64, is_reservation: bool| {
            StockDelta {
                sku: sku.clone(),
                location: location.clone(),
                on_hand,
                reserved,
                is_reservation,
            }
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
                sku(&l.line).map(|sku| delta(&sku, location, 0, i64::from(l.open), true))
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
                Some(delta(
                    &u.sku,
                    &at.location,
                    0,
                    i64::from(u.units).saturating_neg(),
                    false,
                ))
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
        } => {
            let back = |units: u32| i64::from(units).saturating_neg();
            let gone = |units: u32| if *missing { back(units) } else { 0 };
            let lines = lines
                .iter()
                .filter(|_| tracked(fulfillment_order).is_some());
            lines
                .map(|l| delta(&l.sku, location, gone(l.units), back(l.units), false))
                .collect()
        }
        Event::UnitsRecalled {
            fulfillment_order,
            location,
            lines,
        } => {
            let back = |units: u32| i64::from(units).saturating_neg();
            let lines = lines
                .iter()
                .filter(|_| tracked(fulfillment_order).is_some());
            lines
                .map(|l| delta(&l.sku, location, 0, back(l.units), false))
                .collect()
        }
        Event::UnitsShortShipped {
            fulfillment_order,
            location,
            lines,
        } => {
            let back = |units: u32| i64::from(units).saturating_neg();
            let lines = lines
                .iter()
                .filter(|_| tracked(fulfillment_order).is_some());
            lines
                .map(|l| delta(&l.sku, location, back(l.units), back(l.units), false))
                .collect()
        }
        Event::UnitsReclaimed {
            fulfillment_order,
            location,
            units,
        } => {
            let own = |u: &ReclaimedUnits| {
                let _ = tracked(fulfillment_order)?;
                let (back, reserved) = (i64::from(u.written_off), i64::from(u.total()));
                Some(delta(&u.sku, location, back, reserved, false))
            };
            let freed = |u: &ReclaimedUnits| -> Vec<StockDelta> {
                let planned = u.planned.iter().filter_map(|(id, units)| {
                    let freed = i64::from(*units).saturating_neg();
                    Some(delta(&u.sku, &tracked(id)?.location, 0, freed, false))
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
                let all = i64::from(l.units.saturating_add(l.unexpected)).saturating_neg();
                sku(&l.line).map(|sku| {
                    delta(
                        &sku,
                        location,
                        all,
                        i64::from(l.units).saturating_neg(),
                        false,
                    )
                })
            };
            shipment.lines.iter().filter_map(left).collect()
        }
        _ => Vec::new(),
    }
}
