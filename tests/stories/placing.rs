//! Placing an order: once per key, once per number.

use app::{
    failure::Failure,
    ports::Store,
    usecases::{idempotency::IdempotencyKey, place::place},
};
use domain::{
    order::Reference,
    order::{Actor, Status},
};

use crate::world::{Draft, World};

fn key(text: &str, content: &str) -> IdempotencyKey {
    IdempotencyKey::new(text, content.as_bytes()).expect("a key")
}

pub async fn the_same_request_places_one_order<S: Store + Send>(world: &mut World<S>) {
    let draft = Draft::new("1001").line("TEE", 1);
    let (shop, key) = (Actor::system("shop"), key("k-1", "1001"));
    let first = place(&world.store, &world.clock, &draft.request, &key, &shop)
        .await
        .expect("placed");
    let again = place(&world.store, &world.clock, &draft.request, &key, &shop)
        .await
        .expect("placed");
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.value, again.value);
    assert_eq!(first.value.state.status, Status::Pending);
}

pub async fn a_number_that_is_in_use_is_refused<S: Store + Send>(world: &mut World<S>) {
    world.place(Draft::new("1001").line("TEE", 1)).await;
    let other = Draft::new("1001").line("MUG", 1);
    let shop = Actor::system("shop");
    let refused = place(
        &world.store,
        &world.clock,
        &other.request,
        &key("k-2", "other"),
        &shop,
    )
    .await;
    let Err(failure @ Failure::Taken(Reference::Number(_))) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(failure.code(), "number_taken");
}

pub async fn a_key_that_is_used_for_another_order_is_refused<S: Store + Send>(
    world: &mut World<S>,
) {
    let shop = Actor::system("shop");
    let one = Draft::new("1001").line("TEE", 1);
    place(
        &world.store,
        &world.clock,
        &one.request,
        &key("k-1", "1001"),
        &shop,
    )
    .await
    .expect("placed");
    let two = Draft::new("1002").line("TEE", 1);
    let refused = place(
        &world.store,
        &world.clock,
        &two.request,
        &key("k-1", "1002"),
        &shop,
    )
    .await;
    assert!(matches!(refused, Err(Failure::KeyReused)), "{refused:?}");
}
