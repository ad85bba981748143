//! Random operations on random orders, chosen by a seed. No result is expected; a story checks the rules at its
//! end.

use app::{failure::Failure, ports::Clock};
use domain::{
    ids::OrderId,
    inbound::{Fact, FactLine, FulfillmentFact, PaymentFact, ShipmentFact},
    order::RejectionCode,
    order::{FulfillmentOrder, Status},
    stock::StockMovement,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    random::SeededRng,
    world::{Draft, World},
};

const SKUS: [&str; 3] = ["TEE", "MUG", "LAMP"];
const LOCATIONS: [&str; 3] = ["berlin", "hamburg", "acme"];
const OPERATIONS: usize = 60;

/// Orders by their numbers, and what was shipped.
#[derive(Default)]
struct Run {
    orders: Vec<(String, OrderId)>,
    shipments: Vec<(String, OrderId, String)>,
}

/// Sixty operations; about every second time all messages are delivered before the next.
pub async fn random_operations(world: &mut World, seed: u64) {
    let mut rng = SeededRng::new(seed);
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.supplier("acme").await;
    for location in LOCATIONS {
        for sku in SKUS {
            world.has_stock(location, sku, units(&mut rng, 4)).await;
        }
    }
    let mut run = Run::default();
    for _ in 0..OPERATIONS {
        match rng.below(10) {
            0 | 1 => places(world, &mut rng, &mut run).await,
            2 => money_moves(world, &mut rng, &run).await,
            3 => stock_moves(world, &mut rng).await,
            4..=7 => a_location_reports(world, &mut rng, &mut run).await,
            8 => an_agent_acts(world, &mut rng, &run).await,
            _ => a_shipment_moves(world, &mut rng, &run),
        }
        if rng.once_in(2) {
            world.settle().await;
        }
    }
    world.settle().await;
    // A parcel that is told of after a count may free stock; the sweep finds who waits for it.
    world.sweeps();
    world.settle().await;
}

fn units(rng: &mut SeededRng, below: usize) -> u32 {
    u32::try_from(rng.below(below)).expect("a small number")
}

async fn places(world: &mut World, rng: &mut SeededRng, run: &mut Run) {
    let number = (1000 + run.orders.len()).to_string();
    let mut draft = Draft::new(&number);
    for _ in 0..=rng.below(3) {
        draft = draft.line(SKUS[rng.below(3)], units(rng, 4) + 1);
    }
    if run.orders.len().is_multiple_of(3) {
        draft = draft.taxed();
    }
    if rng.once_in(5) {
        draft = draft.ships_complete();
    }
    if rng.once_in(5) {
        draft = draft.with_priority();
    }
    let id = world.place(draft).await;
    if !rng.once_in(4) {
        world.pays(&number);
    }
    run.orders.push((number, id));
}

async fn money_moves(world: &mut World, rng: &mut SeededRng, run: &Run) {
    if run.orders.is_empty() {
        return;
    }
    let (number, id) = &run.orders[rng.below(run.orders.len())];
    let review = format!("prv_{number}");
    match rng.below(12) {
        9 => {
            let half = world.total(number) / 2;
            world.captures(number, half);
        }
        10 => {
            let total = world.total(number);
            world.second_payment(number, total);
        }
        // More than was captured never goes back, of any payment.
        11 if has_captured(&world.order(*id).await, &format!("pi_{number}")) => {
            world.refunds(number, &format!("re_{number}"), 500);
        }
        0 => world.authorizes(number),
        1 | 2 => world.pays(number),
        3 => world.payment_fails(number),
        4 => world.payment(number, PaymentFact::Cancelled),
        5 => world.payment(number, PaymentFact::ReviewOpened { id: review }),
        6 => {
            let reason = "approved".to_owned();
            world.payment(
                number,
                PaymentFact::ReviewClosed {
                    id: review,
                    approved: true,
                    reason,
                },
            );
        }
        7 => world.payment(
            number,
            PaymentFact::DisputeOpened {
                id: format!("dp_{number}"),
            },
        ),
        _ => world.payment(
            number,
            PaymentFact::DisputeClosed {
                id: format!("dp_{number}"),
                won: true,
            },
        ),
    }
}

async fn stock_moves(world: &mut World, rng: &mut SeededRng) {
    let (location, sku) = (LOCATIONS[rng.below(3)], SKUS[rng.below(3)]);
    match rng.below(5) {
        0 | 1 => {
            let quantity = units(rng, 5);
            let received = StockMovement::Received { quantity };
            world.stock_at(location, sku, received, some_time_ago(world, rng));
        }
        2 => {
            let counted = some_time_ago(world, rng);
            world.counted(location, sku, units(rng, 8), counted);
        }
        3 => world.stock(
            location,
            sku,
            StockMovement::SafetyStock {
                units: units(rng, 3),
            },
        ),
        _ => {
            world
                .adjusts(location, sku, i64::from(units(rng, 4)) - 1)
                .await
        }
    }
}

async fn a_location_reports(world: &mut World, rng: &mut SeededRng, run: &mut Run) {
    let Some((order, work)) = some_work(world, rng, run).await else {
        return;
    };
    let location = work.location.to_string();
    let shipment = format!("SHIPMENT-{}", run.shipments.len());
    let fact = match rng.below(10) {
        0 | 1 => FulfillmentFact::Accepted,
        2 => FulfillmentFact::Picking,
        3 => FulfillmentFact::Packed,
        4 => FulfillmentFact::Rejected {
            reason: "cannot_ship".to_owned(),
        },
        5 => FulfillmentFact::Rejected {
            reason: "out_of_stock".to_owned(),
        },
        6 => FulfillmentFact::Cancelled {
            lines: some_lines(rng, &work),
        },
        7 => FulfillmentFact::CancelRefused {
            reason: "packed".to_owned(),
        },
        _ => {
            run.shipments
                .push((location.clone(), order, shipment.clone()));
            FulfillmentFact::Shipped {
                reference: shipment,
                carrier: None,
                tracking: None,
                lines: some_lines(rng, &work),
                last: rng.once_in(2),
                totals: None,
            }
        }
    };
    let fact = Fact::Fulfillment {
        order,
        fulfillment_order: work.id,
        fact,
    };
    let happened_at = some_time_ago(world, rng);
    world.receives_webhook_about(Some(&location), fact, happened_at);
}

/// Every second webhook is about something from the last hour, the others about now.
fn some_time_ago(world: &World, rng: &mut SeededRng) -> Timestamp {
    let ago = if rng.once_in(2) { rng.below(60) } else { 0 };
    let ago = SignedDuration::from_mins(i64::try_from(ago).unwrap_or_default());
    world.clock.now() - ago
}

async fn some_work(
    world: &World,
    rng: &mut SeededRng,
    run: &Run,
) -> Option<(OrderId, FulfillmentOrder)> {
    let mut all = Vec::new();
    for (_, id) in &run.orders {
        let order = world.order(*id).await;
        all.extend(
            order
                .state
                .fulfillment_orders
                .into_iter()
                .map(|work| (*id, work)),
        );
    }
    let chosen = rng.below(all.len());
    all.into_iter().nth(chosen)
}

/// No lines (which means all of them), or a few units, perhaps more than there are.
fn some_lines(rng: &mut SeededRng, work: &FulfillmentOrder) -> Vec<FactLine> {
    if rng.once_in(2) {
        return Vec::new();
    }
    work.lines
        .iter()
        .map(|l| FactLine {
            line: l.line.clone(),
            quantity: units(rng, 4),
        })
        .collect()
}

async fn an_agent_acts(world: &mut World, rng: &mut SeededRng, run: &Run) {
    if run.orders.is_empty() {
        return;
    }
    let (_, id) = run.orders[rng.below(run.orders.len())];
    let order = world.order(id).await;
    let over = matches!(
        order.state.status,
        Status::Fulfilled | Status::Delivered | Status::Cancelled | Status::Refunded
    );
    match rng.below(6) {
        0 if !over => world.holds(id, "call-back").await,
        1 if order
            .state
            .holds
            .iter()
            .any(|hold| hold.handle == "call-back") =>
        {
            world.releases(id, "call-back").await;
        }
        2 => {
            world.minutes_pass(10);
            world.sweeps();
        }
        3 => assert_valid_outcome(world.cancels(id, &[]).await.map(|_| ())),
        _ => assert_valid_outcome(
            world
                .cancels(id, &[("1", units(rng, 3) + 1)])
                .await
                .map(|_| ()),
        ),
    }
}

fn assert_valid_outcome(outcome: Result<(), Failure>) {
    let refused = match &outcome {
        Ok(()) => true,
        Err(failure) => failure.code() == RejectionCode::BadQuantity.as_str(),
    };
    assert!(refused, "{outcome:?}");
}

fn a_shipment_moves(world: &mut World, rng: &mut SeededRng, run: &Run) {
    if run.shipments.is_empty() {
        return;
    }
    let (location, order, shipment) = &run.shipments[rng.below(run.shipments.len())];
    let fact = match rng.below(5) {
        0 => ShipmentFact::InTransit,
        1 => ShipmentFact::OutForDelivery,
        2 => ShipmentFact::Exception { reason: None },
        3 => ShipmentFact::ReturnedToSender,
        _ => ShipmentFact::Delivered,
    };
    world.shipment(location, *order, shipment, fact);
}

fn has_captured(order: &domain::order::Order, intent: &str) -> bool {
    let payment = order.state.payment.intent(intent);
    payment.is_some_and(|payment| payment.captured > 0)
}
