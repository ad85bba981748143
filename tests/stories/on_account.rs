//! Orders on account: the limit of the customer's account, what it owes, and what is overdue.

use app::failure::Failure;
use domain::{
    ids::OrderId,
    order::{
        Effect, EffectAction, ExceptionKind, OrderState, PaymentStatus, RefundRequest, RefundUnits,
        RejectionCode, Status, TenderKind,
    },
};

use crate::{
    story::story,
    world::{Draft, World},
};

/// The price of one of two units with its tax and its share of the shipping.
const UNIT: i64 = 1999 + 380 + 245;
const TOTAL: i64 = 2 * UNIT;

fn two(number: &str) -> Draft {
    Draft::new(number)
        .line("TEE", 2)
        .on_account("ACME-7", Some(10))
}

async fn berlin_has_stock(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
}

async fn state(world: &World, order: OrderId) -> OrderState {
    world.order(order).await.state
}

async fn cancels(world: &mut World, order: OrderId, units: u32) {
    world
        .cancels(order, &[("1", units)])
        .await
        .expect("nothing has left");
    world.settle().await;
}

async fn days_pass(world: &mut World, days: i64) {
    world.minutes_pass(days * 24 * 60);
    world.sweeps();
    world.settle().await;
}

fn refund_of(effect: &Effect) -> Option<i64> {
    if let EffectAction::Refund { amount, .. } = effect.action {
        Some(amount)
    } else {
        None
    }
}

fn refused(answer: Result<OrderId, Failure>) -> (RejectionCode, String) {
    let Err(Failure::Rejected(rejection)) = answer else {
        panic!("{answer:?}")
    };
    (rejection.code, rejection.message)
}

story!(goods_on_account_go_at_once_and_the_account_owes_them_until_they_are_paid);
async fn goods_on_account_go_at_once_and_the_account_owes_them_until_they_are_paid(
    world: &mut World,
) {
    berlin_has_stock(world).await;
    world.may_owe("ACME-7", 2 * TOTAL).await;
    let order = world.place(two("1001")).await;
    let payment = state(world, order).await.payment;
    assert_eq!(payment.status(), PaymentStatus::Pending);
    assert_eq!(world.owes("ACME-7").await, TOTAL);
    world.settle().await;
    world.ships("berlin", order, "1").await;
    world.settle().await;
    world.delivers("berlin", order, "1");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
    assert_eq!(world.owes("ACME-7").await, TOTAL, "it has the goods");
    let part = (TenderKind::BankTransfer, "B/1", TOTAL - 100);
    world.records_payment(order, part).await.expect("recorded");
    assert_eq!(world.owes("ACME-7").await, 100);
    let rest = (TenderKind::BankTransfer, "B/2", 150);
    world.records_payment(order, rest).await.expect("recorded");
    assert_eq!(world.owes("ACME-7").await, 0, "50 too much is no credit");
    assert_eq!(world.exceptions(order).await, [ExceptionKind::Overpaid]);
}

story!(an_account_owes_its_limit_and_not_a_cent_more);
async fn an_account_owes_its_limit_and_not_a_cent_more(world: &mut World) {
    world.may_owe("ACME-7", 2 * TOTAL - 1).await;
    let first = world.place(two("1001")).await;
    let (code, message) = refused(world.tries_to_place(two("1002")).await);
    assert_eq!(code, RejectionCode::CreditLimitExceeded);
    assert!(message.contains("52.48 EUR"), "{message}");
    assert!(message.contains("52.47 EUR"), "{message}");
    assert_eq!(world.owes("ACME-7").await, TOTAL);
    // A cent less, and it fits.
    let fitting = two("1003").gift_card("GC-1", 1);
    world.place(fitting).await;
    assert_eq!(world.owes("ACME-7").await, 2 * TOTAL - 1);
    cancels(world, first, 2).await;
    assert_eq!(world.owes("ACME-7").await, TOTAL - 1);
    world.place(two("1002")).await;
    assert_eq!(world.owes("ACME-7").await, 2 * TOTAL - 1);
}

story!(an_order_is_on_an_account_that_there_is);
async fn an_order_is_on_an_account_that_there_is(world: &mut World) {
    let (code, _) = refused(world.tries_to_place(two("1001")).await);
    assert_eq!(code, RejectionCode::UnknownAccount);
    let free = two("1002").free_of_charge();
    let (code, _) = refused(world.tries_to_place(free.clone()).await);
    assert_eq!(code, RejectionCode::UnknownAccount);
    world.may_owe("ACME-7", 0).await;
    let (code, _) = refused(world.tries_to_place(two("1001")).await);
    assert_eq!(code, RejectionCode::CreditLimitExceeded);
    world.place(free).await;
    assert_eq!(world.owes("ACME-7").await, 0);
}

story!(a_limit_may_be_lowered_below_what_is_open);
async fn a_limit_may_be_lowered_below_what_is_open(world: &mut World) {
    world.may_owe("ACME-7", TOTAL).await;
    let order = world.place(two("1001")).await;
    world.may_owe("ACME-7", TOTAL / 2).await;
    let account = world.account("ACME-7").await;
    let euro = "EUR".parse().expect("a currency");
    assert_eq!(account.free(euro), TOTAL / 2 - TOTAL);
    let (code, _) = refused(world.tries_to_place(two("1002")).await);
    assert_eq!(code, RejectionCode::CreditLimitExceeded);
    cancels(world, order, 1).await;
    let account = world.account("ACME-7").await;
    assert_eq!((account.open(euro), account.free(euro)), (UNIT, 0));
}

story!(a_limit_is_set_by_a_read_and_a_write_and_the_answer_is_made_of_them);
async fn a_limit_is_set_by_a_read_and_a_write_and_the_answer_is_made_of_them(world: &mut World) {
    world.may_owe("ACME-7", TOTAL).await;
    world.place(two("1001")).await;
    let answer = world.may_owe_in(2, "ACME-7", TOTAL + 1).await;
    assert_eq!(answer, Some(world.account("ACME-7").await));
    let euro = "EUR".parse().expect("a currency");
    assert_eq!(world.account("ACME-7").await.free(euro), 1);
}

story!(units_that_are_cancelled_are_not_owed_and_paid_ones_go_back_by_hand);
async fn units_that_are_cancelled_are_not_owed_and_paid_ones_go_back_by_hand(world: &mut World) {
    world.may_owe("ACME-7", TOTAL).await;
    let order = world.place(two("1001")).await;
    cancels(world, order, 1).await;
    assert_eq!(world.owes("ACME-7").await, UNIT);
    assert_eq!(world.exceptions(order).await, []);
    let all = (TenderKind::BankTransfer, "B/1", UNIT);
    world.records_payment(order, all).await.expect("recorded");
    assert_eq!(world.owes("ACME-7").await, 0);
    cancels(world, order, 1).await;
    assert_eq!(world.exceptions(order).await, [ExceptionKind::RefundByHand]);
    world.records_refund(order, (1, "B/2")).await.expect("made");
    assert_eq!(state(world, order).await.payment.refunded(), UNIT);
    assert_eq!(world.owes("ACME-7").await, 0);
}

story!(goodwill_on_an_invoice_lowers_what_is_not_paid_first);
async fn goodwill_on_an_invoice_lowers_what_is_not_paid_first(world: &mut World) {
    world.may_owe("ACME-7", TOTAL).await;
    let order = world.place(two("1001")).await;
    let part = (TenderKind::BankTransfer, "B/1", 1000);
    world.records_payment(order, part).await.expect("recorded");
    world.gives_back(order, 300).await.expect("credited");
    assert_eq!(world.owes("ACME-7").await, TOTAL - 1300);
    assert_eq!(state(world, order).await.effects, [], "no money moves");
    // More than is open: the rest is given back by hand.
    world
        .gives_back(order, TOTAL - 1300 + 200)
        .await
        .expect("asked");
    assert_eq!(world.owes("ACME-7").await, 0);
    assert_eq!(world.exceptions(order).await, [ExceptionKind::RefundByHand]);
    world.records_refund(order, (1, "B/2")).await.expect("made");
    let payment = state(world, order).await.payment;
    assert_eq!(payment.refunded(), 200);
    assert_eq!(
        (payment.credits, payment.account_credits),
        (TOTAL - 800, TOTAL - 1000)
    );
    assert!(world.gives_back(order, 801).await.is_err(), "800 are kept");
}

story!(units_of_an_unpaid_invoice_are_credited_and_no_money_moves);
async fn units_of_an_unpaid_invoice_are_credited_and_no_money_moves(world: &mut World) {
    world.may_owe("ACME-7", TOTAL).await;
    let order = world.place(two("1001")).await;
    let one = RefundRequest {
        lines: vec![RefundUnits {
            line: "1".parse().expect("a line"),
            units: 1,
        }],
        restocking_fee: 100,
        ..RefundRequest::default()
    };
    world.refunds_as_asked(order, one).await.expect("credited");
    assert_eq!(world.owes("ACME-7").await, UNIT + 100);
    let rest = (TenderKind::BankTransfer, "B/1", UNIT + 100);
    world.records_payment(order, rest).await.expect("recorded");
    assert_eq!(world.owes("ACME-7").await, 0);
    let found = state(world, order).await;
    assert_eq!(found.effects, [], "nothing goes back");
    assert_eq!(world.exceptions(order).await, []);
}

story!(what_was_credited_on_an_invoice_is_not_missing_when_units_are_cancelled);
async fn what_was_credited_on_an_invoice_is_not_missing_when_units_are_cancelled(
    world: &mut World,
) {
    world.may_owe("ACME-7", TOTAL).await;
    let order = world.place(two("1001")).await;
    world.gives_back(order, 300).await.expect("credited");
    let paid = (TenderKind::BankTransfer, "B/1", TOTAL - 300);
    world.records_payment(order, paid).await.expect("recorded");
    cancels(world, order, 1).await;
    cancels(world, order, 1).await;
    let effects = state(world, order).await.effects.into_iter();
    let asked: i64 = effects.filter_map(|effect| refund_of(&effect)).sum();
    assert_eq!(asked, TOTAL - 300, "all that was paid goes back");
}

story!(what_is_overdue_is_shown_to_a_person_once);
async fn what_is_overdue_is_shown_to_a_person_once(world: &mut World) {
    world.may_owe("ACME-7", 3 * TOTAL).await;
    let order = world.place(two("1001")).await;
    let paid = world.place(two("1002")).await;
    let all = (TenderKind::BankTransfer, "B/1", TOTAL);
    world.records_payment(paid, all).await.expect("recorded");
    world.settle().await;
    days_pass(world, 9).await;
    assert_eq!(world.exceptions(order).await, []);
    days_pass(world, 2).await;
    let overdue = ExceptionKind::PaymentOverdue;
    let shown = std::slice::from_ref(&overdue);
    assert_eq!(world.exceptions(order).await, shown);
    assert_eq!(world.exceptions(paid).await, []);
    assert_eq!(world.backordered(order).await, 2, "it is not cancelled");
    let part = (TenderKind::BankTransfer, "B/2", TOTAL - 1);
    world.records_payment(order, part).await.expect("recorded");
    assert_eq!(world.exceptions(order).await, shown);
    world.closes_exception(order, &overdue).await;
    days_pass(world, 20).await;
    assert_eq!(world.times(order, "ExceptionOpened").await, 1);

    let other = world.place(two("1003")).await;
    world.settle().await;
    days_pass(world, 11).await;
    assert_eq!(world.exceptions(other).await, shown);
    let all = (TenderKind::BankTransfer, "B/3", TOTAL);
    world.records_payment(other, all).await.expect("recorded");
    assert_eq!(world.exceptions(other).await, [], "it closes by itself");
}

story!(the_deployment_says_in_how_many_days_an_invoice_is_to_be_paid);
async fn the_deployment_says_in_how_many_days_an_invoice_is_to_be_paid(world: &mut World) {
    world.may_owe("ACME-7", 3 * TOTAL).await;
    let draft = |number: &str| Draft::new(number).line("TEE", 2).on_account("ACME-7", None);
    let usual = world.place(draft("1001")).await;
    world.defaults = world.defaults.with_on_account_days(14);
    let other = world.place(draft("1002")).await;
    world.defaults = world.defaults.with_on_account_days(60);
    let days = async |order| {
        let order = world.order(order).await;
        let length = order.pay_until().duration_since(order.placed.placed_at);
        length.as_hours() / 24
    };
    assert_eq!((days(usual).await, days(other).await), (30, 14));
}
