//! The contract, without faults.

use ::stories::store_contract::store_contract;

use crate::dynamo::Dynamo;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_keeps_the_contract_of_every_store() {
    let dynamo = Dynamo::start().await;
    store_contract(&dynamo.table(), 1).await;
    // A table that already holds another run's orders keeps it too.
    store_contract(&dynamo.table(), 2).await;
}
