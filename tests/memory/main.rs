//! Everything that the test kit has, on the store in memory: each story in order once and redelivered by 24 seeds,
//! random operations, the races (every call yields, so that tasks meet between any two of them), and the contract.

#![expect(clippy::expect_used, reason = "tests")]

mod erased;
mod unreadable;

use std::process::ExitCode;

use app::memory::MemoryStore;
use stories::suite::{self, Backend, Days, Effort, Rounds};

const EFFORT: Effort = Effort {
    seeds: 16,
    random_runs: 100,
    rounds: Rounds {
        cancel_against_ship: 100,
        many_orders_want_ten_units: 100,
        one_webhook_many_times: 100,
        counts_against_parcels: 100,
        refunds_of_one_payment: 100,
        credits_of_one_taxed_order: 100,
        refunds_against_dispute: 100,
        refunds_against_late_failure: 100,
        payment_against_placement: 300,
        one_basket: 100,
        one_account: 100,
    },
    threads: 4,
    days: Days {
        first_seed: 0,
        count: 150,
    },
};

#[derive(Debug, Clone, Copy)]
struct Memory;

impl Backend for Memory {
    type Store = MemoryStore;

    async fn open(self) -> MemoryStore {
        MemoryStore::default()
    }
}

fn main() -> ExitCode {
    suite::run(suite::trials(Memory, EFFORT))
}
