//! The truth outside, lived through a day at a time, and whether our books equal it.
//!
//! Warehouses have shelves with physical units, a gateway has a ledger, carriers have parcels, customers have what they
//! ordered. They know nothing of our types: they send the webhooks that `events/README.md` documents, read the bodies
//! of our requests, use the API's use cases, and look at the API's views. Between them and us an
//! adversary delays, repeats and withholds messages and ends our processes.
//!
//! Each of the [kinds of behaviour](Kind) can be switched on and off. A day follows from a seed: [`run::day`]. What it
//! chose is its [`Script`], which can be [replayed](run::replay) and [shrunk](run::shrink) to the choices that a failure
//! needs.

mod adversary;
mod agenda;
mod agent_refunds;
mod carrier;
mod choices;
mod commands;
mod customers;
mod day;
mod deaf;
mod disputes;
mod gateway;
mod kinds;
mod money;
mod people;
mod prices;
pub mod run;
mod system;
mod truth;
mod warehouse;
mod warehouse_steps;

pub use choices::Script;
pub use kinds::{Kind, Kinds};
