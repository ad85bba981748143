//! Runs of reconciliation: repeated, continued, cut off, without a gateway.

use app::{
    ports::{Clock, ReconciliationStore},
    usecases::reconcile::{RECONCILED_DAYS, reconcile_day},
};
use domain::{
    ids::OrderId,
    reconciliation::{DifferenceKind, GatewayObject, ObjectKind},
};

use crate::{
    redelivery::Crash,
    story::story,
    world::{Consumer, Draft, World},
};

/// Orders whose webhooks are all lost: some are paid, one is refunded.
async fn deaf_day(world: &mut World) -> Vec<OrderId> {
    world.webhooks_are_lost();
    let mut orders = Vec::new();
    for number in 1001..1006 {
        let number = number.to_string();
        orders.push(world.place(Draft::new(&number).line("TEE", 1)).await);
        world.pays(&number);
    }
    world.refunds("1003", "re_3", 100);
    world.settle().await;
    orders
}

async fn all_is_known(world: &World, orders: &[OrderId]) {
    for order in orders {
        assert!(world.order(*order).await.state.payment.captured() > 0);
        assert_eq!(world.times(*order, "PaymentCaptured").await, 1);
    }
    assert_eq!(world.times(orders[2], "RefundUpdated").await, 1);
}

story!(a_run_that_is_cut_off_goes_on_where_it_stopped);
async fn a_run_that_is_cut_off_goes_on_where_it_stopped(world: &mut World) {
    let orders = deaf_day(world).await;
    let day = world.today();
    world.night_falls();
    world.gateway.inner.time_is(world.clock.now());
    let mut runs = 0;
    loop {
        let (store, gateway, own) = (&world.store, &world.gateway, &world.own);
        // No time is left after the first object.
        let stop_at = world.clock.now();
        let run = reconcile_day(store, gateway, own, &world.clock, day, stop_at);
        run.await.expect("reconciled");
        runs += 1;
        let is_over = world.result_of(day).await.run.is_none();
        let continued = world.own.inner.take();
        assert_eq!(continued.is_empty(), is_over, "a message goes on");
        world.settle().await;
        if is_over {
            break;
        }
    }
    assert!(runs > orders.len(), "an object at a time: {runs}");
    let counts = world.result_of(day).await.counts;
    assert_eq!((counts.payments, counts.refunds), (5, 1), "each once");
    all_is_known(world, &orders).await;
    assert_eq!(world.differences(day).await.len(), 6);
    assert!(world.result_of(day).await.open().next().is_none());
}

story!(a_function_that_dies_at_any_step_leaves_the_same_result);
async fn a_function_that_dies_at_any_step_leaves_the_same_result(world: &mut World) {
    let orders = deaf_day(world).await;
    let day = world.today();
    world.night_falls();
    let body = app::bus::message::reconcile(day);
    for step in 0..20 {
        for answer_lost in [false, true] {
            let crash = Some(Crash { step, answer_lost });
            world.deliver_once(Consumer::Payments, &body, crash).await;
        }
    }
    world.reconciles_day(day).await;
    all_is_known(world, &orders).await;
    let result = world.result_of(day).await;
    assert_eq!(result.run, None);
    assert_eq!(result.differences.len(), 6);
    let healed = |found: &domain::reconciliation::Difference| found.applied && !found.open;
    assert!(result.differences.iter().all(healed), "{result:?}");
}

story!(a_day_that_is_compared_again_gives_the_same);
async fn a_day_that_is_compared_again_gives_the_same(world: &mut World) {
    let orders = deaf_day(world).await;
    let lost = GatewayObject::new(ObjectKind::Payment, "pi_1006");
    let order = world.place(Draft::new("1006").line("TEE", 1)).await;
    let fact = domain::inbound::PaymentFact::Captured {
        amount: world.total("1006"),
        currency: "EUR".parse().expect("a currency"),
    };
    world.payment("1006", fact);
    world.polls();
    world.settle().await;
    world.gateway.inner.forgets(lost);
    let day = world.today();
    world.night_falls();
    world.reconciles().await;
    let first = world.differences(day).await;
    let open = (
        DifferenceKind::PaymentMissingAtGateway,
        "pi_1006".to_owned(),
        true,
        false,
    );
    assert!(first.contains(&open), "{first:?}");
    let changes = world.changes();
    let since = world.result_of(day).await.differences[0].since;
    for _ in 1..RECONCILED_DAYS {
        world.night_falls();
        world.reconciles().await;
        assert_eq!(world.differences(day).await, first);
    }
    assert_eq!(world.changes(), changes, "no order has changed");
    let result = world.result_of(day).await;
    assert_eq!(result.differences[0].since, since);
    let finished_at = result.finished_at;
    assert_eq!(result.stays_open(finished_at.expect("an end")), 1);
    all_is_known(world, &orders).await;
    assert!(world.order(order).await.is_paid());
    world.night_falls();
    world.reconciles().await;
    let result = world.result_of(day).await;
    assert_eq!(result.finished_at, finished_at, "it is too old by now");
}

story!(a_difference_that_is_set_right_is_closed);
async fn a_difference_that_is_set_right_is_closed(world: &mut World) {
    world.place(Draft::new("1001").line("TEE", 1)).await;
    world.pays("1001");
    world.settle().await;
    let total = world.total("1001");
    let gateway = &world.gateway.inner;
    gateway.holds("pi_1001", total, total - 1, false);
    let day = world.today();
    world.night_falls();
    world.reconciles().await;
    assert_eq!(world.result_of(day).await.open().count(), 1);
    world.gateway.inner.holds("pi_1001", total, total, false);
    world.night_falls();
    world.reconciles().await;
    let found = world.differences(day).await;
    let id = "pi_1001".to_owned();
    assert_eq!(found, [(DifferenceKind::CapturedDiffers, id, false, false)]);
}

story!(nothing_is_stored_where_no_gateway_is_connected);
async fn nothing_is_stored_where_no_gateway_is_connected(world: &mut World) {
    world.gateway.inner.is_not_connected();
    let day = world.today();
    world.night_falls();
    world.reconciles().await;
    assert_eq!(world.store.day_result(day).await.expect("a store"), None);
    assert_eq!(world.dead_letters(), []);
}

story!(a_gateway_that_is_down_is_compared_with_in_the_next_night);
async fn a_gateway_that_is_down_is_compared_with_in_the_next_night(world: &mut World) {
    let orders = deaf_day(world).await;
    let day = world.today();
    world.night_falls();
    world
        .gateway
        .inner
        .is_down_after(crate::gateway::Trouble::Lost);
    world.reconciles().await;
    assert_eq!(world.dead_letters(), []);
    world.gateway.inner.is_up();
    world.night_falls();
    world.reconciles().await;
    all_is_known(world, &orders).await;
    assert!(world.result_of(day).await.finished_at.is_some());
}

story!(a_day_that_is_not_over_is_not_compared);
async fn a_day_that_is_not_over_is_not_compared(world: &mut World) {
    let (store, gateway, own) = (&world.store, &world.gateway, &world.own);
    let day = world.today();
    let now = world.clock.now();
    let run = reconcile_day(store, gateway, own, &world.clock, day, now).await;
    assert_eq!(run.expect_err("a failure").code(), "malformed");
}
