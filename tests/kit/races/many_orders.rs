//! Many orders are routed at once, and there is not enough for all.

use std::sync::Arc;

use app::ports::Store;
use domain::ids::OrderId;

use super::{
    round::Round,
    task::{Task, run_together},
};

/// So many orders need one unit each of a SKU of which there are ten.
///
/// Ten are assigned, and all others are on backorder.
pub async fn many_orders_want_ten_units<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    orders: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "ten", run, number).await;
        let receipt = round.receipt("stock", 10);
        round.applies(&receipt).await;
        for order in 0..orders {
            let order = round.place(order, 1).await;
            round.applies(&round.capture(&order)).await;
        }
        let routing =
            |id: &OrderId| Task::Routes(Arc::clone(&round.store), Arc::clone(&round.clock), *id);
        run_together(round.orders.iter().map(routing).collect()).await;
        let mut assigned = 0;
        for id in &round.orders {
            let order = round.order(*id).await;
            assert_eq!(order.unrouted(), 0);
            assigned += order.state.lines[0].assigned;
        }
        assert_eq!(assigned, 10, "round {number}");
        let view = round.store.sku(&round.sku()).await.expect("a view");
        assert_eq!(
            (view.levels[0].available(), view.backorders.len()),
            (0, orders - 10)
        );
        round.rules_hold().await;
    }
}
