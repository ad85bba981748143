//! A day on which anything may happen to anyone, in an order chosen by the dice. What it comes to nobody knows
//! beforehand; that the rules hold at the end of it, the world sees to.

use app::{failure::Failure, ports::Store};
use domain::{
    ids::OrderId,
    inbound::{FactLine, FulfillmentFact, PaymentFact, ShipmentFact, StockMovement},
    order::RejectionCode,
    order::{FulfillmentOrder, Status},
};

use crate::{
    dice::Dice,
    world::{Draft, World},
};

const SKUS: [&str; 3] = ["TEE", "MUG", "LAMP"];
const LOCATIONS: [&str; 3] = ["berlin", "hamburg", "acme"];
const HAPPENINGS: usize = 60;

/// Orders by number, and the parcels that left.
#[derive(Default)]
struct Day {
    orders: Vec<(String, OrderId)>,
    parcels: Vec<(String, OrderId, String)>,
}

/// Sixty things happen, in between all settles now and then.
pub async fn whatever_happens_the_rules_hold<S: Store + Send>(world: &mut World<S>, seed: u64) {
    let mut dice = Dice::new(seed);
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.supplier("acme").await;
    for location in LOCATIONS {
        for sku in SKUS {
            world.shelf(location, sku, units(&mut dice, 4)).await;
        }
    }
    let mut day = Day::default();
    for _ in 0..HAPPENINGS {
        match dice.below(10) {
            0 | 1 => places(world, &mut dice, &mut day).await,
            2 => money_moves(world, &mut dice, &day),
            3 => stock_moves(world, &mut dice).await,
            4..=7 => a_location_speaks(world, &mut dice, &mut day).await,
            8 => an_agent_acts(world, &mut dice, &day).await,
            _ => a_parcel_moves(world, &mut dice, &day),
        }
        if dice.once_in(2) {
            world.settle().await;
        }
    }
    world.settle().await;
}

fn units(dice: &mut Dice, below: usize) -> u32 {
    u32::try_from(dice.below(below)).expect("a small number")
}

async fn places<S: Store + Send>(world: &mut World<S>, dice: &mut Dice, day: &mut Day) {
    let number = (1000 + day.orders.len()).to_string();
    let mut draft = Draft::new(&number);
    for _ in 0..=dice.below(3) {
        draft = draft.line(SKUS[dice.below(3)], units(dice, 4) + 1);
    }
    if dice.once_in(5) {
        draft = draft.ships_complete();
    }
    if dice.once_in(5) {
        draft = draft.first_in_line();
    }
    let id = world.place(draft).await;
    if !dice.once_in(4) {
        world.pays(&number);
    }
    day.orders.push((number, id));
}

fn money_moves<S: Store + Send>(world: &mut World<S>, dice: &mut Dice, day: &Day) {
    if day.orders.is_empty() {
        return;
    }
    let (number, _) = &day.orders[dice.below(day.orders.len())];
    let review = format!("prv_{number}");
    match dice.below(9) {
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

async fn stock_moves<S: Store + Send>(world: &mut World<S>, dice: &mut Dice) {
    let (location, sku) = (LOCATIONS[dice.below(3)], SKUS[dice.below(3)]);
    match dice.below(5) {
        0 | 1 => world.receives(location, sku, units(dice, 5)),
        2 => world.stock(
            location,
            sku,
            StockMovement::Counted {
                on_hand: units(dice, 8),
            },
        ),
        3 => world.stock(
            location,
            sku,
            StockMovement::SafetyStock {
                units: units(dice, 3),
            },
        ),
        _ => {
            world
                .corrects(location, sku, i64::from(units(dice, 4)) - 1)
                .await
        }
    }
}

async fn a_location_speaks<S: Store + Send>(world: &mut World<S>, dice: &mut Dice, day: &mut Day) {
    let Some((order, work)) = some_work(world, dice, day).await else {
        return;
    };
    let location = work.location.to_string();
    let parcel = format!("BOX-{}", day.parcels.len());
    let fact = match dice.below(10) {
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
            lines: some_lines(dice, &work),
        },
        7 => FulfillmentFact::CancelRefused {
            reason: "packed".to_owned(),
        },
        _ => {
            day.parcels.push((location.clone(), order, parcel.clone()));
            FulfillmentFact::Shipped {
                reference: parcel,
                carrier: None,
                tracking: None,
                lines: some_lines(dice, &work),
                last: dice.once_in(2),
            }
        }
    };
    world.says(&location, order, work.id, fact);
}

async fn some_work<S: Store + Send>(
    world: &World<S>,
    dice: &mut Dice,
    day: &Day,
) -> Option<(OrderId, FulfillmentOrder)> {
    let mut all = Vec::new();
    for (_, id) in &day.orders {
        let order = world.order(*id).await;
        all.extend(
            order
                .state
                .fulfillment_orders
                .into_iter()
                .map(|work| (*id, work)),
        );
    }
    let chosen = dice.below(all.len());
    all.into_iter().nth(chosen)
}

/// Nothing (which means everything), or a few units, perhaps more than there are.
fn some_lines(dice: &mut Dice, work: &FulfillmentOrder) -> Vec<FactLine> {
    if dice.once_in(2) {
        return Vec::new();
    }
    work.lines
        .iter()
        .map(|l| FactLine {
            line: l.line.clone(),
            quantity: units(dice, 4),
        })
        .collect()
}

async fn an_agent_acts<S: Store + Send>(world: &mut World<S>, dice: &mut Dice, day: &Day) {
    if day.orders.is_empty() {
        return;
    }
    let (_, id) = day.orders[dice.below(day.orders.len())];
    let order = world.order(id).await;
    let over = matches!(
        order.state.status,
        Status::Fulfilled | Status::Delivered | Status::Cancelled | Status::Refunded
    );
    match dice.below(6) {
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
        3 => may_be_refused(world.cancels(id, &[]).await.map(|_| ())),
        _ => may_be_refused(
            world
                .cancels(id, &[("1", units(dice, 3) + 1)])
                .await
                .map(|_| ()),
        ),
    }
}

fn may_be_refused(outcome: Result<(), Failure>) {
    let refused = match &outcome {
        Ok(()) => true,
        Err(failure) => failure.code() == RejectionCode::BadQuantity.as_str(),
    };
    assert!(refused, "{outcome:?}");
}

fn a_parcel_moves<S: Store + Send>(world: &mut World<S>, dice: &mut Dice, day: &Day) {
    if day.parcels.is_empty() {
        return;
    }
    let (location, order, parcel) = &day.parcels[dice.below(day.parcels.len())];
    let fact = match dice.below(5) {
        0 => ShipmentFact::InTransit,
        1 => ShipmentFact::OutForDelivery,
        2 => ShipmentFact::Exception { reason: None },
        3 => ShipmentFact::ReturnedToSender,
        _ => ShipmentFact::Delivered,
    };
    world.parcel(location, *order, parcel, fact);
}
