//! Stories played against a running stack from outside: the shop, Stripe, warehouses and people who log in.
//! The demo plays the [`scenes`] one by one and prints them; the live tests play them silently, several at a time.
//!
//! Everything goes over HTTP, as on AWS. A story polls until what it expects is true (see [`wait`]) and fails with a
//! [`outcome::StoryError`] when that takes too long.

pub mod cloud;
pub mod environment;
pub mod fulfillment;
pub mod http;
pub mod locations;
pub mod order;
pub mod order_view;
pub mod outcome;
pub mod queues;
pub mod reporter;
pub mod scenes;
pub mod shop;
pub mod stack;
pub mod stripe;
pub mod table;
pub mod users;
pub mod wait;
pub mod warehouse;
pub mod webhook;
