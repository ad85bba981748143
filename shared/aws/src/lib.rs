//! The only crate with the AWS SDK: settings, clients, table, bus, queues, Lambda events. It holds no rules: an `if`
//! about an order's status in here is a bug.
//!
//! | module | what it does |
//! |---|---|
//! | [`runtime`] | settings, SDK clients, the clock and the secrets: read and built once, in `main` |
//! | [`lambda`] | the events that start a function: SQS batches, stream records, requests of API Gateway |
//! | [`table`] | implements the store ports of `app::ports` on one DynamoDB table |
//! | [`bus`], [`queue`] | send to EventBridge and SQS |

pub mod bus;
pub mod dead_letters;
pub mod lambda;
pub mod queue;
pub mod runtime;
pub mod table;

#[cfg(test)]
mod scripted;
