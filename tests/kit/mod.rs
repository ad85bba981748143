//! The test kit: what every store is tested with.
//!
//! * [`story`]: the registry of the stories in `tests/stories/`, and how one is run.
//! * [`world`]: a store, the functions' use cases and the messages between them, delivered by the test itself.
//! * [`redelivery`]: in which order, how often, and with which crashes messages are delivered.
//! * [`gateway`]: a payment gateway with a ledger; [`tax_double`]: a tax service with one; [`attempts`]: what both remember under
//!   keys, and what goes wrong with them.
//! * [`outside`]: the truth outside: warehouses, gateway, carriers and customers, and whether our books equal it.
//! * [`races`]: use cases that run concurrently.
//! * [`store_contract`]: what the use cases need of every store.
//! * [`suite`]: all of it, as tests of one backend.

pub mod any_gateway;
mod any_store;
mod attempts;
pub mod audit;
pub mod case;
pub mod faults;
pub mod gateway;
pub mod inbound_queue;
pub mod outside;
pub mod races;
pub mod random;
pub mod redelivery;
mod runtime;
pub mod store_contract;
pub mod story;
pub mod suite;
pub mod tax_double;
pub mod world;
