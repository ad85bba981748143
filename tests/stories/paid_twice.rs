//! Orders that are paid twice: by two payments that were both captured, or of which one is only authorized.

use app::{failure::Failure, usecases::placement_defaults::DuplicateHold};
use domain::{
    ids::OrderId,
    inbound::PaymentFact,
    order::{
        CapturePolicy, DisputeFunds, DisputeStatus, ExceptionKind, ExceptionOutcome, HoldKind,
        PaymentCommands, RejectionCode, Status,
    },
};

use super::commanded_payments::books_agree;
use crate::{
    story::story,
    world::{Consumer, Draft, World},
};

/// What two units cost.
const TOTAL: i64 = 2 * 1999 + 760 + 490;

fn commanded(capture: CapturePolicy) -> Draft {
    let draft = Draft::new("1001").line("TEE", 2);
    draft.commanded(PaymentCommands {
        capture,
        ..PaymentCommands::default()
    })
}

async fn is_paid_twice(world: &mut World) -> OrderId {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    world.pause(Consumer::Routing);
    let order = world.place_and_pay(commanded(CapturePolicy::Manual)).await;
    world.second_payment("1001", TOTAL);
    world.settle().await;
    world.resume_all();
    world.settle().await;
    order
}

async fn is_paid_twice_and_held(world: &mut World) -> OrderId {
    world.defaults.duplicate_hold = DuplicateHold::On;
    let order = is_paid_twice(world).await;
    assert_eq!(holds(world, order).await, [HoldKind::PossibleDuplicate]);
    assert_eq!(world.exceptions(order).await, [ExceptionKind::Overpaid]);
    assert_eq!(world.assigned(order).await, 0);
    order
}

async fn holds(world: &World, order: OrderId) -> Vec<HoldKind> {
    let holds = world.order(order).await.state.holds.into_iter();
    holds.map(|hold| hold.kind).collect()
}

async fn closes(world: &mut World, order: OrderId, outcome: ExceptionOutcome) {
    let overpaid = ExceptionKind::Overpaid;
    let closed = world.closes_exception_as(order, &overpaid, outcome).await;
    closed.expect("it may end so");
    world.settle().await;
}

/// What went back of each payment.
fn given_back(world: &World) -> Vec<(String, i64)> {
    let made = world.gateway.inner.refunds().into_iter();
    made.map(|refund| (refund.intent, refund.amount)).collect()
}

story!(an_order_that_is_paid_twice_is_held_until_the_second_payment_goes_back);
async fn an_order_that_is_paid_twice_is_held_until_the_second_payment_goes_back(world: &mut World) {
    let order = is_paid_twice_and_held(world).await;
    closes(world, order, ExceptionOutcome::SurplusRefunded).await;
    assert_eq!(given_back(world), [("pi_1001_2".to_owned(), TOTAL)]);
    books_agree(world, order).await;
    assert_eq!(holds(world, order).await, []);
    assert_eq!(world.exceptions(order).await, []);
    assert_eq!(world.assigned(order).await, 2);
    assert_eq!(world.order(order).await.state.payment.credits, 0);
}

story!(a_surplus_that_is_kept_ships_and_can_go_back_later);
async fn a_surplus_that_is_kept_ships_and_can_go_back_later(world: &mut World) {
    let order = is_paid_twice_and_held(world).await;
    closes(world, order, ExceptionOutcome::SurplusKept).await;
    assert_eq!(holds(world, order).await, []);
    assert_eq!(world.assigned(order).await, 2);
    assert_eq!(given_back(world), []);
    // Nobody needs to approve it: it is no goodwill.
    world
        .gives_back_within(order, TOTAL, 0)
        .await
        .expect("it is the customer's");
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
    let found = world.order(order).await;
    assert_eq!(found.state.payment.refunded(), TOTAL);
    assert!(found.is_secured());
}

story!(an_order_that_is_paid_twice_and_cancelled_gives_both_payments_back);
async fn an_order_that_is_paid_twice_and_cancelled_gives_both_payments_back(world: &mut World) {
    let order = is_paid_twice_and_held(world).await;
    world.cancels(order, &[]).await.expect("nothing has left");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    closes(world, order, ExceptionOutcome::SurplusRefunded).await;
    let mut back = given_back(world);
    back.sort();
    let both = ["pi_1001", "pi_1001_2"].map(|intent| (intent.to_owned(), TOTAL));
    assert_eq!(back, both);
    books_agree(world, order).await;
    assert_eq!(holds(world, order).await, []);
}

/// Nothing is in stock, so everything can be cancelled.
async fn is_paid_twice_and_waits(world: &mut World) -> OrderId {
    let order = world.place_and_pay(commanded(CapturePolicy::Manual)).await;
    world.second_payment("1001", TOTAL);
    world.settle().await;
    assert_eq!(world.exceptions(order).await, [ExceptionKind::Overpaid]);
    order
}

story!(a_surplus_that_went_back_does_not_pay_for_what_is_cancelled_later);
async fn a_surplus_that_went_back_does_not_pay_for_what_is_cancelled_later(world: &mut World) {
    let order = is_paid_twice_and_waits(world).await;
    closes(world, order, ExceptionOutcome::SurplusRefunded).await;
    assert_eq!(given_back(world), [("pi_1001_2".to_owned(), TOTAL)]);
    let answer = world.cancels(order, &[("1", 1)]).await.expect("one of two");
    assert_eq!(answer.lines[0].cancelled, 1);
    world.settle().await;
    let owed = ("pi_1001".to_owned(), TOTAL / 2);
    assert_eq!(given_back(world)[1..], [owed]);
    assert_eq!(world.exceptions(order).await, []);
    books_agree(world, order).await;
}

story!(a_surplus_that_a_bank_has_taken_is_shown_again_when_the_shop_has_it_back);
async fn a_surplus_that_a_bank_has_taken_is_shown_again_when_the_shop_has_it_back(
    world: &mut World,
) {
    let order = is_paid_twice_and_waits(world).await;
    world.pause(Consumer::Payments);
    closes(world, order, ExceptionOutcome::SurplusRefunded).await;
    let disputed = |world: &mut World, funds| {
        let fact = PaymentFact::Dispute {
            id: "dp_1".to_owned(),
            status: DisputeStatus::Lost,
            amount: TOTAL,
            currency: "EUR".parse().expect("a currency"),
            reason: None,
            evidence_due: None,
            funds: Some(funds),
            reinstated: None,
        };
        world.payment_of(Some("pi_1001_2"), None, fact);
    };
    disputed(world, DisputeFunds::Withdrawn);
    world.settle().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.exceptions(order).await, [ExceptionKind::DisputeLost]);
    assert_eq!(given_back(world), [], "the customer has it from the bank");
    world.minutes_pass(1);
    disputed(world, DisputeFunds::Reinstated);
    world.settle().await;
    assert_eq!(world.exceptions(order).await, [ExceptionKind::Overpaid]);
    assert_eq!(given_back(world), [], "it is a person's to decide");
    closes(world, order, ExceptionOutcome::SurplusRefunded).await;
    assert_eq!(given_back(world), [("pi_1001_2".to_owned(), TOTAL)]);
    assert_eq!(world.exceptions(order).await, []);
    books_agree(world, order).await;
}

story!(a_surplus_that_goes_back_at_the_gateway_ends_the_hold);
async fn a_surplus_that_goes_back_at_the_gateway_ends_the_hold(world: &mut World) {
    let order = is_paid_twice_and_held(world).await;
    world.refunds("1001", "re_1", TOTAL);
    world.settle().await;
    assert_eq!(holds(world, order).await, []);
    assert_eq!(world.exceptions(order).await, []);
    assert_eq!(world.assigned(order).await, 2);
}

story!(where_duplicates_are_not_held_a_surplus_stops_nothing);
async fn where_duplicates_are_not_held_a_surplus_stops_nothing(world: &mut World) {
    let order = is_paid_twice(world).await;
    assert_eq!(holds(world, order).await, []);
    assert_eq!(world.assigned(order).await, 2);
    let missing = ExceptionKind::Overpaid;
    let credit = ExceptionOutcome::AcceptedAsCredit;
    let refused = world.closes_exception_as(order, &missing, credit).await;
    let Err(Failure::Rejected(refused)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refused.code, RejectionCode::OutcomeNotAllowed);
    closes(world, order, ExceptionOutcome::SurplusRefunded).await;
    assert_eq!(given_back(world), [("pi_1001_2".to_owned(), TOTAL)]);
}

story!(a_second_authorization_that_nothing_needs_is_given_up_at_once);
async fn a_second_authorization_that_nothing_needs_is_given_up_at_once(world: &mut World) {
    let order = world.place(commanded(CapturePolicy::AtOnce)).await;
    world.authorizes("1001");
    world.settle().await;
    world.second_authorization("1001", TOTAL);
    world.settle().await;
    let second = world.gateway.inner.intent("pi_1001_2");
    assert!(second.cancelled);
    let payment = world.order(order).await.state.payment;
    assert_eq!((payment.captured(), payment.capturable()), (TOTAL, 0));
    assert_eq!(world.exceptions(order).await, []);
    books_agree(world, order).await;
}

story!(a_second_authorization_is_kept_until_the_order_has_shipped_when_it_may_be_needed);
async fn a_second_authorization_is_kept_until_the_order_has_shipped_when_it_may_be_needed(
    world: &mut World,
) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
    let order = world.place(commanded(CapturePolicy::FirstShipment)).await;
    world.authorizes("1001");
    world.second_authorization("1001", TOTAL);
    world.settle().await;
    assert!(!world.gateway.inner.intent("pi_1001_2").cancelled);
    world.ships("berlin", order, "1").await;
    world.settle().await;
    let (first, second) = ["pi_1001", "pi_1001_2"]
        .map(|intent| world.gateway.inner.intent(intent))
        .into();
    assert_eq!((first.captured, second.captured), (TOTAL, 0));
    assert!(second.cancelled);
    books_agree(world, order).await;
}
