//! Refunds that people ask for: of units, of shipping, of an amount, and who approves them. The gateway's own ledger says
//! what has really gone back.

use app::failure::Failure;
use domain::{
    ids::OrderId,
    inbound::PaymentFact,
    order::{
        ExceptionKind, PaymentCommands, RefundReason, RefundRequest, RefundUnits, RejectionCode,
        ShippingRefund,
    },
};

use super::commanded_payments::{UNIT, books_agree, cancels, given_back, three_are_paid};
use crate::{
    story::story,
    world::{Draft, World},
};

fn units(line: &str, units: u32) -> RefundRequest {
    RefundRequest {
        lines: vec![RefundUnits {
            line: line.parse().expect("a line"),
            units,
        }],
        reason: Some(RefundReason::Damaged),
        ..RefundRequest::default()
    }
}

async fn refunds(world: &mut World, order: OrderId, refund: RefundRequest) {
    world.refunds_as_asked(order, refund).await.expect("paid");
    world.settle().await;
}

story!(a_refunded_unit_that_is_cancelled_later_goes_back_once);
async fn a_refunded_unit_that_is_cancelled_later_goes_back_once(world: &mut World) {
    let order = three_are_paid(world).await;
    refunds(world, order, units("1", 1)).await;
    assert_eq!(given_back(world), [UNIT]);
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(given_back(world), [UNIT], "it is the same unit");
    cancels(world, order, 2).await;
    world.settle().await;
    assert_eq!(world.gateway.inner.refunded(), world.total("1001"));
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_unit_that_left_is_refunded_and_the_one_that_waits_is_cancelled);
async fn a_unit_that_left_is_refunded_and_the_one_that_waits_is_cancelled(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = three_are_paid(world).await;
    world.ships("berlin", order, "1").await;
    world.settle().await;
    refunds(world, order, units("1", 1)).await;
    cancels(world, order, 1).await;
    world.settle().await;
    let back = given_back(world);
    assert_eq!(back.len(), 2, "two units: {back:?}");
    assert!(back.iter().all(|amount| (amount - UNIT).abs() <= 1));
    books_agree(world, order).await;
}

story!(shipping_goes_back_by_the_rule_and_never_twice);
async fn shipping_goes_back_by_the_rule_and_never_twice(world: &mut World) {
    for (number, rule, first, last) in [
        ("1001", ShippingRefund::FirstUnit, 490, 0),
        ("1002", ShippingRefund::LastUnit, 0, 490),
        ("1003", ShippingRefund::Never, 0, 0),
    ] {
        let draft = Draft::new(number).line(&format!("S{number}"), 2);
        let draft = draft.commanded(PaymentCommands::default());
        let draft = draft.shipping_goes_back(rule);
        let order = world.place_and_pay(draft).await;
        let before = world.gateway.inner.refunded();
        cancels(world, order, 1).await;
        world.settle().await;
        let one = world.gateway.inner.refunded() - before;
        assert_eq!(one, 1999 + 380 + first, "{rule:?}");
        cancels(world, order, 1).await;
        world.settle().await;
        let other = world.gateway.inner.refunded() - before - one;
        assert_eq!(other, 1999 + 380 + last, "{rule:?}");
        let left = world.order(order).await.shipping_left();
        if left > 0 {
            let shipping = RefundRequest {
                shipping: left,
                ..RefundRequest::default()
            };
            refunds(world, order, shipping).await;
        }
        let back = world.gateway.inner.refunded() - before;
        assert_eq!(back, world.total(number), "{rule:?}");
        assert_eq!(world.exceptions(order).await, []);
    }
}

story!(dinars_go_back_in_tens_and_sum_to_the_whole);
async fn dinars_go_back_in_tens_and_sum_to_the_whole(world: &mut World) {
    let mut draft = Draft::new("1001").line("TEE", 3).line("MUG", 1);
    draft = draft.commanded(PaymentCommands::default());
    let request = &mut draft.request;
    request.currency = "KWD".parse().expect("a currency");
    // Three units cannot share any of it evenly.
    (request.shipping, request.discount) = (1510, 1000);
    (request.lines[0].unit_price, request.lines[0].tax) = (5120, 770);
    (request.lines[1].unit_price, request.lines[1].tax) = (2990, 150);
    let currency = request.currency;
    let order = world.place(draft).await;
    let amount = world.total("1001");
    world.payment("1001", PaymentFact::Captured { amount, currency });
    world.gateway.inner.is_in("pi_1001", "KWD");
    world.settle().await;
    for units in [1, 1] {
        cancels(world, order, units).await;
        world.settle().await;
    }
    let odd = RefundRequest {
        amount: 105,
        ..RefundRequest::default()
    };
    let refused = world.refunds_as_asked(order, odd).await;
    let Err(Failure::Rejected(refused)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refused.code, RejectionCode::RefundAmount);
    world.cancels(order, &[]).await.expect("cancelled");
    world.settle().await;
    let back = given_back(world);
    assert!(back.iter().all(|amount| amount % 10 == 0), "{back:?}");
    assert_eq!(back.len(), 3, "{back:?}");
    assert_eq!(back.iter().sum::<i64>(), amount);
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_fee_stays_with_the_shop);
async fn a_fee_stays_with_the_shop(world: &mut World) {
    let order = three_are_paid(world).await;
    let with_fee = RefundRequest {
        restocking_fee: 500,
        ..units("1", 1)
    };
    refunds(world, order, with_fee).await;
    assert_eq!(given_back(world), [UNIT - 500]);
    cancels(world, order, 3).await;
    world.settle().await;
    let total = world.total("1001");
    assert_eq!(world.gateway.inner.refunded(), total - 500);
    books_agree(world, order).await;
    assert_eq!(
        world.exceptions(order).await,
        [],
        "nobody has paid too much"
    );
}

story!(goodwill_beyond_the_limit_waits_for_somebody_else);
async fn goodwill_beyond_the_limit_waits_for_somebody_else(world: &mut World) {
    let order = three_are_paid(world).await;
    world
        .gives_back_within(order, 501, 500)
        .await
        .expect("recorded");
    world.settle().await;
    assert_eq!(given_back(world), [0_i64; 0]);
    let waits = [ExceptionKind::RefundAwaitsApproval];
    assert_eq!(world.exceptions(order).await, waits);
    let own = world.approves(order, "agent").await;
    assert!(matches!(own, Err(Failure::Rejected(r)) if r.code == RejectionCode::OwnRefund));
    world.approves(order, "lead").await.expect("another one");
    world.settle().await;
    assert_eq!(given_back(world), [501]);
    assert_eq!(world.exceptions(order).await, []);
    books_agree(world, order).await;
}
