//! The test kit, and the stories of an order that it runs on any store.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on has failed, and says where"
)]

mod kit;
pub mod stories;

#[doc(hidden)]
pub use inventory;
pub use kit::{
    any_gateway, audit, case, faults, gateway, inbound_queue, outside, races, random, redelivery,
    store_contract, story, suite, tax_double, world,
};
