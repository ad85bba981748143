//! Authorizations that end before everything has shipped: the gateway cannot renew them, so the customer pays again.

use domain::{
    ids::OrderId,
    inbound::PaymentFact,
    order::{CapturePolicy, ExceptionKind, HoldKind, PaymentCommands},
};
use jiff::{SignedDuration, Timestamp};

use super::commanded_payments::books_agree;
use crate::{
    story::story,
    world::{Draft, World},
};

const DAY: i64 = 24 * 60;

fn draft() -> Draft {
    Draft::new("1001")
        .line("TEE", 3)
        .commanded(PaymentCommands {
            capture: CapturePolicy::PerShipment,
            ..PaymentCommands::default()
        })
}

/// One is in stock, two are backordered, and all are authorized.
async fn two_of_three_are_backordered(world: &mut World, draft: Draft) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 1).await;
    let order = world.place(draft).await;
    world.authorizes_for_several_captures("1001");
    world.settle().await;
    order
}

/// The authorization can be captured for so many days from now.
async fn ends_in_days(world: &mut World, days: i64) -> Timestamp {
    let end = world.now() + SignedDuration::from_mins(days * DAY);
    let terms = PaymentFact::AuthorizationTerms {
        capture_before: Some(end),
        multicapture: true,
    };
    world.payment("1001", terms);
    world.settle().await;
    end
}

async fn days_pass(world: &mut World, days: i64) {
    minutes_pass(world, days * DAY).await;
}

/// So much time passes, and as long again as the sweep leaves to an order that has just changed.
async fn minutes_pass(world: &mut World, minutes: i64) {
    for minutes in [minutes, 15] {
        world.minutes_pass(minutes);
        world.sweeps();
        world.settle().await;
    }
}

/// The reasons of the holds that want another payment.
async fn held(world: &World, order: OrderId) -> Vec<String> {
    let holds = world.order(order).await.state.holds;
    let holds = holds.into_iter().filter(|h| h.kind == HoldKind::Payment);
    holds.map(|hold| hold.reason.unwrap_or_default()).collect()
}

story!(an_order_is_held_before_its_authorization_ends_until_it_is_paid_again);
async fn an_order_is_held_before_its_authorization_ends_until_it_is_paid_again(world: &mut World) {
    let order = two_of_three_are_backordered(world, draft()).await;
    let end = ends_in_days(world, 3).await;
    world.ships("berlin", order, "1").await;
    world.settle().await;
    let first = world.gateway.inner.intent("pi_1001").captured;
    assert!(first > 0);
    minutes_pass(world, 2 * DAY - 90).await;
    assert!(held(world, order).await.is_empty());
    minutes_pass(world, 91).await;
    let reasons = held(world, order).await;
    assert!(
        reasons[0].contains(&end.to_string()) && reasons[0].contains("cannot renew"),
        "{reasons:?}"
    );
    // Stock that comes is not released to it.
    world.receives("berlin", "TEE", 2);
    world.settle().await;
    assert_eq!(world.backordered(order).await, 2);
    // The customer pays again, what is still due.
    let rest = world.total("1001") - first;
    let authorized = PaymentFact::Authorized {
        amount: rest,
        currency: "EUR".parse().expect("a currency"),
    };
    world.payment_of(Some("pi_1001_2"), Some("1001"), authorized);
    world.settle().await;
    assert!(held(world, order).await.is_empty());
    assert_eq!(world.backordered(order).await, 0);
    // The first authorization ends.
    world.payment(
        "1001",
        PaymentFact::Captured {
            amount: first,
            currency: "EUR".parse().expect("a currency"),
        },
    );
    world.ships("berlin", order, "2").await;
    world.settle().await;
    assert_eq!(world.gateway.inner.intent("pi_1001_2").captured, rest);
    let found = world.order(order).await;
    assert_eq!(found.state.payment.captured(), found.total());
    assert_eq!(world.exceptions(order).await, []);
}

story!(an_authorization_of_which_no_end_was_told_ends_after_seven_days);
async fn an_authorization_of_which_no_end_was_told_ends_after_seven_days(world: &mut World) {
    let order = world.place(Draft::new("1001").line("MUG", 1)).await;
    world.authorizes("1001");
    world.settle().await;
    minutes_pass(world, 6 * DAY - 90).await;
    assert!(held(world, order).await.is_empty());
    minutes_pass(world, 91).await;
    assert_eq!(held(world, order).await.len(), 1);
    // It is placed once, and a person may decide otherwise.
    let handle = world.order(order).await.state.holds[0].handle.clone();
    world.releases(order, &handle).await;
    minutes_pass(world, 91).await;
    assert!(held(world, order).await.is_empty());
}

story!(an_extended_authorization_holds_the_order_later);
async fn an_extended_authorization_holds_the_order_later(world: &mut World) {
    let order = two_of_three_are_backordered(world, draft()).await;
    ends_in_days(world, 2).await;
    days_pass(world, 1).await;
    assert_eq!(held(world, order).await.len(), 1);
    ends_in_days(world, 28).await;
    assert!(held(world, order).await.is_empty());
    days_pass(world, 26).await;
    assert!(held(world, order).await.is_empty());
    days_pass(world, 1).await;
    assert_eq!(held(world, order).await.len(), 1);
}

story!(an_order_says_how_long_before_the_end_it_is_held);
async fn an_order_says_how_long_before_the_end_it_is_held(world: &mut World) {
    let order = two_of_three_are_backordered(world, draft().margin(72)).await;
    ends_in_days(world, 4).await;
    days_pass(world, 1).await;
    assert_eq!(held(world, order).await.len(), 1);
}

story!(a_hold_for_a_payment_ends_when_the_rest_is_cancelled);
async fn a_hold_for_a_payment_ends_when_the_rest_is_cancelled(world: &mut World) {
    let order = two_of_three_are_backordered(world, draft()).await;
    ends_in_days(world, 3).await;
    world.ships("berlin", order, "1").await;
    days_pass(world, 2).await;
    assert_eq!(held(world, order).await.len(), 1);
    world
        .cancels(order, &[("1", 2)])
        .await
        .expect("backordered");
    world.settle().await;
    assert!(held(world, order).await.is_empty());
    assert_eq!(world.gateway.inner.intent("pi_1001").capturable(), 0);
    books_agree(world, order).await;
}

story!(what_a_location_was_asked_for_is_not_held);
async fn what_a_location_was_asked_for_is_not_held(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 3).await;
    let order = world.place(draft()).await;
    world.authorizes_for_several_captures("1001");
    world.settle().await;
    world.accepts("berlin", order).await;
    ends_in_days(world, 2).await;
    days_pass(world, 1).await;
    assert!(held(world, order).await.is_empty());
    world.ships("berlin", order, "1").await;
    world.settle().await;
    books_agree(world, order).await;
}

/// All is in stock, and accepted by its location; nothing is captured.
async fn all_is_with_a_location(world: &mut World, draft: Draft) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 3).await;
    let order = world.place(draft).await;
    world.authorizes_for_several_captures("1001");
    world.settle().await;
    world.accepts("berlin", order).await;
    world.settle().await;
    order
}

/// What people are shown of authorizations that end.
async fn shown(world: &World, order: OrderId) -> Vec<String> {
    let exceptions = world.order(order).await.state.exceptions;
    let ending = ExceptionKind::AuthorizationEnding;
    let shown = exceptions.into_iter().filter(|open| open.kind == ending);
    shown.map(|open| open.detail).collect()
}

story!(an_authorization_that_ends_while_a_location_has_everything_is_shown_before_once);
async fn an_authorization_that_ends_while_a_location_has_everything_is_shown_before_once(
    world: &mut World,
) {
    let order = all_is_with_a_location(world, draft()).await;
    let end = ends_in_days(world, 3).await;
    minutes_pass(world, 2 * DAY - 90).await;
    assert!(shown(world, order).await.is_empty());
    minutes_pass(world, 91).await;
    let details = shown(world, order).await;
    assert_eq!(details.len(), 1);
    let (until, much) = (end.to_string(), world.order(order).await.total());
    assert!(details[0].contains(&until), "{details:?}");
    assert!(
        details[0].contains(&format!("{}.{:02} EUR", much / 100, much % 100)),
        "{details:?}"
    );
    assert!(
        held(world, order).await.is_empty(),
        "nothing is to be released"
    );
    // A person has seen it.
    let ending = ExceptionKind::AuthorizationEnding;
    world.closes_exception(order, &ending).await;
    minutes_pass(world, 91).await;
    assert!(shown(world, order).await.is_empty());
}

story!(the_end_of_an_authorization_matters_no_more_once_its_money_is_captured);
async fn the_end_of_an_authorization_matters_no_more_once_its_money_is_captured(world: &mut World) {
    let order = all_is_with_a_location(world, draft()).await;
    ends_in_days(world, 2).await;
    days_pass(world, 1).await;
    assert_eq!(shown(world, order).await.len(), 1);
    world.ships("berlin", order, "1").await;
    world.settle().await;
    assert!(shown(world, order).await.is_empty());
    books_agree(world, order).await;
}

story!(an_extended_authorization_is_shown_before_its_later_end);
async fn an_extended_authorization_is_shown_before_its_later_end(world: &mut World) {
    let order = all_is_with_a_location(world, draft()).await;
    ends_in_days(world, 2).await;
    days_pass(world, 1).await;
    ends_in_days(world, 5).await;
    assert!(shown(world, order).await.is_empty());
    days_pass(world, 3).await;
    assert!(shown(world, order).await.is_empty());
    days_pass(world, 1).await;
    assert_eq!(shown(world, order).await.len(), 1);
}

story!(no_end_of_an_authorization_is_shown_that_other_money_replaces_or_that_is_captured_in_time);
async fn no_end_of_an_authorization_is_shown_that_other_money_replaces_or_that_is_captured_in_time(
    world: &mut World,
) {
    let order = all_is_with_a_location(world, draft()).await;
    ends_in_days(world, 2).await;
    let captured = PaymentFact::Captured {
        amount: world.total("1001"),
        currency: "EUR".parse().expect("a currency"),
    };
    world.payment_of(Some("pi_1001_2"), Some("1001"), captured);
    world.settle().await;
    days_pass(world, 1).await;
    assert!(shown(world, order).await.is_empty());

    let at_once = Draft::new("1002")
        .line("MUG", 1)
        .commanded(PaymentCommands {
            capture: CapturePolicy::AtOnce,
            ..PaymentCommands::default()
        });
    world.has_stock("berlin", "MUG", 1).await;
    let order = world.place(at_once).await;
    world.authorizes("1002");
    world.settle().await;
    world.accepts("berlin", order).await;
    days_pass(world, 6).await;
    assert!(shown(world, order).await.is_empty());
}
