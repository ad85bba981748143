//! A day of orders against a running stack, as the world outside lives it: a shop, Stripe, a warehouse, people who
//! log in. The demo tells the [`stories`] aloud; the live tests tell them silently and many at once.
//!
//! Everything goes over HTTP, as it does on AWS. A story waits for what it expects (see [`watch`]) and ends with
//! [`outcome::Trouble`] when it does not come.

pub mod cloud;
pub mod http;
pub mod job;
pub mod locations;
pub mod narrator;
pub mod order;
pub mod outcome;
pub mod shop;
pub mod stack;
pub mod stories;
pub mod stripe;
pub mod table;
pub mod warehouse;
pub mod watch;
pub mod webhook;
pub mod world;
