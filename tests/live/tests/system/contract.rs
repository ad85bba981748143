//! The contract of every store on the stack's DynamoDB. In a table of its own: the stream of the deployed one would
//! invoke the functions.

use live::{
    environment::Environment,
    outcome::{Outcome, StoryError},
};
use stories::store_contract::store_contract;

use crate::dynamo::Dynamo;

/// Panics when the contract is broken.
pub(crate) fn kept_on_the_stack(env: &Environment) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| StoryError::failed("a runtime", e))?;
    let keys = &env.stack.credentials;
    runtime.block_on(async {
        let dynamo = Dynamo::at(
            &env.stack.endpoint,
            &keys.access_key_id,
            &keys.secret_access_key,
        )
        .await;
        store_contract(&dynamo.table(), 1).await;
    });
    Ok(())
}
