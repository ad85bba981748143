//! Money that is captured for each shipment, from one authorization.

use domain::{
    ids::OrderId,
    order::{CapturePolicy, ExceptionKind, PaymentCommands, ShippingRefund},
};

use super::commanded_payments::books_agree;
use crate::{
    gateway::Trouble,
    story::story,
    world::{Draft, World},
};

const PER_SHIPMENT: PaymentCommands = PaymentCommands {
    capture: CapturePolicy::PerShipment,
    refund_order: domain::order::RefundOrder::First,
};

/// Three of one line, in stock in Berlin and authorized.
async fn three_are_authorized(world: &mut World, several_captures: bool) -> OrderId {
    let draft = Draft::new("1001").line("TEE", 3);
    are_authorized(world, draft, several_captures).await
}

async fn are_authorized(world: &mut World, draft: Draft, several_captures: bool) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 3).await;
    let order = world.place(draft.commanded(PER_SHIPMENT)).await;
    if several_captures {
        world.authorizes_for_several_captures("1001");
    } else {
        world.authorizes("1001");
    }
    world.settle().await;
    order
}

/// So many units leave in a shipment.
async fn leaves(world: &mut World, order: OrderId, shipment: &str, units: u32) {
    let lines = [("1", units)];
    world
        .ships_these("berlin", order, shipment, &lines, false)
        .await;
    world.settle().await;
}

fn captured(world: &World) -> i64 {
    world.gateway.inner.intent("pi_1001").captured
}

fn left(world: &World) -> i64 {
    world.gateway.inner.intent("pi_1001").capturable()
}

story!(each_shipment_captures_its_own_units_and_the_last_one_the_rest);
async fn each_shipment_captures_its_own_units_and_the_last_one_the_rest(world: &mut World) {
    let order = three_are_authorized(world, true).await;
    assert_eq!(captured(world), 0);
    let line = world.order(order).await.placed.lines[0].clone();
    leaves(world, order, "1", 1).await;
    assert_eq!(captured(world), line.cell(0).total(false));
    books_agree(world, order).await;
    leaves(world, order, "2", 1).await;
    let two = line.cell(0).total(false) + line.cell(1).total(false);
    assert_eq!(captured(world), two);
    leaves(world, order, "3", 1).await;
    assert_eq!(captured(world), world.total("1001"));
    assert_eq!(world.gateway.inner.intent("pi_1001").captures, 3);
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_payment_that_can_be_captured_once_is_captured_with_the_first_shipment);
async fn a_payment_that_can_be_captured_once_is_captured_with_the_first_shipment(
    world: &mut World,
) {
    let order = three_are_authorized(world, false).await;
    leaves(world, order, "1", 1).await;
    assert_eq!(captured(world), world.total("1001"));
    leaves(world, order, "2", 2).await;
    assert_eq!(world.gateway.inner.intent("pi_1001").captures, 1);
    books_agree(world, order).await;
}

story!(shipping_that_is_not_shared_is_captured_with_the_first_shipment);
async fn shipping_that_is_not_shared_is_captured_with_the_first_shipment(world: &mut World) {
    let draft = Draft::new("1001").line("TEE", 3);
    let draft = draft.shipping_goes_back(ShippingRefund::LastUnit);
    let order = are_authorized(world, draft, true).await;
    let line = world.order(order).await.placed.lines[0].clone();
    leaves(world, order, "1", 1).await;
    assert_eq!(captured(world), line.cell(0).goods(false) + line.shipping);
    leaves(world, order, "2", 2).await;
    assert_eq!(captured(world), world.total("1001"));
}

story!(what_is_cancelled_after_a_capture_is_not_captured_and_the_rest_is_released);
async fn what_is_cancelled_after_a_capture_is_not_captured_and_the_rest_is_released(
    world: &mut World,
) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 1).await;
    let draft = Draft::new("1001").line("TEE", 3).commanded(PER_SHIPMENT);
    let order = world.place(draft).await;
    world.authorizes_for_several_captures("1001");
    world.settle().await;
    leaves(world, order, "1", 1).await;
    let first = captured(world);
    world
        .cancels(order, &[("1", 1)])
        .await
        .expect("backordered");
    world.settle().await;
    assert_eq!((captured(world), left(world) > 0), (first, true));
    world
        .cancels(order, &[("1", 1)])
        .await
        .expect("backordered");
    world.settle().await;
    assert_eq!((captured(world), left(world)), (first, 0));
    let due = world.order(order).await.amount_due();
    assert_eq!(captured(world), due);
    assert_eq!(world.gateway.inner.refunded(), 0, "it was never captured");
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(an_order_that_is_cancelled_before_it_ships_is_voided);
async fn an_order_that_is_cancelled_before_it_ships_is_voided(world: &mut World) {
    let draft = Draft::new("1001").line("MUG", 2);
    let order = are_authorized(world, draft, true).await;
    world
        .cancels(order, &[("1", 2)])
        .await
        .expect("backordered");
    world.settle().await;
    assert!(world.gateway.inner.intent("pi_1001").cancelled);
    assert_eq!(captured(world), 0);
}

story!(a_capture_for_a_shipment_whose_answer_is_lost_happens_once);
async fn a_capture_for_a_shipment_whose_answer_is_lost_happens_once(world: &mut World) {
    let order = three_are_authorized(world, true).await;
    for (shipment, trouble) in [
        ("1", Trouble::AnswerLost),
        ("2", Trouble::StoredErrorAfterEffect),
        ("3", Trouble::StoredError),
    ] {
        world.gateway.inner.goes_wrong(&[trouble]);
        leaves(world, order, shipment, 1).await;
    }
    assert_eq!(captured(world), world.total("1001"));
    assert_eq!(world.gateway.inner.intent("pi_1001").captures, 3);
    books_agree(world, order).await;
}

story!(what_ships_while_a_capture_is_refused_is_captured_when_a_person_tries_again);
async fn what_ships_while_a_capture_is_refused_is_captured_when_a_person_tries_again(
    world: &mut World,
) {
    let order = three_are_authorized(world, true).await;
    world
        .gateway
        .inner
        .goes_wrong(&[Trouble::Refused("card_declined")]);
    leaves(world, order, "1", 1).await;
    leaves(world, order, "2", 1).await;
    assert_eq!(captured(world), 0);
    let refused = [ExceptionKind::PaymentCommandRefused];
    assert_eq!(world.exceptions(order).await, refused);
    world.tries_again(order, 1).await.expect("tried");
    world.settle().await;
    leaves(world, order, "3", 1).await;
    assert_eq!(captured(world), world.total("1001"));
    books_agree(world, order).await;
}
