//! Disputes of orders whose gateway the OMS commands: while a bank decides, and after it has.

use domain::{
    inbound::PaymentFact,
    order::{DisputeFunds, DisputeStatus, ExceptionKind, ExceptionOutcome, PaymentStatus},
};

use super::commanded_payments::{
    UNIT, books_agree, cancelled_while_down, cancels, given_back, three_are_paid,
};
use crate::{
    gateway::Trouble,
    story::story,
    world::{Consumer, World},
};

const INTENT: &str = "pi_1001";

/// What the provider tells of the dispute.
fn told(status: DisputeStatus, amount: i64, funds: Option<DisputeFunds>) -> PaymentFact {
    PaymentFact::Dispute {
        id: "dp_1".to_owned(),
        status,
        amount,
        currency: "EUR".parse().expect("a currency"),
        reason: Some("product_not_received".to_owned()),
        evidence_due: Some("2027-01-31T23:59:59Z".parse().expect("a time")),
        funds,
        reinstated: None,
    }
}

/// It stays lost, and so much of it came back.
fn lost_in_part(disputed: i64, back: i64) -> PaymentFact {
    let funds = Some(DisputeFunds::Reinstated);
    let mut fact = told(DisputeStatus::Lost, disputed, funds);
    if let PaymentFact::Dispute { reinstated, .. } = &mut fact {
        *reinstated = Some(back);
    }
    fact
}

fn opened(world: &World) -> PaymentFact {
    let total = world.total("1001");
    told(
        DisputeStatus::NeedsResponse,
        total,
        Some(DisputeFunds::Withdrawn),
    )
}

story!(a_refund_that_was_asked_for_before_a_dispute_waits_for_its_end);
async fn a_refund_that_was_asked_for_before_a_dispute_waits_for_its_end(world: &mut World) {
    let order = three_are_paid(world).await;
    world.pause(Consumer::Payments);
    cancels(world, order, 1).await;
    let fact = opened(world);
    world.payment("1001", fact);
    world.settle().await;
    world.resume_all();
    world.settle().await;
    assert_eq!(world.order(order).await.state.effects.len(), 1);
    assert_eq!(given_back(world), [0_i64; 0]);
    world.minutes_pass(60);
    world.sweeps();
    world.settle().await;
    assert_eq!(given_back(world), [0_i64; 0], "the bank has not decided");
    let total = world.total("1001");
    let won = told(DisputeStatus::Won, total, Some(DisputeFunds::Reinstated));
    world.payment("1001", won);
    world.settle().await;
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
}

story!(a_refund_that_was_made_before_a_dispute_is_found_during_it);
async fn a_refund_that_was_made_before_a_dispute_is_found_during_it(world: &mut World) {
    let order = three_are_paid(world).await;
    cancelled_while_down(world, order, Trouble::AnswerLost).await;
    world.messages_are_lost().await;
    let fact = opened(world);
    world.payment("1001", fact);
    world.settle().await;
    assert_eq!(world.order(order).await.state.effects.len(), 1);
    world.gateway.inner.is_up();
    world.gateway.inner.is_disputed(INTENT);
    world.minutes_pass(60);
    world.sweeps();
    world.settle().await;
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
}

story!(what_the_bank_has_given_back_is_not_refunded);
async fn what_the_bank_has_given_back_is_not_refunded(world: &mut World) {
    let order = three_are_paid(world).await;
    world.pause(Consumer::Payments);
    cancels(world, order, 1).await;
    let fact = opened(world);
    world.payment("1001", fact);
    world.settle().await;
    world.gateway.inner.is_disputed(INTENT);
    let total = world.total("1001");
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::Disputed);
    let lost = world.gateway.inner.dispute_ends(INTENT, total);
    world.payment("1001", told(DisputeStatus::Lost, lost, None));
    world.resume_all();
    world.settle().await;
    assert_eq!(given_back(world), [0_i64; 0]);
    assert_eq!(world.order(order).await.state.effects, []);
    assert_eq!(world.exceptions(order).await, [ExceptionKind::DisputeLost]);
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::Refunded, "it is gone");
    assert_eq!(world.order(order).await.still_owed(), 0);
    cancels(world, order, 2).await;
    world.settle().await;
    assert_eq!(given_back(world), [0_i64; 0]);
    books_agree(world, order).await;
}

story!(a_part_that_the_bank_has_given_back_is_refunded_in_part);
async fn a_part_that_the_bank_has_given_back_is_refunded_in_part(world: &mut World) {
    let order = three_are_paid(world).await;
    let part = |status, funds| told(status, UNIT, funds);
    let open = part(DisputeStatus::NeedsResponse, Some(DisputeFunds::Withdrawn));
    world.payment("1001", open);
    world.settle().await;
    world.payment("1001", part(DisputeStatus::Lost, None));
    world.settle().await;
    let status = async |world: &World| world.order(order).await.state.payment.status();
    assert_eq!(status(world).await, PaymentStatus::PartiallyRefunded);
    // The shop has it back after all.
    let back = part(DisputeStatus::Lost, Some(DisputeFunds::Reinstated));
    world.minutes_pass(1);
    world.payment("1001", back);
    world.settle().await;
    assert_eq!(status(world).await, PaymentStatus::Captured);
}

story!(a_credit_for_a_lost_dispute_ends_when_the_bank_gives_the_money_back_to_the_shop);
async fn a_credit_for_a_lost_dispute_ends_when_the_bank_gives_the_money_back_to_the_shop(
    world: &mut World,
) {
    let order = three_are_paid(world).await;
    let total = world.total("1001");
    let fact = opened(world);
    world.payment("1001", fact);
    world.settle().await;
    world.payment("1001", told(DisputeStatus::Lost, total, None));
    world.settle().await;
    let (lost, credit) = (
        ExceptionKind::DisputeLost,
        ExceptionOutcome::AcceptedAsCredit,
    );
    let accepted = world.closes_exception_as(order, &lost, credit).await;
    accepted.expect("the customer may keep it");
    world.settle().await;
    let payment = world.order(order).await.state.payment;
    assert_eq!((payment.credits, payment.lost()), (total, total));

    world.minutes_pass(1);
    let back = told(DisputeStatus::Lost, total, Some(DisputeFunds::Reinstated));
    world.payment("1001", back);
    world.settle().await;
    let shown = [ExceptionKind::CreditWithdrawn];
    assert_eq!(world.exceptions(order).await, shown);
    let found = world.order(order).await;
    let payment = &found.state.payment;
    assert_eq!((payment.credits, payment.secured()), (0, total));
    assert_eq!((found.amount_due(), found.still_owed()), (total, 0));
    // What is cancelled now goes back as of any order that is paid.
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
}

story!(of_a_dispute_that_is_won_in_part_only_what_came_back_is_refunded);
async fn of_a_dispute_that_is_won_in_part_only_what_came_back_is_refunded(world: &mut World) {
    let order = three_are_paid(world).await;
    let total = world.total("1001");
    let fact = opened(world);
    world.payment("1001", fact);
    world.settle().await;
    world.payment("1001", told(DisputeStatus::Lost, total, None));
    world.settle().await;
    // The gateway leaves it lost, and gives back what two units cost.
    let back = UNIT.saturating_mul(2);
    world.minutes_pass(1);
    world.payment("1001", lost_in_part(total, back));
    world.settle().await;
    let rest = total.saturating_sub(back);
    let gateway = &world.gateway.inner;
    gateway.is_disputed(INTENT);
    assert_eq!(gateway.dispute_ends(INTENT, rest), rest);
    assert_eq!(world.exceptions(order).await, [ExceptionKind::DisputeLost]);
    let payment = world.order(order).await.state.payment;
    assert_eq!((payment.lost(), payment.secured()), (rest, back));
    assert_eq!(payment.status(), PaymentStatus::PartiallyRefunded);
    cancels(world, order, 3).await;
    world.settle().await;
    assert_eq!(given_back(world), [back]);
    books_agree(world, order).await;
    world.payment("1001", lost_in_part(total, back));
    world.settle().await;
    assert_eq!(given_back(world), [back], "told twice");
}
