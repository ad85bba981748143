//! One basket is placed several times at the same moment.

use std::sync::Arc;

use app::ports::Store;
use domain::{
    ids::{OrderId, ShopId},
    order::HoldKind,
};

use super::{
    round::Round,
    task::{Task, run_together},
};
use crate::world::Draft;

/// A customer places one basket under so many numbers at once, each order sent twice. All are placed, each once, and all but
/// one are held, each naming another one.
pub async fn one_basket_placed_many_times<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    orders: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "basket", run, number).await;
        let email = format!("{}@example.com", round.name);
        let numbers: Vec<String> = (0..orders).map(|n| format!("{}-{n}", round.name)).collect();
        let places = |number: &String| {
            let draft = Draft::new(number).line(&round.name, 1).of(&email);
            let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
            Task::PlacesWatched(store, clock, Box::new(draft))
        };
        run_together(numbers.iter().chain(&numbers).map(places).collect()).await;
        let ids: Vec<OrderId> = numbers
            .iter()
            .map(|number| OrderId::of(&ShopId::default(), &number.parse().expect("a number")))
            .collect();
        let mut named = Vec::new();
        for id in &ids {
            round.orders.push(*id);
            let order = round.order(*id).await;
            for hold in &order.state.holds {
                assert_eq!(hold.kind, HoldKind::PossibleDuplicate);
                let other = hold.handle.strip_prefix("duplicate-of:");
                let other: OrderId = other.expect("a name").parse().expect("an order");
                assert_ne!(other, *id);
                named.push(other);
            }
        }
        // Each names the one before it, so they are a chain, and the first names none.
        named.sort();
        let all = named.len();
        named.dedup();
        let found = (all, named.len());
        assert_eq!(found, (orders - 1, orders - 1), "round {number}");
        round.rules_hold().await;
    }
}
