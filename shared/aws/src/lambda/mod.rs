//! The events that start a function, and the loop that each `main` ends in.
//!
//! | a function started by | ends its `main` with |
//! |---|---|
//! | an SQS queue | [`consumer::consume`], [`consumer::consume_by_subject`], [`consumer::consume_until`] |
//! | an SQS queue and HTTP requests | [`consumer::consume_or_respond`] |
//! | HTTP requests | [`gateway::serve`] |
//! | the table's stream, or a request to publish again | [`stream::publish_commits`] |
//!
//! Each begins with [`start()`].

pub mod batch;
pub mod consumer;
pub mod gateway;
mod publication;
mod put_aside;
pub mod republish;
pub mod source_queue;
mod start;
pub mod stream;
pub mod time;

pub use start::start;
