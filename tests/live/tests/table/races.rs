//! The races, on the real table, with requests that really run side by side.
//!
//! Memory runs hundreds of rounds in every test run; here each costs seconds of two cores, so there are fewer, unless
//! `OMS_RACE_ROUNDS` asks for more.

use std::sync::Arc;

use ::stories::races;
use aws::runtime::settings;

use crate::dynamo::Dynamo;

fn rounds(usual: u64) -> u64 {
    settings::optional("OMS_RACE_ROUNDS").map_or(usual, |rounds| rounds.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_commits_first_has_won() {
    races::cancel_against_ship(&Arc::new(Dynamo::start().await.table()), 1, rounds(25), 64).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_units_are_promised_ten_times() {
    races::many_orders_want_ten_units(&Arc::new(Dynamo::start().await.table()), 1, rounds(8), 64)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_has_its_effect_once() {
    races::one_webhook_many_times(&Arc::new(Dynamo::start().await.table()), 1, rounds(25), 32)
        .await;
}
