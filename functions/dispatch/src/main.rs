//! Sends fulfillment orders to locations.
mod courier;
fn main() {}
