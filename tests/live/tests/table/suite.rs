//! The suite of the test kit on a real DynamoDB implementation, started in this process, or on the one that
//! `AWS_ENDPOINT_URL_DYNAMODB` names.

use ::stories::suite::{self, Backend, Days, Effort, Rounds};
use aws::{runtime::settings, table::Table};
use libtest_mimic::Trial;

use crate::dynamo::Dynamo;

#[derive(Debug, Clone, Copy)]
struct DynamoDb;

impl Backend for DynamoDb {
    type Store = Table;

    async fn open(self) -> Table {
        Dynamo::start().await.table()
    }
}

/// Rounds of a race. On a real table each costs seconds of two cores, so there are few, unless `OMS_RACE_ROUNDS` asks
/// for more.
fn rounds(usual: u64) -> u64 {
    settings::optional("OMS_RACE_ROUNDS").map_or(usual, |rounds| rounds.parse().unwrap())
}

/// Every test of the kit, and those of this folder.
pub(crate) fn trials() -> Vec<Trial> {
    let effort = Effort {
        // Memory plays them with many: what is new here is the table, and each request takes time.
        seeds: 1,
        random_runs: 0,
        rounds: Rounds {
            cancel_against_ship: rounds(25),
            many_orders_want_ten_units: rounds(8),
            one_webhook_many_times: rounds(25),
            counts_against_parcels: rounds(6),
            refunds_of_one_payment: rounds(4),
            credits_of_one_taxed_order: rounds(4),
            refunds_against_dispute: rounds(4),
            refunds_against_late_failure: rounds(4),
            payment_against_placement: rounds(24),
            one_basket: rounds(8),
            one_account: rounds(2),
        },
        threads: 2,
        days: Days {
            first_seed: 0,
            count: 24,
        },
    };
    suite::trials(DynamoDb, effort)
}
