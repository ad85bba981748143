//! Results of reconciliation, and what moved on a day.

use app::ports::{Page, PageRequest, SaveOutcome, Store};
use domain::{
    ids::OrderId,
    order::{Change, Event, Order},
    reconciliation::DayResult,
};
use jiff::{SignedDuration, ToSpan, civil::Date};

use super::samples::Samples;

/// A day of this run, in another century than the orders of all runs.
fn day(samples: &Samples) -> Date {
    let number = i32::try_from(samples.number() % 20_000).unwrap();
    Date::constant(2200, 1, 1)
        .checked_add(number.days())
        .unwrap()
}

pub(super) async fn the_result_of_a_day_is_written_over_the_one_that_was_read(
    store: &impl Store,
    samples: &Samples,
) {
    let day = day(samples);
    let stored = async || store.day_result(day).await.unwrap();
    let next = |result: &DayResult| DayResult {
        version: result.version + 1,
        ..result.clone()
    };
    let before = stored().await.unwrap_or_else(|| DayResult::new(day));
    let first = next(&before);
    assert!(store.put_day_result(&first).await.unwrap());
    assert!(!store.put_day_result(&first).await.unwrap(), "it is there");
    let second = next(&first);
    assert!(store.put_day_result(&second).await.unwrap());
    assert!(
        !store.put_day_result(&second).await.unwrap(),
        "it has changed"
    );
    assert_eq!(stored().await, Some(second.clone()));
    let following = next(
        &store
            .day_result(day.tomorrow().unwrap())
            .await
            .unwrap()
            .unwrap_or_else(|| DayResult::new(day.tomorrow().unwrap())),
    );
    assert!(store.put_day_result(&following).await.unwrap());
    let read = async |from, to| store.day_results(from, to).await.unwrap();
    assert_eq!(read(day, day).await, std::slice::from_ref(&second));
    assert_eq!(read(day, following.day).await, [second, following.clone()]);
    assert_eq!(read(following.day, day).await, []);
}

/// Something about the payment, so long after the start.
async fn moves(
    store: &impl Store,
    samples: &Samples,
    order: &Order,
    event: Event,
    after: SignedDuration,
) -> Order {
    let change = Change::new(order, vec![event], &samples.context(after)).unwrap();
    assert_eq!(store.save(&change).await.unwrap(), SaveOutcome::Saved);
    change.order
}

pub(super) async fn an_order_is_listed_on_each_day_on_which_its_money_has_moved(
    store: &impl Store,
    samples: &Samples,
) {
    let order = samples.placed(store).await;
    let intent = order.state.payment.intents[0].id.clone();
    let captured = |amount| Event::PaymentCaptured {
        intent: intent.clone(),
        amount,
        capturable: 0,
    };
    // Days that no other run has: far ahead, and by this run's numbers.
    let ahead = i64::try_from(samples.number()).unwrap() + 40_000;
    let days = |days: i64| SignedDuration::from_hours((ahead + days) * 24);
    let order = moves(store, samples, &order, captured(1), days(0)).await;
    let order = moves(store, samples, &order, captured(2), days(0)).await;
    let linked = Event::PaymentLinked {
        intent: intent.clone(),
    };
    let order = moves(store, samples, &order, linked, days(1)).await;
    moves(store, samples, &order, captured(3), days(2)).await;
    let id = order.placed.id;
    let on = async |after: i64| {
        let day = samples.context(days(after)).now;
        let day = day.to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut all: Vec<OrderId> = Vec::new();
        let mut page = PageRequest {
            limit: 1,
            after: None,
        };
        loop {
            let Page { items, next } = store.reconciled_on(day, &page).await.unwrap();
            all.extend(items);
            page.after = next;
            if page.after.is_none() {
                break;
            }
        }
        all.retain(|found| *found == id);
        all.len()
    };
    assert_eq!(
        [on(0).await, on(1).await, on(2).await],
        [2, 0, 1],
        "a commit that moves no money is not listed"
    );
}
