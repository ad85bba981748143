//! The trade's stories, told over any store; how unkindly messages can be delivered; races with real concurrency.
//!
//! A [`world::World`] holds a store, the functions' use cases, and the messages between them, which it delivers by
//! hand. [`unkindly`] says how: kindly, or each message up to five times in an order chosen by a seed, with a
//! crash between any two steps. The journeys in `tests/stories/` are written against it, and [`every_story!`]
//! names them all, so that each store is told each of them.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on has failed, and says where"
)]

pub mod audit;
pub mod dice;
pub mod fuse;
#[path = "../stories/journeys.rs"]
pub mod journeys;
pub mod races;
pub mod store_contract;
pub mod unkindly;
pub mod world;
