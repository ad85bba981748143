//! The tests of the rules, one binary, so that they are compiled and linked once.

mod carriers;
mod commanded;
mod common;
mod compared;
mod decisions;
mod golden;
mod invariants;
mod late_shipments;
mod orders;
mod per_shipment;
mod properties;
mod routing;
mod secured;
mod stock;
mod tax;
mod units;
mod unsent;
