//! An order without complications: placed, paid, shipped, delivered.

use app::ports::ProviderRequest;
use domain::{
    inbound::{Fact, OrderReference, PaymentFact, ShipmentFact},
    location::LocationKind,
    order::{FulfillmentStatus, PaymentStatus, Status},
};

use crate::{
    story::story,
    world::{Draft, World},
};

story!(an_order_is_shipped_in_one_shipment);
async fn an_order_is_shipped_in_one_shipment(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
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
    let sent = world.requests();
    assert!(
        matches!(sent.as_slice(), [sent] if matches!(sent.request, ProviderRequest::Fulfill { .. })),
        "{sent:?}"
    );

    world.accepts("berlin", order).await;
    world.picks("berlin", order).await;
    world.settle().await;
    assert_eq!(
        world.work(order).await,
        [("berlin".to_owned(), FulfillmentStatus::Picking, 2, 0)]
    );

    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 8);
    assert_eq!(world.level("berlin", "TEE").await.reserved, 0);

    world.shipment("berlin", order, "SHIPMENT-1", ShipmentFact::InTransit);
    world.shipment("berlin", order, "SHIPMENT-1", ShipmentFact::OutForDelivery);
    world.delivers("berlin", order, "SHIPMENT-1");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    assert_eq!(world.times(order, "ShipmentDelivered").await, 1);
}

story!(an_order_is_shipped_when_its_payment_is_only_authorized);
async fn an_order_is_shipped_when_its_payment_is_only_authorized(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place(Draft::new("1001").line("TEE", 1)).await;
    world.authorizes("1001");
    world.settle().await;
    assert_eq!(
        world.order(order).await.state.payment.status(),
        PaymentStatus::Authorized
    );
    world.ships("berlin", order, "SHIPMENT-1").await;
    world.settle().await;
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.order(order).await.state.payment.status(),
        PaymentStatus::Captured
    );
}

story!(a_payment_that_is_reported_before_its_order_is_placed_is_retried);
async fn a_payment_that_is_reported_before_its_order_is_placed_is_retried(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
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

story!(the_checkout_session_names_the_order_of_a_payment);
async fn the_checkout_session_names_the_order_of_a_payment(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world
        .place(Draft::new("1001").without_intent().line("TEE", 1))
        .await;
    // The provider has only the shop's number of the order, and the capture has neither number nor id.
    let session = OrderReference {
        order: Some("1001".to_owned()),
        intent: Some("pi_1001".to_owned()),
    };
    world.pays("1001");
    world.receives_webhook(
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

story!(a_location_without_a_webhook_url_receives_no_requests);
async fn a_location_without_a_webhook_url_receives_no_requests(world: &mut World) {
    world
        .location("shop", LocationKind::Warehouse, |shop| {
            shop.webhook_url = None
        })
        .await;
    world.has_stock("shop", "TEE", 10).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    assert_eq!(world.requests(), []);
    world.ships("shop", order, "SHIPMENT-1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(an_order_that_costs_nothing_is_released_at_once);
async fn an_order_that_costs_nothing_is_released_at_once(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world
        .place(Draft::new("1001").line("TEE", 1).free_of_charge())
        .await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::AwaitingFulfillment);
    assert_eq!(world.requests().len(), 1);
}
