//! Tests of the whole system.

mod auth;
mod browser;
mod bus_listener;
mod cargo_lambda;
mod console;
mod contract;
mod dead_letters;
mod hanging_location;
mod harness;
mod killed_function;
mod logs;
mod lost_message;
mod operator;
mod oversubscription;
mod poison;
mod provider_outage;
mod refusing_bus;
mod relay;
mod roles;
mod suite;

pub(crate) use suite::run;
