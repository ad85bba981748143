//! Webhooks from outside, from bytes to facts, through the door that the functions use.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test that overflows or meets another variant fails, as it should"
)]

#[cfg(test)]
mod garbage;
#[cfg(test)]
mod outgoing;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod stripe;
#[cfg(test)]
mod support;
#[cfg(test)]
mod wms;
