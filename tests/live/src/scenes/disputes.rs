//! Payments that the customer's bank takes back.

use serde_json::json;

use crate::{
    environment::Environment,
    locations::BERLIN,
    outcome::{Outcome, expect, expect_that},
};

/// Disputed after shipping and lost: the money is gone once.
pub(super) fn lost_after_shipping(env: &Environment) -> Outcome {
    let coat = env.sku("COAT-WOOL");
    env.add_stock(BERLIN, &coat, 1)?;
    let order = env.basket().priced(&coat, 1, 15_900).commanded().place()?;
    order.pay(env)?;
    order.fulfillment(env, BERLIN)?.ship_all("BOX-1")?;
    order.until_status("fulfilled")?;

    let dispute = env.name("dp_");
    env.stripe
        .dispute(&dispute, &order.intent, "eur", order.total);
    env.stripe.tell_of_dispute(&dispute)?;
    let view = order.until("the dispute being shown", |o| {
        o.disputes.iter().any(|dispute| dispute.funds_withdrawn)
    })?;
    let shown = &view.disputes[0];
    expect("what is disputed", shown.amount, order.total)?;
    expect("the payment", view.payment_status.as_str(), "disputed")?;
    expect_that(
        "until when evidence can be sent being shown",
        shown.evidence_due.is_some(),
        shown,
    )?;
    let refused = order.give_back(&json!({ "amount": 1000 }))?;
    expect(
        "the code of a refund meanwhile",
        refused.text("/code").as_str(),
        "disputed",
    )?;
    env.reporter().passed(
        "Shown with the last day for evidence; a refund is refused while the bank decides.",
    );

    env.stripe.dispute_is_lost(&dispute);
    env.stripe.tell_of_dispute(&dispute)?;
    let view = order.until("the dispute being lost", |o| {
        o.disputes.iter().any(|dispute| dispute.status == "lost")
    })?;
    expect("the payment", view.payment_status.as_str(), "refunded")?;
    expect(
        "what the dispute took",
        view.money.lost_to_disputes,
        order.total,
    )?;
    expect(
        "refunded, owed and refundable",
        (
            view.money.refunded,
            view.money.refund_owed,
            view.money.refundable,
        ),
        (0, 0, 0),
    )?;
    expect_that(
        "a person being told",
        view.exceptions.iter().any(|one| one.kind == "dispute_lost"),
        &view.exceptions,
    )?;
    expect(
        "refunds at Stripe",
        order.refunds_at_stripe(),
        Vec::<i64>::new(),
    )?;
    env.reporter()
        .passed("Lost: the customer has the money from the bank, and no refund is commanded.");

    env.stripe.dispute_is_won_in_part(&dispute, 1000);
    env.stripe.tell_of_dispute(&dispute)?;
    let view = order.until("a part of the money being back", |o| {
        o.disputes.iter().any(|dispute| dispute.reinstated == 1000)
    })?;
    expect(
        "what the customer has from the bank, and what can be refunded",
        (view.money.lost_to_disputes, view.money.refundable),
        (order.total.saturating_sub(1000), 1000),
    )?;
    env.reporter()
        .passed("The bank gives 10.00 of it back to the shop: only that can be refunded.");
    Ok(())
}
