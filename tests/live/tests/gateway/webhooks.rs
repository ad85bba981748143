//! The double tells of what has happened as Stripe does: signed, at once or late, once or twice, naming the effect.

use domain::{inbound::PaymentFact, order::RefundStatus};
use live::stripe::Delivery;

use crate::{
    intake::{Intake, SECRET},
    support::{World, cancel, capture, refund},
};

#[tokio::test]
async fn a_refund_is_told_of_with_the_effect_that_wanted_it() {
    let (world, intake) = (World::paid(), Intake::open());
    world.stripe.refunds_take_time();
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::AtOnce);
    world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(intake.refunds(), [(Some(3), RefundStatus::Pending)]);
    world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(intake.refunds().len(), 1, "a replay is no event");
    let id = world.stripe.ledger().refunds[0].id.clone();
    world.stripe.end_refund(&id, true).unwrap();
    world.stripe.end_refund(&id, false).unwrap();
    let told = [
        RefundStatus::Pending,
        RefundStatus::Succeeded,
        RefundStatus::Failed,
    ];
    assert_eq!(intake.refunds(), told.map(|status| (Some(3), status)));
}

#[tokio::test]
async fn captures_and_cancellations_are_told_of() {
    let (world, intake) = (World::authorized(), Intake::open());
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::Twice);
    world.perform(&capture(1, 1500, 0)).await.unwrap();
    let captured = PaymentFact::Captured {
        amount: 1500,
        currency: "EUR".parse().unwrap(),
    };
    assert_eq!(intake.facts(), [captured.clone(), captured]);
    let (world, intake) = (World::authorized(), Intake::open());
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::AtOnce);
    world.perform(&cancel(1)).await.unwrap();
    assert_eq!(intake.facts(), [PaymentFact::Cancelled]);
}

#[tokio::test]
async fn webhooks_come_late_or_never_and_again_when_they_were_not_taken() {
    let (world, intake) = (World::paid(), Intake::open());
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::Late);
    world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(intake.facts(), []);
    *intake.down() = true;
    assert!(world.stripe.send_late().is_err());
    *intake.down() = false;
    world.stripe.send_late().unwrap();
    world.stripe.send_late().unwrap();
    assert_eq!(intake.refunds(), [(Some(3), RefundStatus::Succeeded)]);
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::Never);
    world.perform(&refund(4, 500)).await.unwrap();
    world.stripe.send_late().unwrap();
    assert_eq!(intake.refunds().len(), 1);
}
