//! Baskets: which other order keeps a placement from being written.

use domain::decide::{Basket, DUPLICATE_WITHIN_S, place};

use crate::common::{context, request};

#[test]
fn an_order_of_the_same_basket_is_met_within_fifteen_minutes_unless_it_is_known() {
    let request = request(&[(1, 1000)]);
    let placing = context(0);
    let placement = place(&request, &placing).unwrap();
    let other = placement.change.order.id();
    let watching = placement.watching_for_duplicates(&request, placing.now);
    let basket = watching.basket.unwrap();
    let placed = basket.placed_at.as_second();
    let meets = |basket: &Basket, after: i64| basket.meets(other, placed.saturating_add(after));
    for after in [-DUPLICATE_WITHIN_S, 0, DUPLICATE_WITHIN_S] {
        assert!(meets(&basket, after), "{after}");
    }
    assert!(!meets(&basket, DUPLICATE_WITHIN_S + 1));
    assert!(!meets(&basket, -DUPLICATE_WITHIN_S - 1));
    let known = Basket {
        duplicate_of: Some(other),
        ..basket
    };
    assert!(!meets(&known, 0), "it is placed with a hold");
}
