//! Customer accounts: their limits, and what their orders owe.

use std::collections::BTreeMap;

use app::ports::{PlaceOutcome, SaveOutcome, Store};
use domain::{
    account::{Account, AccountLimits},
    ids::AccountId,
    order::{Change, Event},
};
use jiff::SignedDuration;

use super::samples::Samples;

/// Limits in euro cents, over the version before them.
fn limits(id: &AccountId, version: u64, euro_cents: i64) -> AccountLimits {
    AccountLimits {
        id: id.clone(),
        version,
        limits: BTreeMap::from([("EUR".parse().unwrap(), euro_cents)]),
    }
}

pub(super) async fn the_limits_of_an_account_are_written_over_the_version_that_was_read(
    store: &impl Store,
    samples: &Samples,
) {
    let id: AccountId = samples.name("ACME").parse().unwrap();
    assert_eq!(store.account(&id).await.unwrap(), None);
    let euro = ["EUR".parse().unwrap()];
    assert!(
        !store.put_limits(&limits(&id, 2, 1), &[]).await.unwrap(),
        "there is none before it"
    );
    assert!(store.put_limits(&limits(&id, 1, 700), &[]).await.unwrap());
    assert!(!store.put_limits(&limits(&id, 1, 800), &[]).await.unwrap());
    assert!(store.put_limits(&limits(&id, 2, 900), &euro).await.unwrap());
    let found = store.account(&id).await.unwrap().unwrap();
    assert_eq!(found.limits, limits(&id, 2, 900));
    assert_eq!(found.open(euro[0]), 0);
}

pub(super) async fn an_account_owes_what_its_orders_owe_and_takes_no_order_above_its_limit(
    store: &impl Store,
    samples: &Samples,
) {
    let id: AccountId = samples.name("ACME").parse().unwrap();
    let euro = "EUR".parse().unwrap();
    let open = async || {
        let found: Account = store.account(&id).await.unwrap().unwrap();
        found.open(euro)
    };
    let first = samples.placement_on_account(&id);
    let total = first.change.order.total();
    let none = store.place(&first).await.unwrap();
    assert_eq!(none, PlaceOutcome::NoCredit(None), "no such account");

    let two = limits(&id, 1, 2 * total - 1);
    assert!(store.put_limits(&two, &[]).await.unwrap());
    assert_eq!(store.place(&first).await.unwrap(), PlaceOutcome::Placed);
    assert_eq!(open().await, total);
    let second = samples.placement_on_account(&id);
    let refused = store.place(&second).await.unwrap();
    assert_eq!(refused, PlaceOutcome::NoCredit(Some(total - 1)));
    let unwritten = store.load(second.change.order.id()).await.unwrap();
    assert!(unwritten.is_none(), "nothing of it is written");

    // A credit of a cent leaves room for it, and what is written twice counts once.
    let credit = Event::CreditGranted {
        refund: String::new(),
        amount: 1,
        on_account: 1,
        reason: None,
    };
    let context = samples.context(SignedDuration::from_mins(1));
    let change = Change::new(&first.change.order, vec![credit], &context).unwrap();
    assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
    let again = store.save(&change).await.unwrap();
    let is_known = matches!(again, SaveOutcome::Saved | SaveOutcome::VersionConflict);
    assert!(is_known, "{again:?}");
    assert_eq!(open().await, total - 1);
    assert_eq!(store.place(&second).await.unwrap(), PlaceOutcome::Placed);
    assert_eq!(open().await, 2 * total - 1);
}
