//! Single things to write, for tests that look at one write closely.

use domain::{
    decide::Placement, order::Change, stock::StockCommit, stock::StockLevel, stock::StockMovement,
};
use jiff::SignedDuration;

use super::{
    samples::{Samples, here},
    stock,
};

/// An order, not yet written.
pub fn placement(run: u64) -> Placement {
    Samples::new(run).placement("jane@example.com", SignedDuration::ZERO)
}

/// A hold on an order that was placed.
pub fn hold(placement: &Placement, run: u64) -> Change {
    Samples::new(run).change(&placement.change.order)
}

/// A receipt of units of a new SKU.
pub fn movement(run: u64) -> StockCommit {
    let samples = Samples::new(run);
    let empty = StockLevel::empty(samples.sku(), here());
    stock::movement(&samples, &empty, &StockMovement::Received { quantity: 7 })
}
