//! Requests that never left: their units are cancelled without asking the location, and sent when it can be reached.

use std::{future::poll_fn, task::Poll};

use app::{
    ports::ProviderRequest,
    usecases::{breaker::GuardedProvider, dispatch::dispatch},
};
use domain::{
    ids::OrderId,
    order::{Cause, FulfillmentStatus, Status},
};
use futures_util::future::join;

use crate::{
    redelivery::Delivery,
    story::story,
    world::{Consumer, Draft, World},
};

fn berlin() -> domain::ids::LocationId {
    "berlin".parse().expect("a location")
}

async fn sweeps(world: &mut World, times: u32) {
    for _ in 0..times {
        world.minutes_pass(10);
        world.sweeps();
        world.settle().await;
    }
}

async fn status(world: &World, order: OrderId) -> FulfillmentStatus {
    world.work(order).await[0].1
}

/// Others do some steps first.
async fn steps_pass(steps: u32) {
    for _ in 0..steps {
        let mut has_waited = false;
        poll_fn(|context| {
            if std::mem::replace(&mut has_waited, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

/// Whether every process so far has lived: when one dies between recording a request and sending it, nobody knows whether
/// it has arrived.
fn nobody_died(world: &World) -> bool {
    matches!(world.delivery, Delivery::InOrderOnce)
}

/// Berlin was asked to cancel nothing that it had not been asked to ship.
fn was_asked_in_order(world: &World) {
    let first = world.requests().into_iter().next();
    let first = first.map(|sent| sent.request);
    assert!(
        matches!(first, None | Some(ProviderRequest::Fulfill { .. })),
        "{first:?}"
    );
}

story!(units_whose_request_never_left_are_cancelled_without_asking_anybody);
async fn units_whose_request_never_left_are_cancelled_without_asking_anybody(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.provider.inner.set_unreachable(berlin());
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    let lived = nobody_died(world);
    if lived {
        assert_eq!(status(world, order).await, FulfillmentStatus::Planned);
    }
    world.cancels(order, &[]).await.expect("a cancellation");
    if lived {
        assert_eq!(world.status(order).await, Status::Cancelled);
    }
    world.settle().await;
    world.provider.inner.set_all_reachable();
    sweeps(world, 4).await;
    was_asked_in_order(world);
    if lived {
        assert_eq!(world.requests(), []);
        let again = world.place_and_pay(Draft::new("1002").line("TEE", 2)).await;
        assert_eq!(world.work(again).await.len(), 1, "the stock is free again");
    }
}

story!(a_location_that_is_down_is_asked_for_nothing_until_it_can_be_reached);
async fn a_location_that_is_down_is_asked_for_nothing_until_it_can_be_reached(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 9).await;
    world.provider.inner.set_unreachable(berlin());
    world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    let order = world.place_and_pay(Draft::new("1002").line("TEE", 1)).await;
    let lived = nobody_died(world);
    if lived {
        let times = world.times(order, "FulfillmentRequested").await;
        assert_eq!(times, 0, "it is known to be down");
    }
    sweeps(world, 30).await;
    if lived {
        let times = world.times(order, "FulfillmentRequested").await;
        assert_eq!(times, 0, "probes that do not connect cost no commit");
        assert_eq!(
            world.exceptions(order).await.len(),
            1,
            "a person is shown it"
        );
    }
    world.provider.inner.set_all_reachable();
    sweeps(world, 4).await;
    assert_eq!(status(world, order).await, FulfillmentStatus::Requested);
    let sent = world.requests();
    assert_eq!(sent.len(), 2, "one for each order: {sent:?}");
    world.accepts("berlin", order).await;
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_request_that_may_have_arrived_is_not_taken_back);
async fn a_request_that_may_have_arrived_is_not_taken_back(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    world.provider.inner.set_hanging(berlin());
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    assert_eq!(status(world, order).await, FulfillmentStatus::Requested);
    world.provider.inner.set_all_reachable();
    world.provider.inner.set_unreachable(berlin());
    sweeps(world, 3).await;
    assert_eq!(
        status(world, order).await,
        FulfillmentStatus::Requested,
        "the first attempt may have arrived, whatever becomes of the others"
    );
}

story!(of_two_attempts_at_once_the_one_that_fails_takes_nothing_back);
async fn of_two_attempts_at_once_the_one_that_fails_takes_nothing_back(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 40).await;
    for number in 0..16 {
        world.pause(Consumer::Dispatch);
        let draft = Draft::new(&format!("{}", 1000 + number)).line("TEE", 1);
        let order = world.place_and_pay(draft).await;
        world.provider.inner.refuse_next(1);
        let (one, two) = (
            GuardedProvider::new(&world.provider),
            GuardedProvider::new(&world.provider),
        );
        let (store, clock) = (&world.store, &world.clock);
        let cause = |name: &str| Cause::new("bus", format!("{name}-{number}"));
        let (first, second) = (cause("first"), cause("second"));
        let _ = join(dispatch(store, &one, clock, order, &first), async {
            steps_pass(number).await;
            dispatch(store, &two, clock, order, &second).await
        })
        .await;
        let is_about = |request: &ProviderRequest| match request {
            ProviderRequest::Fulfill { order: sent, .. }
            | ProviderRequest::Cancel { order: sent, .. } => sent.placed.id == order,
        };
        let arrived = world.requests().iter().any(|sent| is_about(&sent.request));
        if arrived {
            assert_eq!(status(world, order).await, FulfillmentStatus::Requested);
        }
        world.resume_all();
        world.settle().await;
        assert_eq!(status(world, order).await, FulfillmentStatus::Requested);
    }
}
