//! The access log.

use app::ports::{AccessEntry, AccessVia, Page, PageRequest, Store};
use domain::{
    ids::{AccessId, OrderId},
    order::Actor,
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::samples::Samples;

/// A day of this run, in another century than the orders of all runs.
fn day(samples: &Samples) -> Date {
    let number = i32::try_from(samples.number() % 20_000).unwrap();
    Date::constant(2300, 1, 1)
        .checked_add(number.days())
        .unwrap()
}

fn entry(order: Option<OrderId>, person: &str, at: Timestamp, number: u64) -> AccessEntry {
    // Of this run: a person's name is.
    let mut entropy = [0; 10];
    for (byte, letter) in entropy.iter_mut().zip(person.bytes().rev()) {
        *byte = letter;
    }
    entropy[9] = u8::try_from(number).unwrap();
    AccessEntry {
        id: AccessId::mint(at, entropy),
        at,
        actor: Actor {
            kind: domain::order::ActorKind::Agent,
            id: person.to_owned(),
        },
        order,
        reason: "asks for the parcel".to_owned(),
        via: AccessVia::Api,
    }
}

pub(super) async fn an_access_is_listed_by_its_order_and_its_day_once(
    store: &impl Store,
    samples: &Samples,
) {
    let (order, other) = (samples.order_id(), samples.order_id());
    let (jo, mia) = (samples.name("jo"), samples.name("mia"));
    let day = day(samples);
    let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
    let at = |seconds| noon.timestamp() + SignedDuration::from_secs(seconds);
    // Two at the same time, one of another order, one of no order, one on the day after.
    let entries = [
        entry(Some(order), &jo, at(0), 1),
        entry(Some(order), &jo, at(1), 1),
        entry(Some(order), &mia, at(1), 2),
        entry(Some(other), &mia, at(2), 3),
        entry(None, &mia, at(3), 4),
        entry(Some(order), &jo, at(86_400), 5),
    ];
    let keep_until = at(400 * 86_400);
    for entry in &entries {
        store.log_access(entry, keep_until).await.unwrap();
    }
    let again = store.log_access(&entries[0], keep_until).await;
    again.expect("written again, it is one entry");
    let [first, second, third, fourth, fifth, next_day] = entries.clone();
    let of_order = [
        next_day.clone(),
        third.clone(),
        second.clone(),
        first.clone(),
    ];
    let that_day = [fifth, fourth, third, second, first.clone()];
    for limit in [1, 2, 100] {
        let pages = async |by_day: bool| {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = PageRequest { limit, after };
                let Page { items, next } = if by_day {
                    store.accesses_on(day, &page).await.unwrap()
                } else {
                    store.accesses_of_order(order, &page).await.unwrap()
                };
                assert!(items.len() <= usize::try_from(limit).unwrap());
                found.extend(items);
                after = next;
                if after.is_none() {
                    return found;
                }
            }
        };
        assert_eq!(pages(false).await, of_order, "pages of {limit}");
        let mut listed = pages(true).await;
        // Other runs may have the same day.
        listed.retain(|entry| [&jo, &mia].contains(&&entry.actor.id));
        assert!(listed.is_sorted_by(|a, b| a.at >= b.at), "{listed:?}");
        // At one time the index has no order.
        listed.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
        assert_eq!(listed, that_day, "pages of {limit}");
    }
    let last = async |person: &str, since| store.last_access(order, person, since).await.unwrap();
    assert_eq!(last(&jo, at(2)).await, Some(next_day.clone()));
    assert_eq!(last(&jo, next_day.at).await, Some(next_day));
    assert_eq!(last(&mia, at(1)).await, Some(of_order[1].clone()));
    assert_eq!(last(&mia, at(2)).await, None, "that was another order");
    assert_eq!(last("ida", at(0)).await, None);
}
