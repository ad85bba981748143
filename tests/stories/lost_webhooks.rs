//! Webhooks of the payment gateway that never arrive: what they tell of is in the gateway's list of events.

use app::{
    ports::{Clock, EventsCursorStore},
    usecases::read_gateway_events::read_gateway_events,
};
use domain::{
    inbound::{Fact, Inbound, OrderReference, PaymentFact},
    order::{ExceptionKind, PaymentStatus, Status},
};
use jiff::SignedDuration;

use crate::{
    story::story,
    world::{Draft, World},
};

async fn polled(world: &mut World) {
    world.polls();
    world.settle().await;
}

story!(a_payment_whose_webhook_is_lost_is_found_in_the_list_of_events);
async fn a_payment_whose_webhook_is_lost_is_found_in_the_list_of_events(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.webhooks_are_lost();
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Pending);
    polled(world).await;
    let found = world.order(order).await;
    assert_eq!(found.state.payment.status(), PaymentStatus::Captured);
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
}

story!(what_a_webhook_and_the_list_tell_has_its_effect_once);
async fn what_a_webhook_and_the_list_tell_has_its_effect_once(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.pays("1001");
    world.refunds("1001", "re_by_hand", 500);
    world.settle().await;
    for _ in 0..3 {
        polled(world).await;
        world.minutes_pass(5);
    }
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
    assert_eq!(world.times(order, "RefundUpdated").await, 1);
}

story!(more_events_than_one_run_reads_are_read_by_the_next_ones);
async fn more_events_than_one_run_reads_are_read_by_the_next_ones(world: &mut World) {
    let mut orders = Vec::new();
    for number in 1001..1011 {
        let draft = Draft::new(&number.to_string()).line("TEE", 1);
        orders.push(world.place(draft).await);
    }
    world.webhooks_are_lost();
    for number in 1001..1006 {
        world.pays(&number.to_string());
    }
    // A run that begins nothing after its first page.
    let runs = async |world: &mut World| {
        let (store, gateway, inbound) = (&world.store, &world.gateway, &world.inbound);
        let clock = &world.clock;
        let run = read_gateway_events(store, gateway, inbound, clock, clock.now());
        run.await.expect("read");
        let cursor = world.store.events_cursor().await.expect("a store");
        world.minutes_pass(5);
        world.settle().await;
        cursor.expect("a position").walk.is_some()
    };
    assert!(runs(world).await, "three of five are read");
    for number in 1006..1011 {
        world.pays(&number.to_string());
    }
    assert!(!runs(world).await, "it goes on where it stopped");
    while runs(world).await {}
    for order in orders {
        assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
        assert_eq!(world.times(order, "PaymentCaptured").await, 1);
    }
}

story!(an_event_that_appears_late_in_the_list_is_read);
async fn an_event_that_appears_late_in_the_list_is_read(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.webhooks_are_lost();
    polled(world).await;
    let occurred_at = world.clock.now() - SignedDuration::from_mins(4);
    let amount = world.total("1001");
    let currency = "EUR".parse().expect("a currency");
    world.gateway.inner.records(Inbound {
        source: "stripe".to_owned(),
        id: "evt_late".to_owned(),
        location: None,
        occurred_at,
        received_at: world.clock.now(),
        fact: Fact::Payment {
            order: OrderReference {
                order: None,
                intent: Some("pi_1001".to_owned()),
            },
            fact: PaymentFact::Captured { amount, currency },
        },
    });
    world.minutes_pass(5);
    polled(world).await;
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
}

story!(a_gateway_that_cannot_be_reached_is_read_later_and_nothing_is_left_out);
async fn a_gateway_that_cannot_be_reached_is_read_later_and_nothing_is_left_out(world: &mut World) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.webhooks_are_lost();
    world.pays("1001");
    world
        .gateway
        .inner
        .is_down_after(crate::gateway::Trouble::Lost);
    world.polls();
    world.settle_except_early_messages().await;
    world.messages_are_lost().await;
    assert_eq!(world.status(order).await, Status::Pending);
    world.minutes_pass(5 * 60);
    world.gateway.inner.is_up();
    polled(world).await;
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
}

story!(nothing_is_read_where_no_gateway_is_connected);
async fn nothing_is_read_where_no_gateway_is_connected(world: &mut World) {
    world.gateway.inner.is_not_connected();
    polled(world).await;
    assert_eq!(world.dead_letters(), []);
    let cursor = world.store.events_cursor().await.expect("a store");
    assert_eq!(cursor, None);
}

/// Five minutes pass, and what the schedule starts is done.
async fn schedule_runs(world: &mut World) {
    world.minutes_pass(5);
    world.polls();
    world.sweeps();
    world.settle().await;
}

story!(every_webhook_of_a_day_is_lost_and_what_was_paid_is_paid_within_a_quarter_of_an_hour);
async fn every_webhook_of_a_day_is_lost_and_what_was_paid_is_paid_within_a_quarter_of_an_hour(
    world: &mut World,
) {
    world.webhooks_are_lost();
    let mut orders = Vec::new();
    for hour in 0..24 {
        let number = (1001 + hour).to_string();
        let order = world.place(Draft::new(&number).line("TEE", 1)).await;
        world.pays(&number);
        for _ in 0..3 {
            schedule_runs(world).await;
        }
        assert!(world.order(order).await.is_paid(), "of hour {hour}");
        match hour % 3 {
            0 => world.refunds(&number, &format!("re_{number}"), 100),
            1 => world.payment(
                &number,
                PaymentFact::DisputeOpened {
                    id: format!("dp_{number}"),
                },
            ),
            _ => {}
        }
        orders.push((hour, order));
        world.minutes_pass(40);
        schedule_runs(world).await;
    }
    for (hour, order) in orders {
        let found = world.order(order).await;
        let expected = match hour % 3 {
            0 => PaymentStatus::PartiallyRefunded,
            1 => PaymentStatus::Disputed,
            _ => PaymentStatus::Captured,
        };
        assert_eq!(found.state.payment.status(), expected, "of hour {hour}");
        let exceptions = world.exceptions(order).await;
        let is_shown = exceptions.contains(&ExceptionKind::RefundNotRequested);
        assert_eq!(is_shown, hour % 3 == 0, "{exceptions:?}");
    }
}
