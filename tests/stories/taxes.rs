//! Orders whose tax a tax service has recorded: what is credited is reversed there to the cent and once, and the refund waits
//! for it. The service's own ledger says what was really reversed.

use domain::{
    ids::OrderId,
    order::{
        Effect, ExceptionKind, PaymentCommands, RefundRequest, RefundUnits, RejectionCode, Taxed,
    },
};

use super::commanded_payments::{UNIT, books_agree, cancels, given_back};
use crate::{
    gateway::Trouble,
    story::story,
    world::{Consumer, Draft, World},
};

fn taxed(number: &str) -> Draft {
    let draft = Draft::new(number).line("TEE", 3);
    draft.commanded(PaymentCommands::default()).taxed()
}

/// Three are paid, of which nothing is in stock; 3.80 tax each, and 0.78 in the shipping.
async fn three_are_paid(world: &mut World) -> OrderId {
    world.place_and_pay(taxed("1001")).await
}

fn of_one_unit() -> Taxed {
    Taxed {
        amount: UNIT,
        tax: 380 + 25,
    }
}

async fn waiting(world: &World, order: OrderId) -> Vec<u32> {
    let order = world.order(order).await;
    let effects = order.state.effects.iter();
    let waiting = effects.filter(|effect: &&Effect| order.awaits_tax(effect));
    waiting.map(|effect| effect.id).collect()
}

/// One unit is cancelled, and the tax service cannot be reached after one call that goes wrong.
async fn cancelled_while_down(world: &mut World, order: OrderId, trouble: Trouble) {
    world.pause(Consumer::Payments);
    cancels(world, order, 1).await;
    world.settle().await;
    world.gateway.inner.tax.is_down_after(trouble);
    world.resume_all();
    world.settle_except_early_messages().await;
}

async fn hours_pass(world: &mut World, hours: i64) {
    for _ in 0..hours * 6 {
        world.minutes_pass(10);
        world.sweeps();
        world.settle().await;
    }
}

story!(the_tax_of_a_cancelled_unit_is_reversed_with_its_refund);
async fn the_tax_of_a_cancelled_unit_is_reversed_with_its_refund(world: &mut World) {
    let order = three_are_paid(world).await;
    cancels(world, order, 1).await;
    world.settle().await;
    let made = world.gateway.inner.tax.reversals();
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(made[0].transaction, "tax_1001");
    assert_eq!(made[0].told.total(), of_one_unit());
    assert_eq!(given_back(world), [UNIT]);
    assert_eq!(world.times(order, "TaxReversed").await, 1);
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_taxed_order_in_pieces_is_reversed_as_a_whole);
async fn a_taxed_order_in_pieces_is_reversed_as_a_whole(world: &mut World) {
    let order = three_are_paid(world).await;
    let one = RefundRequest {
        lines: vec![RefundUnits {
            line: "1".parse().expect("a line"),
            units: 1,
        }],
        ..RefundRequest::default()
    };
    world.refunds_as_asked(order, one).await.expect("paid");
    world.settle().await;
    for _ in 0..3 {
        cancels(world, order, 1).await;
        world.settle().await;
    }
    let whole = Taxed {
        amount: world.total("1001"),
        tax: 3 * 380 + 78,
    };
    assert_eq!(world.gateway.inner.tax.reversed(), whole);
    assert_eq!(world.gateway.inner.refunded(), whole.amount);
    books_agree(world, order).await;
}

story!(a_refund_waits_while_the_tax_service_is_down);
async fn a_refund_waits_while_the_tax_service_is_down(world: &mut World) {
    let order = three_are_paid(world).await;
    world.gateway.inner.tax.is_down_after(Trouble::Lost);
    cancels(world, order, 1).await;
    hours_pass(world, 8).await;
    assert_eq!(given_back(world), [0_i64; 0], "nothing is guessed");
    assert_eq!(waiting(world, order).await, [2]);
    assert_eq!(world.dead_letters(), []);
    world.gateway.inner.tax.is_up();
    hours_pass(world, 8).await;
    assert_eq!(world.gateway.inner.tax.reversed(), of_one_unit());
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_reversal_whose_answer_is_lost_is_made_once);
async fn a_reversal_whose_answer_is_lost_is_made_once(world: &mut World) {
    let order = three_are_paid(world).await;
    let tax = &world.gateway.inner.tax;
    tax.goes_wrong(&[Trouble::Lost, Trouble::AnswerLost]);
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(world.gateway.inner.tax.reversed(), of_one_unit());
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
}

story!(a_stored_error_says_nothing_about_a_reversal);
async fn a_stored_error_says_nothing_about_a_reversal(world: &mut World) {
    for (number, trouble) in [
        ("1001", Trouble::StoredError),
        ("1002", Trouble::StoredErrorAfterEffect),
    ] {
        let order = world.place_and_pay(taxed(number)).await;
        let before = world.gateway.inner.tax.reversals().len();
        world.gateway.inner.tax.goes_wrong(&[trouble]);
        cancels(world, order, 1).await;
        world.settle().await;
        let made = world.gateway.inner.tax.reversals();
        assert_eq!(made.len(), before + 1, "{made:?}");
        assert_eq!(world.order(order).await.state.effects, []);
        assert_eq!(world.exceptions(order).await, []);
    }
}

story!(a_reversal_whose_key_is_forgotten_is_known_by_its_reference);
async fn a_reversal_whose_key_is_forgotten_is_known_by_its_reference(world: &mut World) {
    let order = three_are_paid(world).await;
    cancelled_while_down(world, order, Trouble::AnswerLost).await;
    assert_eq!(world.gateway.inner.tax.reversals().len(), 1);
    world.minutes_pass(25 * 60);
    world.gateway.inner.tax.forgets_keys();
    world.gateway.inner.tax.is_up();
    world.sweeps();
    world.settle().await;
    assert_eq!(world.gateway.inner.tax.reversals().len(), 1);
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_refused_reversal_is_tried_again_by_a_person);
async fn a_refused_reversal_is_tried_again_by_a_person(world: &mut World) {
    let order = three_are_paid(world).await;
    let refused = Trouble::Refused("resource_missing");
    world.gateway.inner.tax.goes_wrong(&[refused]);
    cancels(world, order, 1).await;
    world.settle().await;
    let shown = [ExceptionKind::TaxReversalRefused];
    assert_eq!(world.exceptions(order).await, shown);
    hours_pass(world, 2).await;
    assert_eq!(given_back(world), [0_i64; 0]);
    assert_eq!(waiting(world, order).await, [2]);
    world.tries_again(order, 1).await.expect("refused");
    world.settle().await;
    assert_eq!(world.gateway.inner.tax.reversed(), of_one_unit());
    assert_eq!(given_back(world), [UNIT]);
    assert_eq!(world.exceptions(order).await, []);
    books_agree(world, order).await;
    let again = world.tries_again(order, 1).await;
    assert!(
        matches!(again, Err(app::failure::Failure::Rejected(r)) if r.code == RejectionCode::UnknownEffect)
    );
}

story!(a_refused_reversal_is_made_by_hand_and_closed);
async fn a_refused_reversal_is_made_by_hand_and_closed(world: &mut World) {
    let order = three_are_paid(world).await;
    let refused = Trouble::Refused("invalid_request_error");
    world.gateway.inner.tax.goes_wrong(&[refused]);
    cancels(world, order, 1).await;
    world.settle().await;
    let kind = ExceptionKind::TaxReversalRefused;
    world.closes_exception(order, &kind).await;
    hours_pass(world, 1).await;
    assert_eq!(world.gateway.inner.tax.reversals(), []);
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
}

story!(a_tax_service_with_another_tax_is_shown_to_a_person);
async fn a_tax_service_with_another_tax_is_shown_to_a_person(world: &mut World) {
    let order = three_are_paid(world).await;
    world.gateway.inner.tax.has_recorded("1", 1139);
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(world.exceptions(order).await, [ExceptionKind::TaxDisagrees]);
    let detail = &world.order(order).await.state.exceptions[0].detail;
    assert!(
        detail.contains("11.39") && detail.contains("11.40"),
        "{detail}"
    );
    assert_eq!(given_back(world), [0_i64; 0]);
    assert_eq!(world.gateway.inner.tax.reversals(), []);
    world.gateway.inner.tax.is_put_right();
    world.tries_again(order, 1).await.expect("refused");
    world.settle().await;
    assert_eq!(world.gateway.inner.tax.reversed(), of_one_unit());
    assert_eq!(given_back(world), [UNIT]);
    assert_eq!(world.exceptions(order).await, []);
}

story!(an_order_without_a_tax_transaction_asks_no_tax_service);
async fn an_order_without_a_tax_transaction_asks_no_tax_service(world: &mut World) {
    let order = super::commanded_payments::three_are_paid(world).await;
    cancels(world, order, 3).await;
    world.settle().await;
    assert_eq!(world.gateway.inner.tax.times_asked(), 0);
    assert_eq!(world.gateway.inner.refunded(), world.total("1001"));
    books_agree(world, order).await;
}

story!(the_tax_of_a_cancelled_order_is_reversed_although_it_was_never_paid);
async fn the_tax_of_a_cancelled_order_is_reversed_although_it_was_never_paid(world: &mut World) {
    world.gateway.inner.knows("pi_1001");
    let order = world.place(taxed("1001")).await;
    cancels(world, order, 3).await;
    world.settle().await;
    let whole = Taxed {
        amount: world.total("1001"),
        tax: 3 * 380 + 78,
    };
    assert_eq!(world.gateway.inner.tax.reversed(), whole);
    assert_eq!(given_back(world), [0_i64; 0]);
    assert_eq!(world.exceptions(order).await, []);
}
