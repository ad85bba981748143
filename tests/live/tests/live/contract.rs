//! The contract of every store, on the stack's own DynamoDB: in a table beside the deployed one, whose stream would
//! wake the functions.

use live::{
    outcome::{Told, Trouble},
    world::World,
};
use stories::store_contract::store_contract;

use crate::dynamo::Dynamo;

/// Ends in a panic when the contract is broken.
pub(crate) fn kept_on_the_stack(world: &World) -> Told {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| Trouble::broken("a runtime", e))?;
    let keys = &world.stack.credentials;
    runtime.block_on(async {
        let dynamo = Dynamo::at(
            &world.stack.endpoint,
            &keys.access_key_id,
            &keys.secret_access_key,
        )
        .await;
        store_contract(&dynamo.table(), 1).await;
    });
    Ok(())
}
