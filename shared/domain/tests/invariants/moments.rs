//! I7: what happens at the very moment of a decision is not ordered, so nothing is said of it.

use domain::{
    invariants::{Rule, check},
    order::{Context, Event, HoldKind},
};
use jiff::SignedDuration;

use super::world::World;

/// Two orders wait for two tees each, the first longer; then two come in.
fn queue() -> World {
    let mut world = World::new();
    world.receive("hamburg", "TEE", 0);
    let (first, second) = (world.sell(&[("TEE", 2)]), world.sell(&[("TEE", 2)]));
    world.route(first);
    world.route(second);
    world.receive("berlin", "TEE", 2);
    world
}

fn held() -> Event {
    Event::HoldPlaced {
        kind: HoldKind::Manual,
        handle: "h".to_owned(),
        until: None,
        reason: None,
    }
}

fn released() -> Event {
    Event::HoldReleased {
        handle: "h".to_owned(),
        backordered_skus: vec![],
    }
}

/// Writes an event of the first order so many seconds after the last step.
fn write_after(world: &mut World, event: Event, seconds: i64) {
    let context = world.context();
    // The step itself took one.
    let now = context.now + SignedDuration::from_secs(seconds - 1);
    world.write(0, vec![event], &Context { now, ..context });
}

fn serve_second(world: &mut World) {
    let waiting = world.backorder(1, "1");
    assert!(world.serve(&waiting));
}

#[test]
fn i7_a_hold_that_ends_when_the_inputs_are_read() {
    let with_end = |seconds: i64| {
        let mut world = queue();
        write_after(&mut world, held(), 1);
        write_after(&mut world, released(), seconds);
        // The inputs are read two seconds after the hold was placed.
        serve_second(&mut world);
        world
    };
    with_end(1).breaks(Rule::I7);
    assert_eq!(check(&with_end(2).table()), []);
}

#[test]
fn i7_a_hold_that_begins_when_the_decision_is_committed() {
    let with_begin = |seconds: i64| {
        let mut world = queue();
        serve_second(&mut world);
        write_after(&mut world, held(), seconds);
        world
    };
    with_begin(1).breaks(Rule::I7);
    assert_eq!(check(&with_begin(0).table()), []);
}
