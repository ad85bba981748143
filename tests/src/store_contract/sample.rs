//! Single things to write, for tests that look at one write closely.

use domain::{
    decide::Placement, inbound::StockMovement, order::Change, stock::StockCommit, stock::StockLevel,
};
use jiff::SignedDuration;

use super::{Desk, here, stock};

/// An order, not yet written.
pub fn placement(run: u64) -> Placement {
    Desk::new(run).placement("jane@example.com", SignedDuration::ZERO)
}

/// A hold on an order that was placed.
pub fn hold(placement: &Placement, run: u64) -> Change {
    Desk::new(run).change(&placement.change.order)
}

/// A receipt of units of a new SKU.
pub fn movement(run: u64) -> StockCommit {
    let desk = Desk::new(run);
    let empty = StockLevel::empty(desk.sku(), here());
    stock::movement(&desk, &empty, &StockMovement::Received { quantity: 7 })
}
