//! Stripe does not work for hours, while orders are placed, captured, cancelled and refunded: over HTTP, through the use cases,
//! to the cent.

use domain::order::{CapturePolicy, PaymentCommands, Status};
use live::stripe::{Fault, LedgerReversal, TaxLine, TaxSale};
use stories::{redelivery::Delivery, world::Draft};

use crate::{shop::Shop, support::named_of};

/// The price of one unit with its tax and its share of the shipping, when three are bought.
const UNIT: i64 = 1999 + 380 + 163;

fn commanded(number: &str, units: u32) -> Draft {
    let draft = Draft::new(number).line("TEE", units);
    draft.commanded(PaymentCommands::default())
}

fn captured_at_once(number: &str) -> Draft {
    Draft::new(number)
        .line("TEE", 3)
        .commanded(PaymentCommands {
            capture: CapturePolicy::AtOnce,
            ..PaymentCommands::default()
        })
}

async fn an_outage_of_a_day(delivery: Delivery) {
    let mut shop = Shop::open(delivery);
    let refunded = shop.places_paid(commanded("1001", 3)).await;
    let voided = shop.places_authorized(commanded("1002", 2)).await;
    // The first one is carried out, and Stripe keeps its error for a day.
    shop.stripe
        .is_down_after(&[Fault::ServerError { done: true }]);
    shop.cancels(refunded, 1).await;
    shop.world.settle().await;
    assert_eq!(
        shop.refunds_of(refunded).len(),
        1,
        "which nobody here knows"
    );
    shop.world.gives_back(refunded, 500).await.unwrap();
    shop.cancels(voided, 2).await;
    let captured = shop.places_authorized(captured_at_once("1003")).await;
    let unpaid = shop.world.place(commanded("1004", 1)).await;
    shop.stripe
        .authorize("pi_1004", &unpaid.to_string(), "eur", 0);
    shop.hours_pass(5).await;
    shop.is_cut_off();
    shop.hours_pass(21).await;
    assert_eq!(shop.refunds_of(refunded).len(), 1);
    assert_eq!(shop.stripe.ledger().cancelled, [""; 0]);
    assert_eq!(shop.world.status(unpaid).await, Status::Pending);
    assert_eq!(shop.world.dead_letters(), []);

    shop.connects();
    shop.stripe.is_up();
    shop.hours_pass(13).await;
    let numbers: Vec<u32> = (1..=2).collect();
    let back = shop.refunds_of(refunded);
    let effects: Vec<String> = back.iter().map(|(effect, _)| effect.clone()).collect();
    let expected = numbers.iter().map(|number| named_of(refunded, *number));
    assert_eq!(effects, expected.collect::<Vec<_>>());
    assert_eq!(back[0].1 + back[1].1, UNIT + 500);
    let ledger = shop.stripe.ledger();
    assert_eq!(ledger.captured["pi_1003"], shop.world.total("1003"));
    assert_eq!(ledger.cancelled, ["pi_1002", "pi_1004"]);
    for order in [refunded, voided, captured, unpaid] {
        shop.is_settled(order).await;
    }
    for order in [voided, unpaid] {
        assert_eq!(shop.world.status(order).await, Status::Cancelled);
    }
    shop.world.ends_well().await;
}

#[tokio::test]
async fn after_an_outage_of_a_day_everything_was_made_once() {
    Box::pin(an_outage_of_a_day(Delivery::InOrderOnce)).await;
}

#[tokio::test]
async fn after_an_outage_of_a_day_everything_was_made_once_by_functions_that_die() {
    Box::pin(an_outage_of_a_day(Delivery::redelivered(1))).await;
}

#[tokio::test]
async fn after_an_outage_the_tax_is_reversed_once_and_then_the_refund_is_made() {
    let mut shop = Shop::open(Delivery::InOrderOnce);
    shop.stripe.record_sale(TaxSale {
        id: "tax_1001".to_owned(),
        currency: "eur".to_owned(),
        is_inclusive: false,
        lines: vec![TaxLine {
            reference: "1".to_owned(),
            quantity: 3,
            amount: 3 * 1999,
            tax: 3 * 380,
        }],
        shipping: Some((490 - 78, 78)),
    });
    let order = shop.places_paid(commanded("1001", 3).taxed()).await;
    // The first attempt is carried out, and its error is kept for a day.
    shop.stripe
        .is_down_after(&[Fault::ServerError { done: true }]);
    shop.cancels(order, 1).await;
    shop.world.settle().await;
    shop.hours_pass(26).await;
    let reversed = [LedgerReversal {
        reference: named_of(order, 1),
        original: "tax_1001".to_owned(),
        lines: vec![("1".to_owned(), -1999, -380)],
        shipping: (-(163 - 25), -25),
    }];
    assert_eq!(shop.stripe.tax_reversals(), reversed);
    assert_eq!(shop.refunds_of(order), [], "it waits for the answer");
    shop.stripe.is_up();
    shop.hours_pass(7).await;
    assert_eq!(shop.stripe.tax_reversals(), reversed);
    assert_eq!(shop.refunds_of(order), [(named_of(order, 2), UNIT)]);
    shop.is_settled(order).await;
    shop.world.ends_well().await;
}

#[tokio::test]
async fn an_order_that_is_paid_during_an_outage_is_paid_when_it_is_over() {
    let mut shop = Shop::open(Delivery::InOrderOnce);
    let order = shop.world.place(commanded("1001", 3)).await;
    shop.stripe.is_down_after(&[]);
    shop.hours_pass(1).await;
    let total = shop.world.total("1001");
    shop.stripe.pay("pi_1001", &order.to_string(), "eur", total);
    shop.is_cut_off();
    shop.hours_pass(30).await;
    assert_eq!(shop.world.status(order).await, Status::Pending);
    shop.connects();
    shop.stripe.is_up();
    shop.hours_pass(7).await;
    let found = shop.is_settled(order).await;
    assert_eq!(found.state.payment.captured(), total);
    assert_eq!(shop.stripe.ledger().cancelled, [""; 0]);
    shop.world.ends_well().await;
}

#[tokio::test]
async fn what_stripe_is_too_busy_for_comes_when_it_says() {
    let mut shop = Shop::open(Delivery::InOrderOnce);
    let order = shop.places_paid(commanded("1001", 3)).await;
    let busy = Fault::RateLimited { retry_after_s: 300 };
    shop.stripe.inject(busy);
    shop.cancels(order, 1).await;
    shop.world.settle().await;
    let sent = shop.stripe.commands();
    shop.world.minutes_pass(4);
    shop.world.settle().await;
    assert_eq!(shop.stripe.commands(), sent, "it was told to wait");
    assert_eq!(shop.refunds_of(order), []);
    shop.world.minutes_pass(2);
    shop.world.settle().await;
    assert_eq!(shop.refunds_of(order), [(named_of(order, 1), UNIT)]);
    shop.is_settled(order).await;
    shop.world.ends_well().await;
}

#[tokio::test]
async fn a_replayed_error_is_no_outcome() {
    for (done, attempts) in [(true, 0), (false, 1)] {
        let mut shop = Shop::open(Delivery::InOrderOnce);
        let order = shop.places_paid(commanded("1001", 3)).await;
        shop.stripe.inject(Fault::ServerError { done });
        shop.cancels(order, 1).await;
        shop.world.settle().await;
        assert_eq!(shop.refunds_of(order), [(named_of(order, 1), UNIT)]);
        let retried = shop.world.times(order, "EffectRetried").await;
        assert_eq!(retried, attempts, "done: {done}");
        shop.is_settled(order).await;
        shop.world.ends_well().await;
    }
}
