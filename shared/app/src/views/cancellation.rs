//! The outcome of a cancellation, line by line.

use domain::{
    decide::cancel::LineAssessment,
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, Sku},
    money::Currency,
    order::{Commit, Event, LineUnits, Order, Status},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The outcome of a cancellation. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CancelView")]
pub struct CancellationView {
    /// The order's id.
    pub order: OrderId,
    /// The last commit of the order after the cancellation.
    pub seq: u64,
    /// When the cancellation was applied, UTC.
    pub at: Timestamp,
    /// The order's status after the cancellation.
    pub status: Status,
    /// The name that other systems use for the status.
    pub status_alias: &'static str,
    /// The refund that is owed because of the cancellation.
    pub refund_owed: i64,
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
    /// The outcome, line by line.
    pub lines: Vec<CancelledLine>,
}

/// The outcome for one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CancelledLine {
    /// The line's id.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// Units cancelled by this request.
    pub cancelled: u32,
    /// Units whose cancellation was requested from a location; the location decides.
    pub asked: u32,
    /// Units that were too late to cancel.
    pub refused: u32,
    /// The locations that decide, and about how many units.
    pub asked_of: Vec<RequestedUnits>,
    /// Why units were too late: what came first, by whom and when.
    pub refusals: Vec<RefusedUnits>,
}

/// Units whose cancellation was requested from a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AskedOf")]
pub struct RequestedUnits {
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    /// The location.
    pub location: LocationId,
    /// The number of units.
    pub units: u32,
}

/// Units that were too late to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Refusal")]
pub struct RefusedUnits {
    /// The number of units.
    pub units: u32,
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    /// What came first: `picking`, `packed`, `shipped`.
    pub winner: String,
    /// Who did that.
    pub by: String,
    /// When that was, UTC.
    pub at: Timestamp,
}

impl CancellationView {
    /// The view of a cancellation that left `order` in this state.
    pub fn of(order: &Order, at: Timestamp, refund_owed: i64, lines: Vec<CancelledLine>) -> Self {
        Self {
            order: order.placed.id,
            seq: order.state.version,
            at,
            status: order.state.status,
            status_alias: order.state.status.alias(order.is_ready()),
            refund_owed,
            currency: order.placed.currency,
            decimals: order.placed.currency.decimals(),
            lines,
        }
    }
}

impl CancelledLine {
    fn empty(line: LineId, sku: Sku) -> Self {
        Self {
            line,
            sku,
            cancelled: 0,
            asked: 0,
            refused: 0,
            asked_of: Vec::new(),
            refusals: Vec::new(),
        }
    }

    fn add_requested(&mut self, requested: RequestedUnits) {
        self.asked = self.asked.saturating_add(requested.units);
        self.asked_of.push(requested);
    }

    fn add_refused(&mut self, refused: RefusedUnits) {
        self.refused = self.refused.saturating_add(refused.units);
        self.refusals.push(refused);
    }

    /// The outcome for lines that a commit cancelled, in the order of `lines`.
    pub fn of_commit(order: &Order, commit: &Commit, lines: &[LineId]) -> Vec<Self> {
        let mut outcome: Vec<Self> = lines
            .iter()
            .filter_map(|line| {
                let sku = order.placed.line(line)?.1.sku.clone();
                Some(Self::empty(line.clone(), sku))
            })
            .collect();
        for event in &commit.body.events {
            apply(&mut outcome, order, event);
        }
        outcome
    }

    /// The outcome for a line of which nothing new could be cancelled: all of it was cancelled or requested before, or
    /// is too late.
    pub fn unchanged(order: &Order, assessed: &LineAssessment) -> Self {
        let mut outcome = Self::empty(assessed.line.clone(), assessed.sku.clone());
        if assessed.asked_before > 0 {
            for found in &order.state.fulfillment_orders {
                let units = found
                    .line(&assessed.line)
                    .map_or(0, |part| part.cancel_requested);
                if units > 0 {
                    outcome.add_requested(RequestedUnits {
                        fulfillment_order: found.id,
                        location: found.location.clone(),
                        units,
                    });
                }
            }
        }
        for refusal in &assessed.refused {
            outcome.add_refused(RefusedUnits {
                units: refusal.units,
                fulfillment_order: refusal.fulfillment_order,
                winner: refusal.winner.to_owned(),
                by: refusal.by.clone(),
                at: refusal.at,
            });
        }
        outcome
    }
}

/// Adds what an event did to the lines. Other events are not part of the outcome.
fn apply(outcome: &mut [CancelledLine], order: &Order, event: &Event) {
    let mut with_line = |id: &LineId, change: &mut dyn FnMut(&mut CancelledLine)| {
        if let Some(line) = outcome.iter_mut().find(|line| line.line == *id) {
            change(line);
        }
    };
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other events are not part of the outcome"
    )]
    match event {
        Event::UnitsCancelled { units, .. } => {
            for part in units {
                with_line(&part.line, &mut |line| {
                    line.cancelled = line.cancelled.saturating_add(part.units);
                });
            }
        }
        Event::CancellationRequested {
            fulfillment_order,
            lines,
            ..
        } => {
            let Some(found) = order.fulfillment_order(*fulfillment_order) else {
                return;
            };
            for LineUnits { line, units, .. } in lines {
                with_line(line, &mut |line| {
                    line.add_requested(RequestedUnits {
                        fulfillment_order: *fulfillment_order,
                        location: found.location.clone(),
                        units: *units,
                    });
                });
            }
        }
        Event::CancellationRefused {
            fulfillment_order,
            lines,
            winner,
            by,
            at,
            ..
        } => {
            for LineUnits { line, units, .. } in lines {
                with_line(line, &mut |line| {
                    line.add_refused(RefusedUnits {
                        units: *units,
                        fulfillment_order: *fulfillment_order,
                        winner: winner.clone(),
                        by: by.clone(),
                        at: *at,
                    });
                });
            }
        }
        _ => {}
    }
}
