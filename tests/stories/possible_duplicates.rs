//! A customer places the same basket twice, where possible duplicates are held.

use app::usecases::placement_defaults::DuplicateHold;
use domain::{
    ids::OrderId,
    inbound::PaymentFact,
    order::{HoldKind, PaymentCommands, Status},
};

use crate::{
    story::story,
    world::{Draft, World},
};

/// What two units cost.
const TOTAL: i64 = 2 * 1999 + 760 + 490;

fn basket(number: &str) -> Draft {
    Draft::new(number).line("TEE", 2).of("jane@example.com")
}

async fn duplicates_are_held(world: &mut World) {
    world.defaults.duplicate_hold = DuplicateHold::On;
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 100).await;
}

async fn holds(world: &World, order: OrderId) -> Vec<(HoldKind, String)> {
    let holds = world.order(order).await.state.holds.into_iter();
    holds.map(|hold| (hold.kind, hold.handle)).collect()
}

fn duplicate_of(other: OrderId) -> Vec<(HoldKind, String)> {
    vec![(HoldKind::PossibleDuplicate, format!("duplicate-of:{other}"))]
}

story!(the_same_basket_again_is_held_until_a_person_keeps_it);
async fn the_same_basket_again_is_held_until_a_person_keeps_it(world: &mut World) {
    duplicates_are_held(world).await;
    let first = world.place_and_pay(basket("1001")).await;
    world.minutes_pass(14);
    let again = world
        .place_and_pay(basket("1002").of(" Jane@Example.com"))
        .await;
    assert_eq!(holds(world, first).await, []);
    assert_eq!(world.assigned(first).await, 2);
    assert_eq!(holds(world, again).await, duplicate_of(first));
    assert_eq!(
        (world.status(again).await, world.assigned(again).await),
        (Status::Paid, 0)
    );
    let third = world.place_and_pay(basket("1003")).await;
    assert_eq!(holds(world, third).await, duplicate_of(again));
    world
        .releases(again, &format!("duplicate-of:{first}"))
        .await;
    world.settle().await;
    assert_eq!(world.assigned(again).await, 2);
    assert_eq!(world.assigned(third).await, 0);
}

story!(a_possible_duplicate_that_is_cancelled_gives_the_money_back);
async fn a_possible_duplicate_that_is_cancelled_gives_the_money_back(world: &mut World) {
    duplicates_are_held(world).await;
    let commanded = |number| basket(number).commanded(PaymentCommands::default());
    let first = world.place_and_pay(commanded("1001")).await;
    let again = world.place_and_pay(commanded("1002")).await;
    assert_eq!(holds(world, again).await, duplicate_of(first));
    world.cancels(again, &[]).await.expect("nothing has left");
    world.settle().await;
    assert_eq!(world.status(again).await, Status::Cancelled);
    assert_eq!(world.order(again).await.state.payment.refunded(), TOTAL);
    assert_eq!(world.order(first).await.state.payment.refunded(), 0);
}

story!(what_differs_or_comes_later_is_no_duplicate);
async fn what_differs_or_comes_later_is_no_duplicate(world: &mut World) {
    duplicates_are_held(world).await;
    let mut french = basket("1007").line("MUG", 1);
    french.request.shop = "fr".parse().expect("a shop");
    let mut other_price = basket("1006");
    other_price.request.lines[0].unit_price = 1998;
    let mut orders = vec![world.place(basket("1001").line("MUG", 1)).await];
    let different = [
        basket("1002"),
        basket("1003").line("MUG", 2),
        basket("1004").line("MUG", 1).of("john@example.com"),
        basket("1005").line("CUP", 1),
        other_price,
        french,
    ];
    for draft in different {
        orders.push(world.place(draft).await);
    }
    world.minutes_pass(16);
    orders.push(world.place(basket("1008").line("MUG", 1)).await);
    for order in orders {
        assert_eq!(holds(world, order).await, [], "{order}");
    }
    // The order of the lines is not the customer's.
    let turned = Draft::new("1009").line("MUG", 1).line("TEE", 2);
    let turned = world.place(turned.of("jane@example.com")).await;
    assert_eq!(holds(world, turned).await.len(), 1);
}

story!(equal_orders_of_another_time_that_are_imported_together_are_no_duplicates);
async fn equal_orders_of_another_time_that_are_imported_together_are_no_duplicates(
    world: &mut World,
) {
    duplicates_are_held(world).await;
    let at = |time: &str| time.parse().expect("a time");
    let placed_at = |number, time| basket(number).placed_at(at(time));
    let late = world.place(placed_at("1002", "2026-11-02T10:00:00Z")).await;
    let early = world.place(placed_at("1001", "2026-11-01T10:00:00Z")).await;
    let near = world.place(placed_at("1003", "2026-11-01T09:46:00Z")).await;
    assert_eq!(holds(world, late).await, []);
    assert_eq!(holds(world, early).await, []);
    assert_eq!(holds(world, near).await, duplicate_of(early));
}

story!(nothing_is_held_where_the_setting_is_off);
async fn nothing_is_held_where_the_setting_is_off(world: &mut World) {
    world.place(basket("1001")).await;
    let again = world.place(basket("1002")).await;
    assert_eq!(holds(world, again).await, []);
}

story!(a_possible_duplicate_gets_the_payment_that_was_told_of_before_it);
async fn a_possible_duplicate_gets_the_payment_that_was_told_of_before_it(world: &mut World) {
    duplicates_are_held(world).await;
    let first = world.place(basket("1001")).await;
    world.payment(
        "1002",
        PaymentFact::Captured {
            amount: TOTAL,
            currency: "EUR".parse().expect("a currency"),
        },
    );
    world.settle().await;
    let again = world.place(basket("1002")).await;
    world.settle().await;
    assert_eq!(holds(world, again).await, duplicate_of(first));
    assert_eq!(world.order(again).await.state.payment.captured(), TOTAL);
    assert_eq!(world.assigned(again).await, 0);
}
