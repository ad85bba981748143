//! The plain journey: placed, paid, sent, delivered.

use app::ports::{ProviderRequest, Store};
use domain::{
    inbound::{Fact, OrderReference, PaymentFact, ShipmentFact},
    location::LocationKind,
    order::{FulfillmentStatus, PaymentStatus, Status},
};

use crate::world::{Draft, World};

pub async fn an_order_goes_out_in_one_parcel<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    assert_eq!(world.status(order).await, Status::Pending);

    world.pays("1001");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Requested, 2, 0)]
    );
    assert_eq!(world.level("berlin", "TEE").await.available(), 8);
    let told = world.told();
    assert!(
        matches!(told.as_slice(), [sent] if matches!(sent.request, ProviderRequest::Fulfill { .. })),
        "{told:?}"
    );

    world.accepts("berlin", order).await;
    world.picks("berlin", order).await;
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Picking, 2, 0)]
    );

    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 8);
    assert_eq!(world.level("berlin", "TEE").await.reserved, 0);

    world.parcel("berlin", order, "BOX-1", ShipmentFact::InTransit);
    world.parcel("berlin", order, "BOX-1", ShipmentFact::OutForDelivery);
    world.delivers("berlin", order, "BOX-1");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    assert_eq!(world.times(order, "ShipmentDelivered").await, 1);
}

pub async fn an_order_goes_out_when_the_money_is_only_authorized<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 1)).await;
    world.authorizes("1001");
    world.settle().await;
    assert_eq!(
        world.order(order).await.state.payment.status(),
        PaymentStatus::Authorized
    );
    world.ships("berlin", order, "BOX-1").await;
    world.settle().await;
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.order(order).await.state.payment.status(),
        PaymentStatus::Captured
    );
}

pub async fn a_payment_that_is_heard_of_before_its_order_waits_for_it<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    let draft = Draft::new("1001").line("TEE", 1);
    let fact = PaymentFact::Captured {
        amount: 1999 + 380 + 490,
        currency: draft.request.currency,
    };
    world.payment("1001", fact);
    let order = world.place(draft).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
}

pub async fn the_checkout_session_names_the_order_of_a_payment<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    let order = world
        .place(Draft::new("1001").without_intent().line("TEE", 1))
        .await;
    // The provider knows the order by the shop's number only, and the capture knows neither.
    let session = OrderReference {
        order: Some("1001".to_owned()),
        intent: Some("pi_1001".to_owned()),
    };
    world.pays("1001");
    world.hears(
        None,
        Fact::Payment {
            order: session,
            fact: PaymentFact::Linked,
        },
    );
    world.settle().await;
    assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
    assert_eq!(world.times(order, "PaymentLinked").await, 1);
}

pub async fn a_location_without_a_webhook_is_worked_by_people<S: Store + Send>(
    world: &mut World<S>,
) {
    world
        .location("shop", LocationKind::Warehouse, |shop| {
            shop.webhook_url = None
        })
        .await;
    world.shelf("shop", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    assert_eq!(world.told(), []);
    world.ships("shop", order, "BOX-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

pub async fn an_order_that_costs_nothing_goes_out_at_once<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 10).await;
    let order = world
        .place(Draft::new("1001").line("TEE", 1).as_a_gift())
        .await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
    assert_eq!(world.told().len(), 1);
}
