//! Payments that no order names, or none yet.

use app::{failure::Failure, ports::UnmatchedState};
use domain::{
    ids::{OrderId, ShopId},
    inbound::{PaymentFact, PaymentKey, UNMATCHED_FACTS_MAX, UnmatchedCloseReason},
    order::{RefundStatus, RejectionCode, Status},
};

use crate::{
    story::story,
    world::{Draft, World},
};

/// What two units cost.
const TOTAL: i64 = 2 * 1999 + 760 + 490;

fn draft() -> Draft {
    Draft::new("1001").line("TEE", 2)
}

fn captured() -> PaymentFact {
    PaymentFact::Captured {
        amount: TOTAL,
        currency: "EUR".parse().expect("a currency"),
    }
}

fn authorized() -> PaymentFact {
    PaymentFact::Authorized {
        amount: TOTAL,
        currency: "EUR".parse().expect("a currency"),
    }
}

fn refund(id: &str, amount: i64) -> PaymentFact {
    PaymentFact::Refund {
        id: id.to_owned(),
        amount,
        currency: "EUR".parse().expect("a currency"),
        status: RefundStatus::Succeeded,
        effect: None,
    }
}

async fn berlin_has_stock(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
}

async fn nothing_is_unmatched(world: &mut World) {
    assert_eq!(world.unmatched(UnmatchedState::Open).await, []);
    assert_eq!(world.unmatched(UnmatchedState::Closed).await, []);
}

story!(a_payment_that_is_told_of_before_its_order_is_the_orders_when_it_is_placed);
async fn a_payment_that_is_told_of_before_its_order_is_the_orders_when_it_is_placed(
    world: &mut World,
) {
    berlin_has_stock(world).await;
    world.payment("1001", authorized());
    world.payment("1001", captured());
    world.settle().await;
    let open = world.unmatched(UnmatchedState::Open).await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].facts.len(), 2);
    let order = world.place(draft()).await;
    nothing_is_unmatched(world).await;
    assert_eq!(world.status(order).await, Status::Paid);
    world.settle().await;
    assert_eq!(world.assigned(order).await, 2, "it is routed by itself");
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
}

story!(a_payment_that_names_an_order_by_number_or_id_finds_it_when_it_is_placed);
async fn a_payment_that_names_an_order_by_number_or_id_finds_it_when_it_is_placed(
    world: &mut World,
) {
    berlin_has_stock(world).await;
    let id = OrderId::of(&ShopId::default(), &"1001".parse().expect("a number"));
    for other in ["2001", "2002", "2003"] {
        world.payment_of(Some(&format!("pi_{other}")), Some(other), captured());
    }
    world.payment_of(Some("pi_a"), Some("1001"), authorized());
    world.payment_of(Some("pi_a"), None, captured());
    world.payment_of(Some("pi_b"), Some(&id.to_string()), PaymentFact::Linked);
    world.settle().await;
    assert_eq!(world.unmatched(UnmatchedState::Open).await.len(), 5);
    let order = world.place(draft().without_intent()).await;
    assert_eq!(order, id);
    world.settle().await;
    assert_eq!(world.order(order).await.state.payment.captured(), TOTAL);
    assert_eq!(world.assigned(order).await, 2);
    assert_eq!(world.order(order).await.state.payment.intents.len(), 2);
    let open = world.unmatched(UnmatchedState::Open).await;
    assert_eq!(open.len(), 3, "those of other orders");
}

story!(a_payment_without_an_intent_is_the_orders_that_it_names);
async fn a_payment_without_an_intent_is_the_orders_that_it_names(world: &mut World) {
    world.payment_of(None, Some("1001"), captured());
    world.settle().await;
    let order = world.place(draft()).await;
    nothing_is_unmatched(world).await;
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.captured(), TOTAL);
    assert_eq!(payment.intents.len(), 1);
}

story!(what_was_told_without_a_name_is_the_orders_that_a_later_event_names);
async fn what_was_told_without_a_name_is_the_orders_that_a_later_event_names(world: &mut World) {
    berlin_has_stock(world).await;
    let order = world.place(draft().without_intent()).await;
    world.payment_of(Some("pi_x"), None, captured());
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Pending);
    world.payment_of(Some("pi_x"), Some("1001"), PaymentFact::Linked);
    world.settle().await;
    nothing_is_unmatched(world).await;
    assert_eq!(world.order(order).await.state.payment.captured(), TOTAL);
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
    assert_eq!(world.assigned(order).await, 2);
}

story!(a_refund_that_is_told_of_before_order_and_capture_waits_for_both);
async fn a_refund_that_is_told_of_before_order_and_capture_waits_for_both(world: &mut World) {
    world.payment("1001", refund("re_1", 490));
    world.settle().await;
    let order = world.place(draft()).await;
    world.settle().await;
    assert_eq!(world.times(order, "RefundUpdated").await, 0);
    let waiting = world.unmatched(UnmatchedState::Open).await;
    assert_eq!(waiting[0].order, Some(order), "it is shown, with its order");
    world.payment("1001", captured());
    world.settle().await;
    let payment = world.order(order).await.state.payment;
    assert_eq!((payment.captured(), payment.refunded()), (TOTAL, 490));
    assert_eq!(world.times(order, "RefundUpdated").await, 1);
    nothing_is_unmatched(world).await;
}

story!(a_payment_of_another_shop_is_kept_closed_after_thirty_days_and_never_deleted);
async fn a_payment_of_another_shop_is_kept_closed_after_thirty_days_and_never_deleted(
    world: &mut World,
) {
    world.payment_of(Some("pi_theirs"), Some("W-77"), captured());
    world.settle().await;
    world.minutes_pass(29 * 24 * 60);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.unmatched(UnmatchedState::Open).await.len(), 1);
    world.minutes_pass(25 * 60);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.unmatched(UnmatchedState::Open).await, []);
    let closed = world.unmatched(UnmatchedState::Closed).await;
    let end = closed[0].closed.as_ref().expect("an end");
    assert_eq!(end.reason, UnmatchedCloseReason::NoOrder);
    assert_eq!(closed[0].facts.len(), 1, "what was told is kept");
    // It was ours after all.
    let late = Draft::new("W-77").line("TEE", 2).without_intent();
    let order = world.place(late).await;
    assert_eq!(world.status(order).await, Status::Paid);
    nothing_is_unmatched(world).await;
}

story!(a_person_closes_an_unmatched_payment_and_whoever_comes_second_is_told);
async fn a_person_closes_an_unmatched_payment_and_whoever_comes_second_is_told(world: &mut World) {
    world.payment_of(Some("pi_theirs"), None, captured());
    world.settle().await;
    let key = PaymentKey::Intent("pi_theirs".to_owned());
    let note = "of the shop in Lyon";
    world.closes_unmatched(&key, note).await.expect("closed");
    let again = world.closes_unmatched(&key, note).await;
    let Err(Failure::Rejected(rejection)) = again else {
        panic!("{again:?}")
    };
    assert_eq!(rejection.code, RejectionCode::PaymentClosed);
    let closed = world.unmatched(UnmatchedState::Closed).await;
    let end = closed[0].closed.clone().expect("an end");
    assert_eq!(end.reason, UnmatchedCloseReason::ByPerson);
    assert_eq!(end.note.as_deref(), Some(note));
    assert_eq!(world.unmatched(UnmatchedState::Open).await, []);
    // Another event of it changes nothing for people.
    world.payment_of(Some("pi_theirs"), None, refund("re_1", 100));
    world.settle().await;
    let closed = world.unmatched(UnmatchedState::Closed).await;
    assert_eq!((closed.len(), closed[0].facts.len()), (1, 2));
    let unknown = PaymentKey::Intent("pi_nobodys".to_owned());
    let none = world.closes_unmatched(&unknown, note).await;
    assert!(matches!(none, Err(Failure::NotFound(_))), "{none:?}");
}

story!(declines_of_a_card_that_is_tried_again_and_again_do_not_fill_an_unmatched_payment);
async fn declines_of_a_card_that_is_tried_again_and_again_do_not_fill_an_unmatched_payment(
    world: &mut World,
) {
    let failed = || PaymentFact::Failed {
        code: Some("card_declined".to_owned()),
    };
    for _ in 0..UNMATCHED_FACTS_MAX + 5 {
        world.payment_of(Some("pi_theirs"), None, failed());
    }
    world.settle().await;
    let open = world.unmatched(UnmatchedState::Open).await;
    assert_eq!(open[0].facts.len(), 1);
}

story!(more_facts_than_are_kept_of_an_unmatched_payment_are_dead_letters);
async fn more_facts_than_are_kept_of_an_unmatched_payment_are_dead_letters(world: &mut World) {
    for number in 0..=UNMATCHED_FACTS_MAX {
        let refund = refund(&format!("re_{number}"), 1);
        world.payment_of(Some("pi_theirs"), None, refund);
    }
    world.settle().await;
    let open = world.unmatched(UnmatchedState::Open).await;
    assert_eq!(open[0].facts.len(), UNMATCHED_FACTS_MAX);
    let dead = world.dead_letters();
    assert!(!dead.is_empty());
    let reasons = ["inconsistent", "unavailable"];
    let known = |reason: &str| reasons.contains(&reason);
    assert!(dead.iter().all(|d| known(d.reason.as_str())), "{dead:?}");
}
