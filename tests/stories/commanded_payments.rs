//! Money that the OMS commands at the payment gateway: refunds, captures, the end of payments. The gateway's own ledger
//! says what has really happened.

use app::failure::Failure;
use domain::{
    ids::OrderId,
    inbound::PaymentFact,
    order::{CapturePolicy, ExceptionKind, PaymentCommands, RefundOrder, RejectionCode},
};

use crate::{
    gateway::Trouble,
    story::story,
    world::{Consumer, Draft, World},
};

/// The price of one unit with its tax and its share of the shipping, when three are bought.
pub(super) const UNIT: i64 = 1999 + 380 + 163;

/// Units of which the gateway is commanded.
fn commanded(units: u32) -> Draft {
    let draft = Draft::new("1001").line("TEE", units);
    draft.commanded(PaymentCommands::default())
}

fn captured(capture: CapturePolicy) -> PaymentCommands {
    PaymentCommands {
        capture,
        ..PaymentCommands::default()
    }
}

/// An order of three, paid, of which the gateway is commanded. Nothing is in stock, so everything can be cancelled.
pub(super) async fn three_are_paid(world: &mut World) -> OrderId {
    world.place_and_pay(commanded(3)).await
}

pub(super) async fn cancels(world: &mut World, order: OrderId, units: u32) {
    let answer = world.cancels(order, &[("1", units)]).await.expect("done");
    assert_eq!(answer.lines[0].cancelled, units);
}

/// Three are paid, one is cancelled, and the gateway refuses the refund.
async fn a_refund_is_refused(world: &mut World, code: &'static str) -> OrderId {
    let order = three_are_paid(world).await;
    world.gateway.inner.goes_wrong(&[Trouble::Refused(code)]);
    cancels(world, order, 1).await;
    world.settle().await;
    order
}

/// One unit is cancelled, and the gateway cannot be reached after one call that goes wrong.
pub(super) async fn cancelled_while_down(world: &mut World, order: OrderId, trouble: Trouble) {
    world.pause(Consumer::Payments);
    cancels(world, order, 1).await;
    world.settle().await;
    world.gateway.inner.is_down_after(trouble);
    world.resume_all();
    world.settle_except_early_messages().await;
}

/// Amounts that went back, each refund once.
pub(super) fn given_back(world: &World) -> Vec<i64> {
    let made = world.gateway.inner.refunds();
    made.iter().map(|refund| refund.amount).collect()
}

/// Our books say what the gateway's ledger says, and nothing is under way.
pub(super) async fn books_agree(world: &World, order: OrderId) {
    let found = world.order(order).await;
    let payment = &found.state.payment;
    assert_eq!(payment.refunded(), world.gateway.inner.refunded());
    for intent in &payment.intents {
        assert_eq!(
            intent.captured,
            world.gateway.inner.intent(&intent.id).captured
        );
    }
    assert_eq!(found.state.effects, []);
}

story!(the_refund_of_a_cancelled_unit_is_made_by_itself);
async fn the_refund_of_a_cancelled_unit_is_made_by_itself(world: &mut World) {
    let order = three_are_paid(world).await;
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
    // The webhook tells nothing new.
    world.gateway_tells_of_refunds("1001");
    world.settle().await;
    assert_eq!(world.times(order, "RefundUpdated").await, 1);
    assert_eq!(world.exceptions(order).await, []);
}

story!(two_equal_refunds_are_two_and_sum_to_the_whole);
async fn two_equal_refunds_are_two_and_sum_to_the_whole(world: &mut World) {
    let order = three_are_paid(world).await;
    for _ in 0..3 {
        cancels(world, order, 1).await;
        world.settle().await;
    }
    let back = given_back(world);
    assert_eq!(back.len(), 3);
    assert!(
        back.iter().all(|amount| (amount - UNIT).abs() <= 1),
        "{back:?}"
    );
    assert_eq!(back.iter().sum::<i64>(), world.total("1001"));
    books_agree(world, order).await;
}

story!(a_refund_whose_answer_is_lost_is_made_once);
async fn a_refund_whose_answer_is_lost_is_made_once(world: &mut World) {
    let order = three_are_paid(world).await;
    world
        .gateway
        .inner
        .goes_wrong(&[Trouble::Lost, Trouble::AnswerLost]);
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
}

story!(a_stored_error_is_no_outcome);
async fn a_stored_error_is_no_outcome(world: &mut World) {
    let order = three_are_paid(world).await;
    for (made, trouble) in [
        (1, Trouble::StoredError),
        (2, Trouble::StoredErrorAfterEffect),
    ] {
        world.gateway.inner.goes_wrong(&[trouble]);
        cancels(world, order, 1).await;
        world.settle().await;
        assert_eq!(given_back(world).len(), made);
        books_agree(world, order).await;
    }
    assert_eq!(
        world.times(order, "EffectRetried").await,
        1,
        "found in the second"
    );
}

story!(an_effect_that_nobody_finished_is_looked_up_when_its_key_is_forgotten);
async fn an_effect_that_nobody_finished_is_looked_up_when_its_key_is_forgotten(world: &mut World) {
    let order = three_are_paid(world).await;
    for (made, trouble) in [(1, Trouble::AnswerLost), (2, Trouble::Lost)] {
        cancelled_while_down(world, order, trouble).await;
        world.messages_are_lost().await;
        world.minutes_pass(25 * 60);
        world.gateway.inner.is_up();
        world.gateway.inner.forgets_keys();
        world.sweeps();
        world.settle().await;
        assert_eq!(given_back(world).len(), made);
        books_agree(world, order).await;
    }
}

story!(a_webhook_confirms_a_refund_as_its_answer_does);
async fn a_webhook_confirms_a_refund_as_its_answer_does(world: &mut World) {
    let order = three_are_paid(world).await;
    cancelled_while_down(world, order, Trouble::AnswerLost).await;
    world.messages_are_lost().await;
    world.gateway_tells_of_refunds("1001");
    world.settle().await;
    assert_eq!(given_back(world).len(), 1);
    books_agree(world, order).await;
}

story!(a_refused_refund_is_shown_to_a_person_who_tries_again);
async fn a_refused_refund_is_shown_to_a_person_who_tries_again(world: &mut World) {
    let order = a_refund_is_refused(world, "balance_insufficient").await;
    assert_eq!(given_back(world), [0_i64; 0]);
    let refused = [ExceptionKind::PaymentCommandRefused];
    assert_eq!(world.exceptions(order).await, refused);
    // Nobody asks again by themselves.
    world.minutes_pass(7 * 24 * 60);
    world.sweeps();
    world.settle().await;
    assert_eq!(given_back(world), [0_i64; 0]);
    world.tries_again(order, 1).await.expect("tried");
    world.settle().await;
    assert_eq!(given_back(world), [UNIT]);
    assert_eq!(world.exceptions(order).await, []);
    books_agree(world, order).await;
}

story!(a_refund_that_fails_late_is_owed_again_and_a_person_makes_it);
async fn a_refund_that_fails_late_is_owed_again_and_a_person_makes_it(world: &mut World) {
    let order = three_are_paid(world).await;
    cancels(world, order, 1).await;
    world.settle().await;
    world.gateway.inner.fails("re_cmd_1");
    world.gateway_tells_of_refunds("1001");
    world.settle().await;
    let failed = [ExceptionKind::RefundFailed];
    assert_eq!(world.exceptions(order).await, failed);
    assert_eq!(world.order(order).await.still_owed(), UNIT);
    assert_eq!(given_back(world).len(), 1, "it would only fail again");
    world.gives_back(order, UNIT).await.expect("it is owed");
    world.settle().await;
    assert_eq!(world.order(order).await.still_owed(), 0);
    assert_eq!(world.order(order).await.state.payment.credits, 0);
    // What is cancelled later is owed for itself.
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(given_back(world).len(), 3);
    assert_eq!(world.order(order).await.still_owed(), 0);
}

story!(nothing_is_refunded_while_the_bank_decides);
async fn nothing_is_refunded_while_the_bank_decides(world: &mut World) {
    let order = three_are_paid(world).await;
    let id = "dp_1".to_owned();
    world.payment("1001", PaymentFact::DisputeOpened { id: id.clone() });
    world.settle().await;
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(given_back(world), [0_i64; 0]);
    let refused = world.gives_back(order, 100).await;
    assert!(matches!(refused, Err(Failure::Rejected(r)) if r.code == RejectionCode::Disputed));
    world.payment("1001", PaymentFact::DisputeClosed { id, won: true });
    world.settle().await;
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
}

story!(goodwill_goes_back_and_is_due_no_more);
async fn goodwill_goes_back_and_is_due_no_more(world: &mut World) {
    let order = three_are_paid(world).await;
    let total = world.total("1001");
    let found = world.gives_back(order, 500).await.expect("paid");
    assert_eq!(
        (found.state.payment.credits, found.amount_due()),
        (500, total - 500)
    );
    world.settle().await;
    assert_eq!(given_back(world), [500]);
    assert_eq!(world.exceptions(order).await, []);
    let too_much = world.gives_back(order, total - 499).await;
    assert!(matches!(too_much, Err(Failure::Rejected(r)) if r.code == RejectionCode::RefundAmount));
    world
        .gives_back(order, total - 500)
        .await
        .expect("the rest");
    world.settle().await;
    assert_eq!(world.gateway.inner.refunded(), total);
    books_agree(world, order).await;
}

story!(what_two_payments_gave_goes_back_to_both_and_never_more);
async fn what_two_payments_gave_goes_back_to_both_and_never_more(world: &mut World) {
    for (number, refund_order, expected) in [
        ("1001", RefundOrder::First, [2000, 542]),
        ("1002", RefundOrder::Last, [0, 2542]),
    ] {
        let commands = PaymentCommands {
            refund_order,
            ..PaymentCommands::default()
        };
        let draft = Draft::new(number).line(&format!("S{number}"), 3);
        let order = world.place(draft.commanded(commands)).await;
        world.captures(number, 2000);
        world.second_payment(number, world.total(number) - 2000);
        world.settle().await;
        cancels(world, order, 1).await;
        world.settle().await;
        let back = |intent: String| {
            let made = world.gateway.inner.refunds();
            let of = made.iter().filter(|refund| refund.intent == intent);
            of.map(|refund| refund.amount).sum::<i64>()
        };
        let both = [back(format!("pi_{number}")), back(format!("pi_{number}_2"))];
        assert_eq!(both, expected, "{refund_order:?}");
        cancels(world, order, 2).await;
        world.settle().await;
        assert_eq!(world.order(order).await.total_refundable(), 0);
    }
}

story!(no_money_can_come_for_a_cancelled_order);
async fn no_money_can_come_for_a_cancelled_order(world: &mut World) {
    let order = world.place(commanded(2)).await;
    world.authorizes("1001");
    world.settle().await;
    cancels(world, order, 2).await;
    world.settle().await;
    assert!(world.gateway.inner.intent("pi_1001").cancelled);
    assert_eq!(world.order(order).await.state.effects, []);
    assert_eq!(world.exceptions(order).await, []);
}

story!(money_that_comes_while_the_payment_is_being_cancelled_goes_back);
async fn money_that_comes_while_the_payment_is_being_cancelled_goes_back(world: &mut World) {
    let order = world.place(commanded(2)).await;
    // The customer pays, and cancels before we hear of it: the gateway refuses to cancel the payment, and is asked why.
    let total = world.total("1001");
    world.gateway.inner.has("pi_1001", total, total);
    cancels(world, order, 2).await;
    world.settle().await;
    assert_eq!(world.gateway.inner.refunded(), total);
    assert_eq!(world.exceptions(order).await, []);
    // The webhook tells nothing new.
    world.pays("1001");
    world.settle().await;
    assert_eq!(world.times(order, "PaymentCaptured").await, 1);
    assert_eq!(world.gateway.inner.refunded(), total);
    assert_eq!(world.exceptions(order).await, []);
    books_agree(world, order).await;
}

story!(what_is_due_is_captured_when_the_first_shipment_leaves);
async fn what_is_due_is_captured_when_the_first_shipment_leaves(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let commands = captured(CapturePolicy::FirstShipment);
    let draft = Draft::new("1001").line("TEE", 2).line("MUG", 1);
    let order = world.place(draft.commanded(commands)).await;
    world.authorizes("1001");
    world.settle().await;
    assert_eq!(world.gateway.inner.intent("pi_1001").captured, 0);
    let answer = world
        .cancels(order, &[("2", 1)])
        .await
        .expect("backordered");
    assert_eq!(answer.lines[0].cancelled, 1);
    world.ships("berlin", order, "1").await;
    world.settle().await;
    let due = world.order(order).await.amount_due();
    assert!(due < world.total("1001"));
    assert_eq!(world.gateway.inner.intent("pi_1001").captured, due);
    books_agree(world, order).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(what_is_authorized_is_captured_at_once_when_no_hold_is_in_force);
async fn what_is_authorized_is_captured_at_once_when_no_hold_is_in_force(world: &mut World) {
    let commands = captured(CapturePolicy::AtOnce);
    let draft = Draft::new("1001").line("TEE", 1);
    let order = world.place(draft.commanded(commands)).await;
    world.holds(order, "check").await;
    world.authorizes("1001");
    world.settle().await;
    assert_eq!(world.gateway.inner.intent("pi_1001").captured, 0);
    world.releases(order, "check").await;
    world.settle().await;
    assert_eq!(
        world.gateway.inner.intent("pi_1001").captured,
        world.total("1001")
    );
    books_agree(world, order).await;
}

story!(a_refund_that_a_person_makes_at_the_gateway_is_not_made_again);
async fn a_refund_that_a_person_makes_at_the_gateway_is_not_made_again(world: &mut World) {
    let order = three_are_paid(world).await;
    // Somebody gives a unit's price back before it is cancelled here.
    world.refunds("1001", "re_by_hand", UNIT);
    world.settle().await;
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(given_back(world), [0_i64; 0]);
    assert_eq!(world.order(order).await.still_owed(), 0);
}

story!(a_refused_refund_that_a_person_makes_by_hand_is_not_made_twice);
async fn a_refused_refund_that_a_person_makes_by_hand_is_not_made_twice(world: &mut World) {
    let order = a_refund_is_refused(world, "balance_insufficient").await;
    world.refunds("1001", "re_by_hand", UNIT);
    world.settle().await;
    world
        .closes_exception(order, &ExceptionKind::PaymentCommandRefused)
        .await;
    world.settle().await;
    let found = world.order(order).await;
    assert_eq!((found.still_owed(), found.state.effects.len()), (0, 0));
    assert_eq!(found.total_refundable(), world.total("1001") - UNIT);
    let gone = world.tries_again(order, 1).await;
    assert!(matches!(gone, Err(Failure::Rejected(r)) if r.code == RejectionCode::UnknownEffect));
    // What is cancelled later goes back by itself.
    cancels(world, order, 1).await;
    world.settle().await;
    assert_eq!(given_back(world).len(), 1);
}

story!(a_refused_refund_is_not_tried_again_while_the_bank_decides);
async fn a_refused_refund_is_not_tried_again_while_the_bank_decides(world: &mut World) {
    let order = a_refund_is_refused(world, "charge_disputed").await;
    let id = "dp_1".to_owned();
    world.payment("1001", PaymentFact::DisputeOpened { id });
    world.settle().await;
    let refused = world.tries_again(order, 1).await;
    assert!(matches!(refused, Err(Failure::Rejected(r)) if r.code == RejectionCode::Disputed));
}

story!(a_webhook_that_does_not_name_the_effect_leaves_nothing_under_way);
async fn a_webhook_that_does_not_name_the_effect_leaves_nothing_under_way(world: &mut World) {
    let order = three_are_paid(world).await;
    cancelled_while_down(world, order, Trouble::AnswerLost).await;
    world.messages_are_lost().await;
    world.refunds("1001", "re_cmd_1", UNIT);
    world.settle().await;
    world.gateway.inner.is_up();
    world.minutes_pass(60);
    world.sweeps();
    world.settle().await;
    assert_eq!(given_back(world), [UNIT]);
    books_agree(world, order).await;
}
