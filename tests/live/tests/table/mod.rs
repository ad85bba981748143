//! What only this store must keep: the contract with conflicts, throttles and lost responses injected, which no
//! emulator produces by itself; the content of the items; the cost of an order. And what every store must keep.

mod cost;
mod fault_injector;
mod shape;
mod suite;
mod under_faults;

pub(crate) use suite::trials;
