//! The table on a real DynamoDB implementation that these tests start themselves, or on whatever
//! `AWS_ENDPOINT_URL_DYNAMODB` names: the contract of every store, and the contract once more with conflicts,
//! throttles and lost answers put in between, which no emulator gives by itself.

#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "tests")]

mod cost;
mod dynamo;
mod faults;
mod faulty;
mod shape;

use std::process::ExitCode;

use ::stories::suite::{self, Backend, Effort, Rounds};
use aws::{settings, table::Table};

#[derive(Debug, Clone, Copy)]
struct DynamoDb;

impl Backend for DynamoDb {
    type Store = Table;

    async fn open(self) -> Table {
        dynamo::Dynamo::start().await.table()
    }
}

/// Rounds of a race. On a real table each costs seconds of two cores, so there are few, unless `OMS_RACE_ROUNDS` asks
/// for more.
fn rounds(usual: u64) -> u64 {
    settings::optional("OMS_RACE_ROUNDS").map_or(usual, |rounds| rounds.parse().unwrap())
}

fn main() -> ExitCode {
    let effort = Effort {
        seeds: 3,
        random_runs: 0,
        rounds: Rounds {
            cancel_against_ship: rounds(25),
            many_orders_want_ten_units: rounds(8),
            one_webhook_many_times: rounds(25),
        },
        threads: 2,
    };
    suite::run(suite::trials(DynamoDb, effort))
}
