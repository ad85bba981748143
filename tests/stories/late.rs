//! Webhooks come late, twice, and in the wrong order.

use app::ports::Store;
use domain::{
    facts::{FulfillmentFact, ParcelFact, PaymentFact},
    order::{FulfillmentStatus, Status},
};

use crate::world::{Draft, World};

async fn berlin_was_told<S: Store + Send>(world: &mut World<S>) -> domain::ids::OrderId {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    world.place_and_pay(Draft::new("1001").line("TEE", 2)).await
}

pub async fn a_refund_is_heard_of_before_its_capture<S: Store + Send>(world: &mut World<S>) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.refunds("1001", "re_1", 490);
    world.pays("1001");
    world.settle().await;
    let payment = world.order(order).await.state.payment;
    assert_eq!((payment.captured(), payment.refunded()), (world.total("1001"), 490));
    assert_eq!(world.times(order, "RefundUpdated").await, 1);
}

pub async fn a_parcel_arrives_before_it_has_left<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world.delivers("berlin", order, "BOX-1");
    world.parcel("berlin", order, "BOX-1", ParcelFact::InTransit);
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    assert_eq!(world.times(order, "ShipmentDelivered").await, 1);
}

pub async fn a_review_is_closed_before_it_was_opened<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    let closed =
        PaymentFact::ReviewClosed { id: "prv_1".to_owned(), approved: true, reason: "approved".to_owned() };
    world.payment("1001", closed);
    world.payment("1001", PaymentFact::ReviewOpened { id: "prv_1".to_owned() });
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.order(order).await.state.holds, []);
    assert_eq!(world.assigned(order).await, 2);
}

pub async fn everything_is_told_twice_under_other_names<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    world.pays("1001");
    for _ in 0..2 {
        world.accepts("berlin", order).await;
        world.ships("berlin", order, "BOX-1").await;
        world.delivers("berlin", order, "BOX-1");
    }
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    for name in ["PaymentCaptured", "ShipmentShipped", "ShipmentDelivered"] {
        assert_eq!(world.times(order, name).await, 1, "{name}");
    }
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 8);
}

pub async fn progress_comes_in_the_wrong_order<S: Store + Send>(world: &mut World<S>) {
    let order = berlin_was_told(world).await;
    let berlin = world.work_at("berlin", order).await;
    world.says("berlin", order, berlin, FulfillmentFact::Packed);
    world.says("berlin", order, berlin, FulfillmentFact::Accepted);
    world.says("berlin", order, berlin, FulfillmentFact::Picking);
    world.settle().await;
    assert_eq!(world.work(order).await, [("berlin".to_owned(), FulfillmentStatus::Packed, 2, 0)]);
}
