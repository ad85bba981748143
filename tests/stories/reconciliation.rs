//! Differences between the gateway's lists and our ledger: each kind, found, and healed where a webhook would have told.

use domain::{
    inbound::PaymentFact,
    order::{DisputeFunds, DisputeStatus, ExceptionKind, PaymentStatus, RefundStatus},
    reconciliation::{DifferenceKind, GatewayObject, ObjectKind},
};

use crate::{
    redelivery::Delivery,
    story::story,
    world::{Draft, Found, World},
};

const INTENT: &str = "pi_1001";

fn dispute(status: DisputeStatus, amount: i64, funds: Option<DisputeFunds>) -> PaymentFact {
    PaymentFact::Dispute {
        id: "dp_1".to_owned(),
        status,
        amount,
        currency: "EUR".parse().expect("a currency"),
        reason: None,
        evidence_due: None,
        funds,
        reinstated: None,
    }
}

fn refund(id: &str, amount: i64, currency: &str, status: RefundStatus) -> PaymentFact {
    PaymentFact::Refund {
        id: id.to_owned(),
        amount,
        currency: currency.parse().expect("a currency"),
        status,
        effect: None,
    }
}

fn open(kind: DifferenceKind, id: &str) -> Found {
    (kind, id.to_owned(), true, false)
}

fn healed(kind: DifferenceKind, id: &str) -> Found {
    (kind, id.to_owned(), false, true)
}

/// The day is over and compared: what was found.
async fn found(world: &mut World) -> Vec<Found> {
    let day = world.today();
    world.night_falls();
    world.reconciles().await;
    let result = world.result_of(day).await;
    assert_eq!(result.run, None, "it has ended");
    world.differences(day).await
}

async fn paid(world: &mut World) -> domain::ids::OrderId {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.pays("1001");
    world.settle().await;
    order
}

story!(books_that_agree_have_no_differences);
async fn books_that_agree_have_no_differences(world: &mut World) {
    paid(world).await;
    world.refunds("1001", "re_1", 500);
    world.payment("1001", dispute(DisputeStatus::NeedsResponse, 900, None));
    world.place(Draft::new("1002").line("TEE", 1)).await;
    world.gateway.inner.knows("pi_1002");
    world.settle().await;
    let day = world.today();
    assert_eq!(found(world).await, []);
    let counts = world.result_of(day).await.counts;
    assert_eq!(
        (counts.payments, counts.refunds, counts.disputes),
        (1, 1, 1)
    );
    assert_eq!(counts.movements, 3, "the payment, the refund, the dispute");
    let (_, looked_up) = world.gateway.inner.reconciliation_requests();
    let goes_through = matches!(world.delivery, Delivery::InOrderOnce);
    assert!(
        !goes_through || looked_up == 0,
        "what is listed is not asked for"
    );
}

story!(a_day_whose_webhooks_are_all_lost_is_known_after_reconciliation);
async fn a_day_whose_webhooks_are_all_lost_is_known_after_reconciliation(world: &mut World) {
    use DifferenceKind as Kind;
    world.webhooks_are_lost();
    let mut orders = Vec::new();
    for number in 1001..1007 {
        let number = number.to_string();
        orders.push(world.place(Draft::new(&number).line("TEE", 1)).await);
        world.pays(&number);
    }
    world.refunds("1002", "re_2", 100);
    world.payment("1003", dispute(DisputeStatus::NeedsResponse, 500, None));
    let other = PaymentFact::Captured {
        amount: 700,
        currency: "EUR".parse().expect("a currency"),
    };
    world.payment_of(Some("pi_other"), None, other);
    world.settle().await;
    assert!(!world.order(orders[0]).await.is_paid(), "nothing is known");
    let mut expected = vec![
        healed(Kind::PaymentUnknownHere, "pi_other"),
        open(Kind::PaymentUnmatched, "pi_other"),
        healed(Kind::RefundUnknownHere, "re_2"),
        healed(Kind::DisputeUnknownHere, "dp_1"),
    ];
    for number in 1001..1007 {
        expected.push(healed(Kind::CapturedDiffers, &format!("pi_{number}")));
    }
    expected.sort();
    assert_eq!(found(world).await, expected);
    for (order, status) in [
        (orders[0], PaymentStatus::Captured),
        (orders[1], PaymentStatus::PartiallyRefunded),
        (orders[2], PaymentStatus::Disputed),
        (orders[5], PaymentStatus::Captured),
    ] {
        assert_eq!(world.order(order).await.state.payment.status(), status);
        assert_eq!(world.times(order, "PaymentCaptured").await, 1);
    }
    let shown = world.exceptions(orders[1]).await;
    assert!(
        shown.contains(&ExceptionKind::RefundNotRequested),
        "{shown:?}"
    );
}

story!(a_second_payment_that_names_its_order_is_applied_to_it);
async fn a_second_payment_that_names_its_order_is_applied_to_it(world: &mut World) {
    let order = paid(world).await;
    world.webhooks_are_lost();
    world.second_payment("1001", 300);
    let expected = [healed(DifferenceKind::PaymentUnknownHere, "pi_1001_2")];
    assert_eq!(found(world).await, expected);
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.intent("pi_1001_2").map(|i| i.captured), Some(300));
}

story!(a_refund_is_applied_after_the_capture_of_an_earlier_day_that_nobody_told_of);
async fn a_refund_is_applied_after_the_capture_of_an_earlier_day_that_nobody_told_of(
    world: &mut World,
) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.webhooks_are_lost();
    world.pays("1001");
    world.night_falls();
    world.refunds("1001", "re_1", 100);
    let day = world.today();
    world.night_falls();
    world.reconciles_day(day).await;
    let expected = [healed(DifferenceKind::RefundUnknownHere, "re_1")];
    assert_eq!(world.differences(day).await, expected);
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::PartiallyRefunded);
}

story!(what_our_ledger_has_and_the_gateway_does_not_know_is_found);
async fn what_our_ledger_has_and_the_gateway_does_not_know_is_found(world: &mut World) {
    let order = paid(world).await;
    world.refunds("1001", "re_1", 500);
    world.payment("1001", dispute(DisputeStatus::NeedsResponse, 900, None));
    world.settle().await;
    for (kind, id) in [
        (ObjectKind::Payment, INTENT),
        (ObjectKind::Refund, "re_1"),
        (ObjectKind::Dispute, "dp_1"),
    ] {
        let object = GatewayObject::new(kind, id);
        world.gateway.inner.forgets(object);
    }
    let day = world.today();
    let expected = [
        open(DifferenceKind::PaymentMissingAtGateway, INTENT),
        open(DifferenceKind::RefundMissingAtGateway, "re_1"),
        open(DifferenceKind::DisputeMissingAtGateway, "dp_1"),
    ];
    assert_eq!(found(world).await, expected);
    let result = world.result_of(day).await;
    let refund = result.differences.iter().find(|found| found.id == "re_1");
    let refund = refund.expect("the refund");
    assert_eq!(refund.ours.amount, Some(500));
    assert_eq!((refund.gateway.amount, refund.order), (None, Some(order)));
    assert_eq!(refund.payment.as_deref(), Some(INTENT));
}

story!(amounts_of_a_payment_that_differ_are_shown_with_both);
async fn amounts_of_a_payment_that_differ_are_shown_with_both(world: &mut World) {
    paid(world).await;
    let total = world.total("1001");
    world.gateway.inner.holds(INTENT, total, total - 100, false);
    let day = world.today();
    let expected = [open(DifferenceKind::CapturedDiffers, INTENT)];
    assert_eq!(found(world).await, expected);
    let [shown] = &world.result_of(day).await.differences[..] else {
        panic!("one difference")
    };
    assert_eq!(shown.gateway.amount, Some(total - 100));
    assert_eq!(shown.ours.amount, Some(total));
}

story!(an_authorization_that_has_shrunk_is_shown_and_one_that_ended_is_applied);
async fn an_authorization_that_has_shrunk_is_shown_and_one_that_ended_is_applied(
    world: &mut World,
) {
    let order = world.place(Draft::new("1001").line("TEE", 2)).await;
    world.authorizes("1001");
    world.settle().await;
    let total = world.total("1001");
    world.gateway.inner.holds(INTENT, total - 100, 0, false);
    let day = world.today();
    let expected = [open(DifferenceKind::CapturableDiffers, INTENT)];
    assert_eq!(found(world).await, expected);
    world.gateway.inner.holds(INTENT, total - 100, 0, true);
    world.night_falls();
    world.reconciles_day(day).await;
    let expected = [healed(DifferenceKind::CapturableDiffers, INTENT)];
    assert_eq!(world.differences(day).await, expected);
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::Voided);
}

story!(a_refund_of_another_amount_or_another_currency_is_shown);
async fn a_refund_of_another_amount_or_another_currency_is_shown(world: &mut World) {
    paid(world).await;
    world.refunds("1001", "re_1", 500);
    world.settle().await;
    world.webhooks_are_lost();
    world.refunds("1001", "re_1", 600);
    let foreign = refund("re_2", 100, "USD", RefundStatus::Succeeded);
    world.payment("1001", foreign);
    let expected = [
        open(DifferenceKind::RefundAmountDiffers, "re_1"),
        open(DifferenceKind::CurrencyDiffers, "re_2"),
    ];
    assert_eq!(found(world).await, expected);
}

story!(a_refund_that_failed_late_is_applied_and_one_that_is_less_far_is_shown);
async fn a_refund_that_failed_late_is_applied_and_one_that_is_less_far_is_shown(world: &mut World) {
    let order = paid(world).await;
    world.refunds("1001", "re_1", 500);
    world.payment("1001", refund("re_2", 100, "EUR", RefundStatus::Failed));
    world.settle().await;
    world.webhooks_are_lost();
    world.payment("1001", refund("re_1", 500, "EUR", RefundStatus::Failed));
    world.refunds("1001", "re_2", 100);
    let expected = [
        healed(DifferenceKind::RefundStatusDiffers, "re_1"),
        open(DifferenceKind::RefundStatusDiffers, "re_2"),
    ];
    assert_eq!(found(world).await, expected);
    assert_eq!(world.order(order).await.state.payment.refunded(), 0);
}

story!(a_refund_above_what_was_captured_is_refused_and_shown);
async fn a_refund_above_what_was_captured_is_refused_and_shown(world: &mut World) {
    let order = paid(world).await;
    world.webhooks_are_lost();
    world.refunds("1001", "re_1", world.total("1001") + 1);
    let expected = [open(DifferenceKind::RefundUnknownHere, "re_1")];
    assert_eq!(found(world).await, expected);
    assert_eq!(world.order(order).await.state.payment.refunds, []);
}

story!(a_dispute_that_has_moved_on_is_applied);
async fn a_dispute_that_has_moved_on_is_applied(world: &mut World) {
    let order = paid(world).await;
    world.payment("1001", dispute(DisputeStatus::NeedsResponse, 900, None));
    world.settle().await;
    world.webhooks_are_lost();
    world.payment("1001", dispute(DisputeStatus::NeedsResponse, 800, None));
    let expected = [healed(DifferenceKind::DisputeAmountDiffers, "dp_1")];
    assert_eq!(found(world).await, expected);
    let withdrawn = Some(DisputeFunds::Withdrawn);
    world.payment(
        "1001",
        dispute(DisputeStatus::NeedsResponse, 800, withdrawn),
    );
    let opened_on = world.today().yesterday().expect("a day");
    let mut all = found(world).await;
    // It is compared with the day on which it was opened, too: whichever comes first.
    all.extend(world.differences(opened_on).await);
    let expected = healed(DifferenceKind::DisputeFundsDiffer, "dp_1");
    assert!(all.contains(&expected), "{all:?}");
    let known = world.order(order).await.state.payment;
    let known = known.dispute("dp_1").expect("the dispute");
    assert!(known.are_funds_withdrawn());
}

story!(a_dispute_that_ends_after_weeks_is_applied_and_an_end_is_not_undone);
async fn a_dispute_that_ends_after_weeks_is_applied_and_an_end_is_not_undone(world: &mut World) {
    let order = paid(world).await;
    world.payment("1001", dispute(DisputeStatus::NeedsResponse, 900, None));
    world.settle().await;
    world.webhooks_are_lost();
    world.minutes_pass(60 * 24 * 60);
    world.payment("1001", dispute(DisputeStatus::Won, 900, None));
    let expected = [healed(DifferenceKind::DisputeStatusDiffers, "dp_1")];
    assert_eq!(found(world).await, expected);
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::Captured);
    world.payment("1001", dispute(DisputeStatus::UnderReview, 900, None));
    let expected = [open(DifferenceKind::DisputeStatusDiffers, "dp_1")];
    assert_eq!(found(world).await, expected);
}
