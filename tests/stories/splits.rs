//! An order comes from several places.

use app::ports::Store;
use domain::{
    inbound::StockMovement,
    location::LocationKind,
    order::{FulfillmentStatus, Status},
};

use crate::world::{Draft, World};

pub async fn an_order_is_split_over_warehouse_3pl_and_supplier<S: Store + Send>(
    world: &mut World<S>,
) {
    world.warehouse("berlin").await;
    world.third_party("hamburg").await;
    world.supplier("acme").await;
    world.shelf("berlin", "TEE", 1).await;
    world.shelf("hamburg", "MUG", 1).await;
    world.shelf("acme", "LAMP", 1).await;
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
    assert_eq!(world.told().len(), 3);

    world.ships("hamburg", order, "BOX-H").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::PartiallyFulfilled);
    world.ships("acme", order, "BOX-A").await;
    world.ships("berlin", order, "BOX-B").await;
    world.delivers("hamburg", order, "BOX-H");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    world.delivers("acme", order, "BOX-A");
    world.delivers("berlin", order, "BOX-B");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
}

pub async fn a_line_is_split_over_two_warehouses<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.warehouse("munich").await;
    world.shelf("berlin", "TEE", 3).await;
    world.shelf("munich", "TEE", 3).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 5)).await;
    assert_eq!(world.work(order).await.len(), 2);
    assert_eq!(world.assigned(order).await, 5);
    let left = world.level("berlin", "TEE").await.available()
        + world.level("munich", "TEE").await.available();
    assert_eq!(left, 1);
}

pub async fn a_supplier_who_makes_to_order_never_runs_out<S: Store + Send>(world: &mut World<S>) {
    world.warehouse("berlin").await;
    world.shelf("berlin", "TEE", 2).await;
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
    assert_eq!(world.waiting(order).await, 0);
    let work = world.work(order).await;
    assert_eq!(work.len(), 2, "{work:?}");
    world.ships("acme", order, "BOX-A").await;
    world.ships("berlin", order, "BOX-B").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
    assert_eq!(
        world.level("acme", "TEE").await.on_hand,
        0,
        "shelves that are unknown to us stay unknown"
    );
}

pub async fn a_warehouse_that_does_not_ship_there_is_left_out<S: Store + Send>(
    world: &mut World<S>,
) {
    let only_austria = |l: &mut domain::location::Location| l.ships_to = vec!["AT".to_owned()];
    world
        .location("vienna", LocationKind::Warehouse, only_austria)
        .await;
    world.stock("vienna", "TEE", StockMovement::Counted { on_hand: 5 });
    world.settle().await;
    let german = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    assert_eq!(world.waiting(german).await, 1);
    let austrian = world
        .place_and_pay(Draft::new("1002").line("TEE", 1).to("AT"))
        .await;
    assert_eq!(
        (world.waiting(german).await, world.waiting(austrian).await),
        (1, 0)
    );
}
