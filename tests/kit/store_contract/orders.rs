//! Orders are placed whole, changed on the version that was read, and found by their names.

use app::ports::{PlaceOutcome, RememberOutcome, SaveOutcome, Store};
use domain::{
    order::verify_chain,
    order::{Cause, Change, Order, Reference, fold},
};
use jiff::SignedDuration;

use super::samples::{Samples, reservation};

pub(super) async fn a_placed_order_reads_back(store: &impl Store, samples: &Samples) {
    let placement = samples.placement("jane@example.com", SignedDuration::ZERO);
    assert_eq!(store.place(&placement).await.unwrap(), PlaceOutcome::Placed);
    let order = &placement.change.order;
    let id = order.placed.id;
    assert_eq!(store.load(id).await.unwrap().as_ref(), Some(order));
    assert_eq!(
        store.contact(id, 1).await.unwrap().as_ref(),
        Some(&placement.contact)
    );
    let commits = store.commits(id).await.unwrap();
    assert_eq!(
        commits.as_slice(),
        std::slice::from_ref(&placement.change.commit)
    );
    assert_eq!(
        fold(Order::unplaced(order.placed.clone()), &commits),
        *order
    );
    assert_eq!(placement.change.references.len(), 2, "key and intent");
    for reference in &placement.change.references {
        assert_eq!(
            store.find(reference).await.unwrap(),
            Some(id),
            "{reference:?}"
        );
    }
}

pub(super) async fn an_order_that_is_not_there_is_not_found(store: &impl Store, samples: &Samples) {
    let id = samples.order_id();
    assert_eq!(store.load(id).await.unwrap(), None);
    assert_eq!(store.contact(id, 1).await.unwrap(), None);
    assert_eq!(store.commits(id).await.unwrap(), []);
    let unknown = Reference::Intent(samples.name("pi"));
    assert_eq!(store.find(&unknown).await.unwrap(), None);
}

pub(super) async fn a_repeated_placement_is_told_of_its_key_and_another_one_of_the_order(
    store: &impl Store,
    samples: &Samples,
) {
    let first = samples.placement("jane@example.com", SignedDuration::ZERO);
    assert_eq!(store.place(&first).await.unwrap(), PlaceOutcome::Placed);
    let references = &first.change.references;
    let is_key = |reference: &&Reference| matches!(reference, Reference::IdempotencyKey(_));
    let key = references.iter().find(is_key).unwrap();

    // The same number, key and intent.
    let mut repeated = first.clone();
    let context = samples.context(SignedDuration::from_mins(1));
    let events = first.change.commit.body.events.clone();
    let unplaced = Order::unplaced(first.change.order.placed.clone());
    let change = Change::new(&unplaced, events, &context).unwrap();
    repeated.change = Change {
        references: references.clone(),
        ..change
    };
    assert_eq!(
        store.place(&repeated).await.unwrap(),
        PlaceOutcome::ReferenceTaken(key.clone())
    );

    // The same number only: the order's id follows from it.
    repeated.change.references.clear();
    assert_eq!(
        store.place(&repeated).await.unwrap(),
        PlaceOutcome::NumberTaken
    );

    // Another number with a key in use.
    let mut other = samples.placement("jane@example.com", SignedDuration::ZERO);
    other.change.references = vec![key.clone()];
    assert_eq!(
        store.place(&other).await.unwrap(),
        PlaceOutcome::ReferenceTaken(key.clone())
    );
    let id = other.change.order.placed.id;
    assert_eq!(
        store.load(id).await.unwrap(),
        None,
        "a refused placement writes nothing"
    );
    assert_eq!(store.contact(id, 1).await.unwrap(), None);
    assert_eq!(
        store.find(key).await.unwrap(),
        Some(first.change.order.placed.id)
    );
}

pub(super) async fn a_change_is_written_once_on_the_version_that_was_read(
    store: &impl Store,
    samples: &Samples,
) {
    let order = samples.placed(store).await;
    let (mine, rivals) = (samples.change(&order), samples.change(&order));
    assert_eq!(store.save(&rivals).await.unwrap(), SaveOutcome::Saved);
    assert_eq!(
        store.save(&mine).await.unwrap(),
        SaveOutcome::VersionConflict
    );
    let read = store.load(order.placed.id).await.unwrap().unwrap();
    assert_eq!(read, rivals.order);
    let again = samples.change(&read);
    assert_eq!(store.save(&again).await.unwrap(), SaveOutcome::Saved);
    let commits = store.commits(order.placed.id).await.unwrap();
    assert_eq!(commits.len(), 3);
    verify_chain(&commits).unwrap();
    assert_eq!(fold(Order::unplaced(order.placed), &commits), again.order);
}

pub(super) async fn a_rejected_change_writes_nothing(store: &impl Store, samples: &Samples) {
    let (order, sku) = (samples.placed(store).await, samples.sku());
    let tracking = Reference::Tracking(samples.name("1Z"));
    let mut change = samples.moving(&order, vec![reservation(&sku, 1)]);
    change.references.push(tracking.clone());
    let location = super::samples::here();
    let refused = SaveOutcome::OutOfStock {
        sku: sku.clone(),
        location,
    };
    assert_eq!(store.save(&change).await.unwrap(), refused);
    assert_eq!(store.load(order.placed.id).await.unwrap().unwrap(), order);
    assert_eq!(store.commits(order.placed.id).await.unwrap().len(), 1);
    assert_eq!(store.find(&tracking).await.unwrap(), None);
    assert_eq!(store.sku(&sku).await.unwrap().levels, []);
}

pub(super) async fn a_reference_belongs_to_one_order_except_a_tracking_number(
    store: &impl Store,
    samples: &Samples,
) {
    let (one, other) = (samples.placed(store).await, samples.placed(store).await);
    let intent = Reference::Intent(samples.name("pi"));
    let tracking = Reference::Tracking(samples.name("1Z999 / AA#1"));
    let named = |change: Change| Change {
        references: vec![intent.clone(), tracking.clone()],
        ..change
    };

    let first = named(samples.change(&one));
    assert_eq!(store.save(&first).await.unwrap(), SaveOutcome::Saved);
    let own_again = named(samples.change(&first.order));
    assert_eq!(store.save(&own_again).await.unwrap(), SaveOutcome::Saved);
    let anothers = named(samples.change(&other));
    assert_eq!(
        store.save(&anothers).await.unwrap(),
        SaveOutcome::ReferenceTaken(intent.clone())
    );
    assert_eq!(store.find(&tracking).await.unwrap(), Some(one.placed.id));

    let carriers = Change {
        references: vec![tracking.clone()],
        ..samples.change(&other)
    };
    assert_eq!(store.save(&carriers).await.unwrap(), SaveOutcome::Saved);
    assert_eq!(store.find(&tracking).await.unwrap(), Some(other.placed.id));
    assert_eq!(store.find(&intent).await.unwrap(), Some(one.placed.id));
}

pub(super) async fn a_request_that_changed_nothing_is_remembered_once(
    store: &impl Store,
    samples: &Samples,
) {
    let placement = samples.placement("jane@example.com", SignedDuration::ZERO);
    assert_eq!(store.place(&placement).await.unwrap(), PlaceOutcome::Placed);
    let order = &placement.change.order;
    let id = order.placed.id;
    let request = |digest: &str| Cause {
        digest: Some(digest.to_owned()),
        ..Cause::new("api", "caller/key")
    };
    let until = super::samples::start() + SignedDuration::from_hours(24);
    assert_eq!(
        store.remembered_unchanged(id, &request("a")).await.unwrap(),
        None
    );

    let mut stale = order.clone();
    stale.state.version += 1;
    let conflict = store.remember_unchanged(&stale, &request("a"), until).await;
    assert_eq!(conflict.unwrap(), RememberOutcome::VersionConflict);
    let written = store.remember_unchanged(order, &request("a"), until).await;
    assert_eq!(written.unwrap(), RememberOutcome::Remembered);
    let again = store.remember_unchanged(order, &request("b"), until).await;
    assert_eq!(again.unwrap(), RememberOutcome::Known(request("a")));
    let known = store.remembered_unchanged(id, &request("b")).await.unwrap();
    assert_eq!(known, Some(request("a")));
    assert_eq!(
        store.load(id).await.unwrap().as_ref(),
        Some(order),
        "it is not written"
    );
}
