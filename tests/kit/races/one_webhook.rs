//! The same webhooks are delivered many times at once.

use std::sync::Arc;

use app::ports::Store;
use domain::inbound::Inbound;

use super::{
    round::Round,
    task::{Task, run_together},
};

/// One capture and one receipt of stock, each delivered so many times at once.
pub async fn one_webhook_many_times<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    deliveries: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "once", run, number).await;
        let order = round.place(0, 1).await;
        let webhooks = [round.capture(&order), round.receipt("stock", 7)];
        let applies = |webhook: &Inbound| {
            Task::Applies(
                Arc::clone(&round.store),
                Arc::clone(&round.clock),
                webhook.clone(),
            )
        };
        let tasks = (0..deliveries).flat_map(|_| webhooks.iter().map(applies));
        run_together(tasks.collect()).await;
        let after = round.order(order.placed.id).await;
        assert_eq!(
            after.state.version, 2,
            "placed, and captured once: {:?}",
            after.state
        );
        let view = round.store.sku(&round.sku()).await.expect("a view");
        assert_eq!(view.levels[0].on_hand, 7, "received once");
        round.rules_hold().await;
    }
}
