//! The contract of every store, also with conflicts, throttles and lost responses injected, which no emulator
//! produces by itself; what the items contain; what an order costs; races; and the stories.

mod contract;
mod cost;
mod fault_injector;
mod races;
mod shape;
mod stories;
mod under_faults;
