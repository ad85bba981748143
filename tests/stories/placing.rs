//! Placing an order: once per key, once per number.

use app::{
    failure::Failure,
    usecases::{idempotency::IdempotencyKey, place::place, placement_defaults::PlacementDefaults},
};
use domain::order::{Actor, Status};
use jiff::SignedDuration;

use crate::{
    story::story,
    world::{Draft, World},
};

fn key(text: &str, content: &str) -> IdempotencyKey {
    IdempotencyKey::new("agent-7", text, content.as_bytes()).expect("a key")
}

story!(the_same_request_places_one_order);
async fn the_same_request_places_one_order(world: &mut World) {
    let draft = Draft::new("1001").line("TEE", 1);
    let (shop, key) = (Actor::system("shop"), key("k-1", "1001"));
    let defaults = PlacementDefaults::default();
    let first = place(
        &world.store,
        &world.clock,
        &defaults,
        &draft.request,
        &key,
        &shop,
    )
    .await
    .expect("placed");
    // Within the same millisecond it is taken for a retry of the first, whose response was lost.
    world.clock.advance(SignedDuration::from_secs(1));
    let again = place(
        &world.store,
        &world.clock,
        &defaults,
        &draft.request,
        &key,
        &shop,
    )
    .await
    .expect("placed");
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.value, again.value);
    assert_eq!(first.value.state.status, Status::Pending);
}

story!(a_number_that_is_in_use_is_refused);
async fn a_number_that_is_in_use_is_refused(world: &mut World) {
    world.place(Draft::new("1001").line("TEE", 1)).await;
    let other = Draft::new("1001").line("MUG", 1);
    let shop = Actor::system("shop");
    let refused = place(
        &world.store,
        &world.clock,
        &PlacementDefaults::default(),
        &other.request,
        &key("k-2", "other"),
        &shop,
    )
    .await;
    let Err(failure @ Failure::NumberTaken) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(failure.code(), "number_taken");
}

story!(a_key_that_is_used_for_another_order_is_refused);
async fn a_key_that_is_used_for_another_order_is_refused(world: &mut World) {
    let shop = Actor::system("shop");
    let one = Draft::new("1001").line("TEE", 1);
    place(
        &world.store,
        &world.clock,
        &PlacementDefaults::default(),
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
        &PlacementDefaults::default(),
        &two.request,
        &key("k-1", "1002"),
        &shop,
    )
    .await;
    assert!(matches!(refused, Err(Failure::KeyReused)), "{refused:?}");
}
