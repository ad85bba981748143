//! Orders that are split over several locations.

use domain::{
    location::LocationKind,
    order::{FulfillmentStatus, Status},
    stock::StockMovement,
};

use crate::{
    story::story,
    world::{Draft, World},
};

story!(an_order_is_split_over_warehouse_3pl_and_supplier);
async fn an_order_is_split_over_warehouse_3pl_and_supplier(world: &mut World) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.supplier("acme").await;
    world.has_stock("berlin", "TEE", 1).await;
    world.has_stock("hamburg", "MUG", 1).await;
    world.has_stock("acme", "LAMP", 1).await;
    let order = world
        .place_and_pay(
            Draft::new("1001")
                .line("TEE", 1)
                .line("MUG", 1)
                .line("LAMP", 1),
        )
        .await;
    let requested = |location: &str| (location.to_owned(), FulfillmentStatus::Requested, 1, 0);
    assert_eq!(
        world.work(order).await,
        ["berlin", "hamburg", "acme"].map(requested)
    );
    assert_eq!(world.requests().len(), 3);

    world.ships("hamburg", order, "SHIPMENT-H").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::PartiallyFulfilled);
    world.ships("acme", order, "SHIPMENT-A").await;
    world.ships("berlin", order, "SHIPMENT-B").await;
    world.delivers("hamburg", order, "SHIPMENT-H");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    world.delivers("acme", order, "SHIPMENT-A");
    world.delivers("berlin", order, "SHIPMENT-B");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
}

story!(a_line_is_split_over_two_warehouses);
async fn a_line_is_split_over_two_warehouses(world: &mut World) {
    world.warehouse("berlin").await;
    world.warehouse("munich").await;
    world.has_stock("berlin", "TEE", 3).await;
    world.has_stock("munich", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 5)).await;
    assert_eq!(world.work(order).await.len(), 2);
    assert_eq!(world.assigned(order).await, 5);
    let left = world.level("berlin", "TEE").await.available()
        + world.level("munich", "TEE").await.available();
    assert_eq!(left, 1);
}

story!(an_untracked_supplier_is_never_out_of_stock);
async fn an_untracked_supplier_is_never_out_of_stock(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let makes_tees = |acme: &mut domain::location::Location| {
        acme.untracked = true;
        acme.carries = vec!["TEE".parse().expect("a SKU")];
    };
    world
        .location("acme", LocationKind::Supplier, makes_tees)
        .await;
    let order = world
        .place_and_pay(Draft::new("1001").line("TEE", 500))
        .await;
    assert_eq!(world.backordered(order).await, 0);
    let work = world.work(order).await;
    assert_eq!(work.len(), 2, "{work:?}");
    world.ships("acme", order, "SHIPMENT-A").await;
    world.ships("berlin", order, "SHIPMENT-B").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.level("acme", "TEE").await.on_hand,
        0,
        "stock that is not tracked is not counted"
    );
}

story!(a_warehouse_that_does_not_ship_to_the_country_is_excluded);
async fn a_warehouse_that_does_not_ship_to_the_country_is_excluded(world: &mut World) {
    let only_austria = |l: &mut domain::location::Location| l.ships_to = vec!["AT".to_owned()];
    world
        .location("vienna", LocationKind::Warehouse, only_austria)
        .await;
    world.stock("vienna", "TEE", StockMovement::counted(5));
    world.settle().await;
    let german = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    assert_eq!(world.backordered(german).await, 1);
    let austrian = world
        .place_and_pay(Draft::new("1002").line("TEE", 1).to("AT"))
        .await;
    assert_eq!(
        (
            world.backordered(german).await,
            world.backordered(austrian).await
        ),
        (1, 0)
    );
}
