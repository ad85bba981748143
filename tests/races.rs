//! The races, in memory: every call gives way, so that tasks meet between any two of them.

use std::sync::Arc;

use app::memory::MemoryStore;
use stories::races;

const ROUNDS: u64 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_commits_first_has_won() {
    races::cancel_against_ship(&Arc::new(MemoryStore::default()), 1, ROUNDS, 64).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_units_are_promised_ten_times() {
    races::many_orders_want_ten_units(&Arc::new(MemoryStore::default()), 1, ROUNDS, 64).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_webhook_has_its_effect_once() {
    races::one_webhook_many_times(&Arc::new(MemoryStore::default()), 1, ROUNDS, 32).await;
}
