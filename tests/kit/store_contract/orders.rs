//! Orders are placed whole, changed on the version that was read, and found by their names.

use app::ports::{Saved, Store};
use domain::{
    change::{Change, Reference, fold},
    order::verify_chain,
    place::unplaced,
};
use jiff::SignedDuration;

use super::samples::{Samples, reservation};

pub(super) async fn a_placed_order_reads_back(store: &impl Store, samples: &Samples) {
    let placement = samples.placement("jane@example.com", SignedDuration::ZERO);
    assert_eq!(store.place(&placement).await.unwrap(), Saved::Done);
    let order = &placement.change.order;
    let id = order.placed.id;
    assert_eq!(store.load(id).await.unwrap().as_ref(), Some(order));
    assert_eq!(
        store.contact(id).await.unwrap().as_ref(),
        Some(&placement.contact)
    );
    let commits = store.commits(id).await.unwrap();
    assert_eq!(
        commits.as_slice(),
        std::slice::from_ref(&placement.change.commit)
    );
    assert_eq!(fold(unplaced(order.placed.clone()), &commits), *order);
    assert_eq!(
        placement.change.references.len(),
        3,
        "intent, number and key"
    );
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
    assert_eq!(store.contact(id).await.unwrap(), None);
    assert_eq!(store.commits(id).await.unwrap(), []);
    let unknown = Reference::Number(samples.name("default/N"));
    assert_eq!(store.find(&unknown).await.unwrap(), None);
}

pub(super) async fn of_two_references_in_use_the_key_is_reported_before_the_number(
    store: &impl Store,
    samples: &Samples,
) {
    let first = samples.placement("jane@example.com", SignedDuration::ZERO);
    assert_eq!(store.place(&first).await.unwrap(), Saved::Done);
    let names = &first.change.references;
    let key = names
        .iter()
        .find(|r| matches!(r, Reference::IdempotencyKey(_)))
        .unwrap();
    let number = names
        .iter()
        .find(|r| matches!(r, Reference::Number(_)))
        .unwrap();

    let mut repeated = samples.placement("jane@example.com", SignedDuration::ZERO);
    repeated.change.references.clone_from(names);
    assert_eq!(
        store.place(&repeated).await.unwrap(),
        Saved::Taken(key.clone())
    );

    let mut same_number = samples.placement("jane@example.com", SignedDuration::ZERO);
    same_number
        .change
        .references
        .retain(|r| !matches!(r, Reference::Number(_)));
    same_number.change.references.push(number.clone());
    assert_eq!(
        store.place(&same_number).await.unwrap(),
        Saved::Taken(number.clone())
    );
    let id = same_number.change.order.placed.id;
    assert_eq!(
        store.load(id).await.unwrap(),
        None,
        "a refused placement writes nothing"
    );
    assert_eq!(store.contact(id).await.unwrap(), None);
    assert_eq!(
        store.find(number).await.unwrap(),
        Some(first.change.order.placed.id)
    );
}

pub(super) async fn a_change_is_written_once_on_the_version_that_was_read(
    store: &impl Store,
    samples: &Samples,
) {
    let order = samples.placed(store).await;
    let (mine, rivals) = (samples.change(&order), samples.change(&order));
    assert_eq!(store.save(&rivals).await.unwrap(), Saved::Done);
    assert_eq!(store.save(&mine).await.unwrap(), Saved::Moved);
    let read = store.load(order.placed.id).await.unwrap().unwrap();
    assert_eq!(read, rivals.order);
    let again = samples.change(&read);
    assert_eq!(store.save(&again).await.unwrap(), Saved::Done);
    let commits = store.commits(order.placed.id).await.unwrap();
    assert_eq!(commits.len(), 3);
    verify_chain(&commits).unwrap();
    assert_eq!(fold(unplaced(order.placed), &commits), again.order);
}

pub(super) async fn a_rejected_change_writes_nothing(store: &impl Store, samples: &Samples) {
    let (order, sku) = (samples.placed(store).await, samples.sku());
    let tracking = Reference::Tracking(samples.name("1Z"));
    let mut change = samples.moving(&order, vec![reservation(&sku, 1)]);
    change.references.push(tracking.clone());
    let location = super::samples::here();
    let refused = Saved::OutOfStock {
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
    assert_eq!(store.save(&first).await.unwrap(), Saved::Done);
    let own_again = named(samples.change(&first.order));
    assert_eq!(store.save(&own_again).await.unwrap(), Saved::Done);
    let anothers = named(samples.change(&other));
    assert_eq!(
        store.save(&anothers).await.unwrap(),
        Saved::Taken(intent.clone())
    );
    assert_eq!(store.find(&tracking).await.unwrap(), Some(one.placed.id));

    let carriers = Change {
        references: vec![tracking.clone()],
        ..samples.change(&other)
    };
    assert_eq!(store.save(&carriers).await.unwrap(), Saved::Done);
    assert_eq!(store.find(&tracking).await.unwrap(), Some(other.placed.id));
    assert_eq!(store.find(&intent).await.unwrap(), Some(one.placed.id));
}
