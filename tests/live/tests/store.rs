//! The table on a real DynamoDB implementation, started in this process, or on the one that
//! `AWS_ENDPOINT_URL_DYNAMODB` names.

#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "tests")]

mod dynamo;
mod table;
