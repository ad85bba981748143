//! Cancelling more units than fit one transaction.

use app::usecases::cancel::CancelResult;
use domain::{
    ids::OrderId,
    inbound::{Fact, FulfillmentFact, PaymentFact, StockFact},
    order::{Event, LineCancellation, Order, Status},
    stock::StockMovement,
};

use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

/// With a part at each location, more stock levels than a transaction has items left for.
const LINES: usize = 32;
const UNITS: u32 = 96;

const LOCATIONS: [&str; 3] = ["berlin", "hamburg", "munich"];

fn skus() -> impl Iterator<Item = String> {
    (1..=LINES).map(|line| format!("SKU-{line}"))
}

/// An order of many lines. Each location has one unit of each of them, and so a part of each
/// line. No request is sent yet.
async fn planned_at_three_locations(world: &mut World) -> OrderId {
    for location in LOCATIONS {
        world.warehouse(location).await;
        let counted = |sku: String| StockFact {
            sku: sku.parse().expect("a SKU"),
            movement: StockMovement::counted(1),
        };
        let facts = Fact::Stock(skus().map(counted).collect());
        world.receives_webhook(Some(location), facts);
    }
    world.settle().await;
    world.pause(Consumer::Dispatch);
    let draft = skus().fold(Draft::new("1001"), |draft, sku| draft.line(&sku, 3));
    let order = world.place(draft).await;
    world.authorizes("1001");
    world.settle().await;
    // The first decision leaves out what does not fit its transaction.
    world.sweeps();
    world.settle().await;
    assert_eq!(world.assigned(order).await, UNITS);
    order
}

/// The units that nobody can have: none must be left when the order is cancelled.
async fn reserved(world: &World) -> i64 {
    let mut reserved = 0;
    for location in LOCATIONS {
        for sku in skus() {
            reserved += world.level(location, &sku).await.reserved;
        }
    }
    reserved
}

fn cancelled(order: &Order) -> u32 {
    order.state.lines.iter().map(|line| line.cancelled).sum()
}

story!(a_part_of_a_large_order_is_cancelled_in_several_transactions);
async fn a_part_of_a_large_order_is_cancelled_in_several_transactions(world: &mut World) {
    let order = planned_at_three_locations(world).await;
    // One unit of the first line stays, all units of the second, and one of the last.
    let ids: Vec<String> = (1..=LINES).map(|line| line.to_string()).collect();
    let units = |index: usize| {
        if index == 0 || index == LINES - 1 {
            2
        } else {
            3
        }
    };
    let lines: Vec<(&str, u32)> = ids
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != 1)
        .map(|(index, id)| (id.as_str(), units(index)))
        .collect();
    let answer = world
        .cancels(order, &lines)
        .await
        .expect("nothing was sent");
    assert_eq!(cancelled(&answer.order), UNITS - 5);
    let of_line = |(line, (_, units)): (&LineCancellation, &(&str, u32))| {
        line.cancelled == *units && line.refused.is_empty()
    };
    assert!(answer.lines.iter().zip(&lines).all(of_line));
    assert!(world.times(order, "UnitsCancelled").await >= 2);
    assert_eq!(reserved(world).await, 5);
    world.resume_all();
    world.settle().await;
    assert_eq!(world.assigned(order).await, 5);
}

story!(a_large_cancellation_continues_where_a_process_died);
async fn a_large_cancellation_continues_where_a_process_died(world: &mut World) {
    let order = planned_at_three_locations(world).await;
    world.pays("1001");
    world.settle().await;
    let (answer, after_deaths) = world.cancels_and_dies_at_every_step(order).await;
    assert!(
        after_deaths.iter().any(|units| (1..UNITS).contains(units)),
        "a death between two parts: {after_deaths:?}"
    );
    assert_eq!(cancelled(&answer.order), UNITS);
    assert!(answer.lines.iter().all(|line| line.cancelled == 3));
    assert_eq!(answer.refund_owed, world.total("1001"));
    assert_eq!(reserved(world).await, 0);
    let events = world.events(order).await;
    let parts = events.iter().flat_map(|event| {
        if let Event::UnitsCancelled { units, .. } = event {
            units.as_slice()
        } else {
            &[]
        }
    });
    let units: u32 = parts.map(|part| part.units).sum();
    assert_eq!(units, UNITS, "each unit once");
}

story!(units_that_leave_between_two_parts_are_refused);
async fn units_that_leave_between_two_parts_are_refused(world: &mut World) {
    let order = planned_at_three_locations(world).await;
    let key = world.key_of_a_cancellation();
    world.dies_after_the_first_part(order, &key).await;
    let before = cancelled(&world.order(order).await);
    assert!((1..UNITS).contains(&before), "{before}");
    // The rest is requested, and a location ships what it has of it.
    world.resume_all();
    world.settle().await;
    let work = world.order(order).await.state.fulfillment_orders;
    let open = work.iter().rfind(|f| f.status.is_open()).expect("work");
    let left = FulfillmentFact::Shipped {
        reference: "SHIPMENT-1".to_owned(),
        carrier: None,
        tracking: None,
        lines: Vec::new(),
        last: true,
        totals: None,
    };
    world.reports(open.location.as_str(), order, open.id, left);
    world.settle().await;
    let shipped: u32 = world
        .order(order)
        .await
        .state
        .lines
        .iter()
        .map(|line| line.shipped)
        .sum();
    assert!(shipped > 0);
    let answer = world.asks_to_cancel(order, &key).await.expect("it goes on");
    assert_eq!(answer.result, CancelResult::Applied);
    let sum =
        |count: &dyn Fn(&LineCancellation) -> u32| -> u32 { answer.lines.iter().map(count).sum() };
    let refused = sum(&|line| line.refused.iter().map(|refused| refused.units).sum());
    let requested = sum(&|line| line.requested.iter().map(|requested| requested.units).sum());
    assert_eq!(sum(&|line| line.cancelled), before);
    assert_eq!(refused, shipped);
    assert_eq!(before + requested + refused, UNITS);
}

story!(an_unpaid_order_in_many_places_is_cancelled_by_one_message);
async fn an_unpaid_order_in_many_places_is_cancelled_by_one_message(world: &mut World) {
    let order = planned_at_three_locations(world).await;
    world.payment("1001", PaymentFact::Cancelled);
    world.settle().await;
    assert!(world.times(order, "UnitsCancelled").await >= 2);
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(reserved(world).await, 0);
}
