//! Listings come page by page, each thing once. Indexes may lag behind, so what is to be listed is waited for.

use app::{
    failure::Failure,
    ports::{EventsCursor, Page, PageRequest, PlaceOutcome, SaveOutcome, Store},
};
use domain::{
    health::{LocationHealth, RequestOutcome},
    ids::{LocationId, OrderId},
    location::{Location, LocationKind},
    order::Change,
    order::{Event, ExceptionKind, ExceptionOutcome, Order, Phase},
    stock::Backorder,
};
use jiff::{SignedDuration, tz::TimeZone};

use super::samples::{Samples, start};

/// How often a listing is read again while an index lags.
const PATIENCE: u32 = 50;

/// Reads a listing to its end, in pages of `limit`.
async fn all<T>(limit: u32, read: impl AsyncFn(PageRequest) -> Result<Page<T>, Failure>) -> Vec<T> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = read(PageRequest { limit, after }).await.unwrap();
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

/// Reads until the listing is as expected; fails with what it is instead.
async fn becomes<T: PartialEq + std::fmt::Debug>(expected: T, read: impl AsyncFn() -> T) {
    let mut seen = read().await;
    for _ in 0..PATIENCE {
        if seen == expected {
            return;
        }
        seen = read().await;
    }
    assert_eq!(seen, expected);
}

pub(super) async fn orders_are_listed_page_by_page(store: &impl Store, samples: &Samples) {
    let email = format!("{}@example.com", samples.name("jane"));
    let mut newest_first = Vec::new();
    for minutes in [0, 1, 2, 2, 3] {
        let mut placement = samples.placement(&email, SignedDuration::from_mins(minutes));
        // The same instant twice: the order decides which comes first.
        placement.change.order.placed.placed_at +=
            SignedDuration::from_nanos(i64::from(minutes == 3));
        assert_eq!(store.place(&placement).await.unwrap(), PlaceOutcome::Placed);
        newest_first.insert(0, placement.change.order.placed.id);
    }
    let sorted = |mut ids: Vec<OrderId>| {
        ids.sort();
        ids
    };
    let shouted = format!(" {} ", email.to_uppercase());
    for limit in [1, 2, 50] {
        becomes(sorted(newest_first.clone()), async || {
            sorted(all(limit, async |page| store.of_customer(&shouted, &page).await).await)
        })
        .await;
    }
    let listed = all(2, async |page| store.of_customer(&email, &page).await).await;
    assert_eq!((listed[0], listed[4]), (newest_first[0], newest_first[4]));

    let day = start().to_zoned(TimeZone::UTC).date();
    let open = all(100, async |page| {
        store.of_phase(Phase::Open, day, &page).await
    })
    .await;
    assert!(newest_first.iter().all(|id| open.contains(id)));
    let other_day = all(100, async |page| {
        store
            .of_phase(Phase::Open, day.yesterday().unwrap(), &page)
            .await
    });
    assert!(!other_day.await.contains(&newest_first[0]));
    let done = all(100, async |page| {
        store.of_phase(Phase::Done, day, &page).await
    })
    .await;
    assert!(!done.contains(&newest_first[0]));
    let unknown = all(10, async |page| {
        store.of_customer("nobody@example.com", &page).await
    })
    .await;
    assert_eq!(unknown, []);
}

pub(super) async fn an_overdue_order_is_listed_until_nothing_is_due(
    store: &impl Store,
    samples: &Samples,
) {
    let order = samples.placed(store).await;
    let id = order.placed.id;
    let paid = Event::PaymentAuthorized {
        intent: "pi_1".to_owned(),
        amount: order.placed.total(),
        at: None,
    };
    let context = samples.context(SignedDuration::from_mins(1));
    let change = Change::new(&order, vec![paid], &context).unwrap();
    let due = change.order.due_at().unwrap();
    assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
    let is_listed = async |now| {
        all(3, async |page| store.overdue(now, &page).await)
            .await
            .contains(&id)
    };
    assert!(!is_listed(due - SignedDuration::from_millis(1)).await);
    becomes(true, async || {
        is_listed(due + SignedDuration::from_millis(1)).await
    })
    .await;

    // Postponed at another version: nothing happens. At its own: it is listed later.
    let later = due + SignedDuration::from_mins(30);
    let version = change.order.state.version;
    store.postpone(id, Some(version + 1), later).await.unwrap();
    assert!(is_listed(due + SignedDuration::from_millis(1)).await);
    store.postpone(id, Some(version), later).await.unwrap();
    becomes(true, async || {
        !is_listed(due + SignedDuration::from_millis(1)).await
    })
    .await;
    becomes(true, async || {
        is_listed(later + SignedDuration::from_millis(1)).await
    })
    .await;
    store.postpone(id, None, due).await.unwrap();
    becomes(true, async || {
        is_listed(due + SignedDuration::from_millis(1)).await
    })
    .await;

    let held = samples.change(&change.order);
    assert_eq!(held.order.due_at(), None);
    assert_eq!(store.save(&held).await.unwrap(), SaveOutcome::Saved);
    becomes(true, async || {
        !is_listed(due + SignedDuration::from_hours(1)).await
    })
    .await;

    // Paid and cleared: it owes routing, and goes on owing it.
    let released = vec![Event::HoldReleased {
        handle: held_by(&held),
        backordered_skus: Vec::new(),
    }];
    let cleared = Change::new(
        &held.order,
        released,
        &samples.context(SignedDuration::from_mins(2)),
    )
    .unwrap();
    assert_eq!(store.save(&cleared).await.unwrap(), SaveOutcome::Saved);
    becomes(true, async || {
        is_listed(due + SignedDuration::from_hours(1)).await
    })
    .await;
}

pub(super) async fn an_order_is_listed_while_it_has_open_exceptions(
    store: &impl Store,
    samples: &Samples,
) {
    let open = |id| Event::ExceptionOpened {
        id,
        kind: ExceptionKind::Underpaid,
        subject: format!("pi_{id}"),
        detail: "less was captured than the order costs".to_owned(),
    };
    let close = |id| Event::ExceptionClosed {
        id,
        kind: ExceptionKind::Underpaid,
        outcome: ExceptionOutcome::Resolved,
        note: None,
    };
    let save = async |order: &Order, event| {
        let context = samples.context(SignedDuration::from_mins(1));
        let change = Change::new(order, vec![event], &context).unwrap();
        assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
        change.order
    };
    let mut orders = Vec::new();
    for minutes in [2, 1, 3] {
        let placement = samples.placement("jane@example.com", SignedDuration::from_mins(minutes));
        assert_eq!(store.place(&placement).await.unwrap(), PlaceOutcome::Placed);
        orders.push(placement.change.order);
    }
    let ids: Vec<OrderId> = orders.iter().map(Order::id).collect();
    let listed = async |limit| {
        let all = all(limit, async |page| store.with_exceptions(&page).await).await;
        let ours = all.into_iter().filter(|id| ids.contains(id));
        ours.collect::<Vec<_>>()
    };
    assert_eq!(listed(100).await, []);
    for order in &mut orders {
        *order = save(order, open(1)).await;
    }
    for limit in [1, 2, 100] {
        becomes(vec![ids[1], ids[0], ids[2]], async || listed(limit).await).await;
    }
    // A second one changes nothing here, and neither does the end of the first.
    let second = save(&orders[0], open(2)).await;
    let first_closed = save(&second, close(1)).await;
    save(&orders[2], close(1)).await;
    becomes(vec![ids[1], ids[0]], async || listed(2).await).await;
    save(&first_closed, close(2)).await;
    becomes(vec![ids[1]], async || listed(2).await).await;
}

fn held_by(change: &Change) -> String {
    change.order.state.holds[0].handle.clone()
}

pub(super) async fn backordered_skus_are_listed_once_each(store: &impl Store, samples: &Samples) {
    let mut skus = vec![samples.sku(), samples.sku(), samples.sku()];
    for sku in skus.iter().flat_map(|sku| [sku, sku]) {
        let order = samples.placed(store).await;
        let placed = &order.placed;
        let (line, placed_at) = (placed.lines[0].id.clone(), placed.placed_at);
        let waiting = Backorder {
            priority: 5,
            placed_at,
            order: placed.id,
            line,
            sku: sku.clone(),
            units: 1,
        };
        let change = Change {
            backorders: vec![waiting],
            ..samples.change(&order)
        };
        assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
    }
    skus.sort();
    for limit in [1, 2, 100] {
        becomes(skus.clone(), async || {
            let listed = all(limit, async |page| store.backordered_skus(&page).await).await;
            assert!(listed.is_sorted());
            listed
                .into_iter()
                .filter(|sku| skus.contains(sku))
                .collect()
        })
        .await;
    }
}

pub(super) async fn locations_are_stored(store: &impl Store, samples: &Samples) {
    let mut location = Location {
        id: samples.name("loc").parse().unwrap(),
        name: "Berlin".to_owned(),
        kind: LocationKind::ThirdParty,
        priority: 3,
        enabled: true,
        ships_to: vec!["DE".to_owned()],
        carries: vec![samples.sku()],
        untracked: false,
        vendor: "wms".to_owned(),
        webhook_url: Some("https://wms.example.com/hooks".to_owned()),
    };
    store.put_location(&location).await.unwrap();
    location.enabled = false;
    store.put_location(&location).await.unwrap();
    let all = store.locations().await.unwrap();
    let found: Vec<_> = all.iter().filter(|l| l.id == location.id).collect();
    assert_eq!(found, [&location]);
    assert!(
        !store.rules().await.unwrap().tiers.is_empty(),
        "there are always rules"
    );
}

pub(super) async fn the_health_of_a_location_is_written_over_the_version_that_was_read(
    store: &impl Store,
    samples: &Samples,
) {
    let failed = |health: &LocationHealth| {
        let code = "timeout".to_owned();
        let outcome = RequestOutcome::Failed { code };
        health.observe(&outcome, false, start()).unwrap()
    };
    let location: LocationId = samples.name("loc").parse().unwrap();
    let first = failed(&LocationHealth::unknown(location.clone(), start()));
    let stored = async || {
        let mut all = store.health().await.unwrap();
        all.retain(|health| health.location == location);
        all
    };
    assert_eq!(stored().await, []);
    assert!(store.put_health(&first).await.unwrap());
    assert!(!store.put_health(&first).await.unwrap(), "it is there");
    let second = failed(&first);
    assert!(store.put_health(&second).await.unwrap());
    assert!(!store.put_health(&second).await.unwrap(), "it has changed");
    assert_eq!(stored().await, [second]);
}

pub(super) async fn the_position_in_the_gateways_events_is_written_over_the_one_that_was_read(
    store: &impl Store,
) {
    let stored = async || store.events_cursor().await.unwrap();
    let before = stored().await.unwrap_or(EventsCursor::first(start()));
    let first = before.after_page(start(), Some("evt_1".to_owned()));
    assert!(store.put_events_cursor(&first).await.unwrap());
    assert!(
        !store.put_events_cursor(&first).await.unwrap(),
        "it is there"
    );
    assert_eq!(stored().await, Some(first.clone()));
    let second = first.after_page(start(), None);
    assert!(store.put_events_cursor(&second).await.unwrap());
    assert!(
        !store.put_events_cursor(&second).await.unwrap(),
        "it has changed"
    );
    assert_eq!(stored().await, Some(second));
}
