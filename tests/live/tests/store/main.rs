//! The table on a real DynamoDB implementation that these tests start themselves, or on whatever
//! `AWS_ENDPOINT_URL_DYNAMODB` names: the contract of every store, and the contract once more with conflicts,
//! throttles and lost answers put in between, which no emulator gives by itself.

#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "tests")]

mod contract;
mod cost;
mod dynamo;
mod faults;
mod faulty;
mod races;
mod shape;
mod stories;
