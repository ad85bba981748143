//! One account buys several times at the same moment.

use std::{collections::BTreeMap, sync::Arc};

use app::{ports::Store, usecases::accounts};
use domain::{
    ids::{AccountId, OrderId, ShopId},
    money::Currency,
};

use super::{
    round::Round,
    task::{Task, run_together},
};
use crate::world::Draft;

/// Orders that the limit leaves room for.
const FITTING: usize = 5;

/// So many orders of one account are placed at once, each sent twice, where the limit leaves room for five. Exactly those
/// are placed, and the account owes them. Then they are cancelled at once, and it owes nothing.
pub async fn one_account_buys_many_times<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    orders: usize,
) {
    let euro: Currency = "EUR".parse().expect("a currency");
    for number in 0..rounds {
        let mut round = Round::new(store, "account", run, number).await;
        let account: AccountId = round.name.parse().expect("an account");
        let draft = |number: &str| {
            let draft = Draft::new(number).line(&round.name, 1);
            draft.on_account(account.as_str(), None)
        };
        let price = 1999 + 380 + 490;
        let room = price * i64::try_from(FITTING).expect("a number") + price - 1;
        let limits = BTreeMap::from([(euro, room)]);
        accounts::set_limits(&**store, &account, &limits)
            .await
            .expect("limits");
        let numbers: Vec<String> = (0..orders).map(|n| format!("{}-{n}", round.name)).collect();
        let places = |number: &String| {
            let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
            Task::Places(store, clock, Box::new(draft(number)), 0)
        };
        run_together(numbers.iter().chain(&numbers).map(places).collect()).await;
        let ids = numbers
            .iter()
            .map(|number| OrderId::of(&ShopId::default(), &number.parse().expect("a number")));
        for id in ids {
            if round.store.load(id).await.expect("a store").is_some() {
                round.orders.push(id);
            }
        }
        assert_eq!(round.orders.len(), FITTING.min(orders), "round {number}");
        let found = accounts::read(&**store, &account).await.expect("it");
        assert_eq!(found.open(euro), room - price + 1, "round {number}");
        round.rules_hold().await;
        let cancels = |id: &OrderId| {
            let (store, clock) = (Arc::clone(&round.store), Arc::clone(&round.clock));
            let key = super::task::key(&format!("cancel-{id}"));
            Task::Cancels(store, clock, *id, super::refunds::one_unit(), key)
        };
        run_together(round.orders.iter().map(cancels).collect()).await;
        let found = accounts::read(&**store, &account).await.expect("it");
        assert_eq!(found.open(euro), 0, "round {number}");
        assert_eq!(found.free(euro), room, "round {number}");
        round.rules_hold().await;
    }
}
