//! The races, on the real table, with requests that really run side by side.

use std::sync::Arc;

use ::stories::races;

use crate::dynamo::Dynamo;

/// Rounds of each race.
const ROUNDS: u64 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_commits_first_has_won() {
    races::cancel_against_ship(&Arc::new(Dynamo::start().await.table()), 1, ROUNDS, 64).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_units_are_promised_ten_times() {
    races::many_orders_want_ten_units(&Arc::new(Dynamo::start().await.table()), 1, ROUNDS, 64).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_has_its_effect_once() {
    races::one_webhook_many_times(&Arc::new(Dynamo::start().await.table()), 1, ROUNDS, 32).await;
}
