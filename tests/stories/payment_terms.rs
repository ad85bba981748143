//! Orders that are not paid through the payment gateway, or not wholly: when their goods go, who says that money has come, and
//! how it goes back.

use app::{failure::Failure, ports::ProviderRequest};
use domain::{
    ids::OrderId,
    order::{
        ExceptionKind, PaymentCommands, PaymentStatus, PaymentTerm, PlaceTender, RefundRequest,
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

fn two() -> Draft {
    Draft::new("1001").line("TEE", 2)
}

fn marketplace() -> PaymentTerm {
    PaymentTerm::CollectedElsewhere {
        reference: "MARKET-77".to_owned(),
    }
}

async fn berlin_has_stock(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 10).await;
}

/// The refunds that a person is to make: number, payment and amount.
async fn to_give_back(world: &World, order: OrderId) -> Vec<(u32, String, i64)> {
    let order = world.order(order).await;
    let effects = order.state.effects.iter();
    let mut found = Vec::new();
    for effect in effects.filter(|effect| order.is_by_hand(effect)) {
        let domain::order::EffectAction::Refund { intent, amount } = &effect.action else {
            continue;
        };
        found.push((effect.id, intent.clone(), *amount));
    }
    found
}

async fn cancels(world: &mut World, order: OrderId, units: u32) {
    world
        .cancels(order, &[("1", units)])
        .await
        .expect("nothing has left");
    world.settle().await;
}

async fn refunded(world: &World, order: OrderId) -> i64 {
    world.order(order).await.state.payment.refunded()
}

fn refused(answer: Result<domain::order::Order, Failure>) -> RejectionCode {
    let Err(Failure::Rejected(rejection)) = answer else {
        panic!("{answer:?}")
    };
    rejection.code
}

story!(what_a_marketplace_has_collected_is_paid_at_once_and_given_back_there);
async fn what_a_marketplace_has_collected_is_paid_at_once_and_given_back_there(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 1).await;
    let order = world.place(two().paid_by(marketplace())).await;
    assert_eq!(world.status(order).await, Status::Paid);
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::Captured);
    assert_eq!(payment.captured(), TOTAL);
    world.settle().await;
    assert_eq!(world.assigned(order).await, 1, "it is routed by itself");
    world.ships("berlin", order, "1").await;
    world.settle().await;
    cancels(world, order, 1).await;
    let payment = "collected_elsewhere#1".to_owned();
    assert_eq!(to_give_back(world, order).await, [(1, payment, UNIT)]);
    assert_eq!(
        world.exceptions(order).await,
        [ExceptionKind::RefundByHand],
        "a person is shown it"
    );
    assert_eq!(refunded(world, order).await, 0);
    world
        .records_refund(order, (1, "MARKET-78"))
        .await
        .expect("made");
    world.settle().await;
    assert_eq!(refunded(world, order).await, UNIT);
    assert_eq!(world.exceptions(order).await, []);
    assert_eq!(to_give_back(world, order).await, []);
    let again = world.records_refund(order, (1, "MARKET-79")).await;
    assert_eq!(refused(again), RejectionCode::UnknownEffect);
    assert!(world.gateway.inner.refunds().is_empty());
    world.delivers("berlin", order, "1");
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Delivered);
}

story!(a_refund_of_collected_money_is_asked_of_a_person);
async fn a_refund_of_collected_money_is_asked_of_a_person(world: &mut World) {
    let order = world.place(two().paid_by(marketplace())).await;
    let asked = RefundRequest {
        amount: 500,
        ..RefundRequest::default()
    };
    world.refunds_as_asked(order, asked).await.expect("asked");
    let payment = "collected_elsewhere#1".to_owned();
    assert_eq!(to_give_back(world, order).await, [(1, payment, 500)]);
    let too_much = world.gives_back(order, TOTAL - 499).await;
    assert_eq!(refused(too_much), RejectionCode::RefundAmount);
    world
        .records_refund(order, (1, "MARKET-78"))
        .await
        .expect("made");
    assert_eq!(refunded(world, order).await, 500);
    assert!(world.order(order).await.is_paid(), "so much less is due");
}

story!(goods_that_a_bank_transfer_pays_go_when_somebody_has_seen_the_money);
async fn goods_that_a_bank_transfer_pays_go_when_somebody_has_seen_the_money(world: &mut World) {
    berlin_has_stock(world).await;
    let order = world.place(two().paid_by(PaymentTerm::BankTransfer)).await;
    world.settle().await;
    world.minutes_pass(13 * 24 * 60);
    world.sweeps();
    world.settle().await;
    assert_eq!(
        (world.status(order).await, world.assigned(order).await),
        (Status::Pending, 0)
    );
    let part = (TenderKind::BankTransfer, "B/731", TOTAL - 100);
    world.records_payment(order, part).await.expect("recorded");
    world.settle().await;
    assert_eq!(world.assigned(order).await, 0);
    assert_eq!(world.exceptions(order).await, [ExceptionKind::Underpaid]);
    let same = (TenderKind::BankTransfer, "B/731", 100);
    let again = world.records_payment(order, same).await;
    assert_eq!(refused(again), RejectionCode::AlreadyRecorded);
    let nothing = (TenderKind::BankTransfer, "B/732", 0);
    let nothing = world.records_payment(order, nothing).await;
    assert_eq!(refused(nothing), RejectionCode::PaymentAmount);
    let nameless = (TenderKind::BankTransfer, "Jane Doe", 100);
    let nameless = world.records_payment(order, nameless).await;
    assert_eq!(refused(nameless), RejectionCode::BadReference);
    let rest = (TenderKind::BankTransfer, "B/732", 100);
    world.records_payment(order, rest).await.expect("recorded");
    world.settle().await;
    assert_eq!(world.exceptions(order).await, []);
    assert_eq!(world.assigned(order).await, 2);
    world.ships("berlin", order, "1").await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Fulfilled);
}

story!(a_bank_transfer_that_comes_after_the_end_is_given_back);
async fn a_bank_transfer_that_comes_after_the_end_is_given_back(world: &mut World) {
    world.defaults = world.defaults.with_transfer_days(3);
    let order = world.place(two().paid_by(PaymentTerm::BankTransfer)).await;
    world.settle().await;
    world.minutes_pass(3 * 24 * 60 - 10);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Pending);
    world.minutes_pass(20);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    let late = (TenderKind::BankTransfer, "B/731", TOTAL);
    world.records_payment(order, late).await.expect("recorded");
    let payment = "bank_transfer#1".to_owned();
    assert_eq!(to_give_back(world, order).await, [(1, payment, TOTAL)]);
    assert_eq!(world.exceptions(order).await, [ExceptionKind::RefundByHand]);
    world
        .records_refund(order, (1, "B/900"))
        .await
        .expect("made");
    assert_eq!(refunded(world, order).await, TOTAL);
    assert_eq!(world.exceptions(order).await, []);
}

story!(what_was_transferred_too_much_goes_back_and_is_no_credit);
async fn what_was_transferred_too_much_goes_back_and_is_no_credit(world: &mut World) {
    let order = world.place(two().paid_by(PaymentTerm::BankTransfer)).await;
    let twice = (TenderKind::BankTransfer, "B/731", TOTAL + 1000);
    world.records_payment(order, twice).await.expect("recorded");
    assert_eq!(world.exceptions(order).await, [ExceptionKind::Overpaid]);
    world.gives_back(order, 1000).await.expect("asked");
    world
        .records_refund(order, (1, "B/900"))
        .await
        .expect("made");
    let found = world.order(order).await;
    assert_eq!(found.state.payment.credits, 0);
    assert_eq!(found.amount_due(), TOTAL);
    assert!(found.is_paid());
    assert_eq!(world.exceptions(order).await, []);
}

story!(a_gift_card_and_a_card_each_get_back_what_they_gave);
async fn a_gift_card_and_a_card_each_get_back_what_they_gave(world: &mut World) {
    berlin_has_stock(world).await;
    let card = TOTAL - 2000;
    let draft = two().gift_card("GC-1", 2000);
    let order = world
        .place(draft.commanded(PaymentCommands::default()))
        .await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Pending);
    world.captures("1001", card);
    world.settle().await;
    assert_eq!(world.assigned(order).await, 2);
    assert_eq!(world.exceptions(order).await, []);
    world.holds(order, "call-back").await;
    world.cancels(order, &[("1", 2)]).await.expect("requested");
    world.confirms_cancellation("berlin", order).await;
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    assert_eq!(world.gateway.inner.refunded(), card);
    let gift_card = (2, "gift_card#1".to_owned(), 2000);
    assert_eq!(to_give_back(world, order).await, [gift_card]);
    assert_eq!(refunded(world, order).await, card);
    world
        .records_refund(order, (2, "GC-1"))
        .await
        .expect("made");
    assert_eq!(refunded(world, order).await, TOTAL);
    assert_eq!(world.order(order).await.total_refundable(), 0);
}

story!(where_nothing_is_commanded_a_person_gives_back_to_the_gift_card_what_it_gave);
async fn where_nothing_is_commanded_a_person_gives_back_to_the_gift_card_what_it_gave(
    world: &mut World,
) {
    let order = world.place(two().gift_card("GC-1", 2000)).await;
    world.captures("1001", TOTAL - 2000);
    world.settle().await;
    cancels(world, order, 1).await;
    assert_eq!(to_give_back(world, order).await, [], "the card gives first");
    world.refunds("1001", "re_1", UNIT);
    world.settle().await;
    cancels(world, order, 1).await;
    let gift_card = "gift_card#1".to_owned();
    assert_eq!(to_give_back(world, order).await, [(1, gift_card, 2000)]);
    world.refunds("1001", "re_2", UNIT - 2000);
    world
        .records_refund(order, (1, "GC-1"))
        .await
        .expect("made");
    world.settle().await;
    assert_eq!(refunded(world, order).await, TOTAL);
    assert_eq!(world.exceptions(order).await, []);
}

story!(an_order_of_which_a_gift_card_pays_a_part_is_cancelled_when_the_rest_does_not_come);
async fn an_order_of_which_a_gift_card_pays_a_part_is_cancelled_when_the_rest_does_not_come(
    world: &mut World,
) {
    let order = world.place(two().gift_card("GC-1", 2000)).await;
    world.settle().await;
    world.minutes_pass(24 * 60 + 10);
    world.sweeps();
    world.settle().await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    let gift_card = "gift_card#1".to_owned();
    assert_eq!(to_give_back(world, order).await, [(1, gift_card, 2000)]);
}

story!(gift_cards_that_pay_all_of_an_order_pay_it_at_once);
async fn gift_cards_that_pay_all_of_an_order_pay_it_at_once(world: &mut World) {
    berlin_has_stock(world).await;
    let draft = two().without_intent();
    let draft = draft
        .gift_card("GC-1", 2000)
        .gift_card("GC-2", TOTAL - 2000);
    let order = world.place(draft).await;
    world.settle().await;
    assert_eq!(world.assigned(order).await, 2);
    let beside = Draft::new("1002").line("TEE", 2);
    let beside = beside.gift_card("GC-3", 500).paid_by(marketplace());
    let order = world.place(beside).await;
    let payment = world.order(order).await.state.payment;
    let amounts: Vec<i64> = payment.intents.iter().map(|i| i.captured).collect();
    assert_eq!(amounts, [500, TOTAL - 500]);
}

story!(a_refund_that_a_person_will_not_make_is_not_asked_for_again);
async fn a_refund_that_a_person_will_not_make_is_not_asked_for_again(world: &mut World) {
    let order = world.place(two().paid_by(marketplace())).await;
    cancels(world, order, 1).await;
    world
        .closes_exception(order, &ExceptionKind::RefundByHand)
        .await;
    world.holds(order, "call-back").await;
    world.settle().await;
    assert_eq!(to_give_back(world, order).await, []);
    cancels(world, order, 1).await;
    let payment = "collected_elsewhere#1".to_owned();
    assert_eq!(to_give_back(world, order).await, [(2, payment, UNIT)]);
}

/// Two units go out and arrive.
async fn are_delivered(world: &mut World, order: OrderId) {
    world.settle().await;
    assert_eq!(world.assigned(order).await, 2, "goods go at once");
    world.ships("berlin", order, "1").await;
    world.settle().await;
    world.delivers("berlin", order, "1");
    world.settle().await;
}

async fn days_pass(world: &mut World, days: i64) {
    world.minutes_pass(days * 24 * 60);
    world.sweeps();
    world.settle().await;
}

story!(goods_that_are_paid_on_delivery_go_at_once_and_their_money_is_recorded_then);
async fn goods_that_are_paid_on_delivery_go_at_once_and_their_money_is_recorded_then(
    world: &mut World,
) {
    berlin_has_stock(world).await;
    let order = world.place(two().paid_by(PaymentTerm::OnDelivery)).await;
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::Pending);
    days_pass(world, 2).await;
    are_delivered(world, order).await;
    assert_eq!(world.status(order).await, Status::Delivered);
    days_pass(world, 6).await;
    assert_eq!(world.exceptions(order).await, []);
    let cash = (TenderKind::Cash, "COD-1", TOTAL);
    world.records_payment(order, cash).await.expect("recorded");
    days_pass(world, 6).await;
    assert_eq!(world.exceptions(order).await, []);
    let payment = world.order(order).await.state.payment;
    assert_eq!(payment.status(), PaymentStatus::Captured);
    world.gives_back(order, 500).await.expect("asked");
    let payment = "cash#1".to_owned();
    assert_eq!(to_give_back(world, order).await, [(1, payment, 500)]);
}

story!(money_that_does_not_come_after_delivery_is_shown_to_a_person_once);
async fn money_that_does_not_come_after_delivery_is_shown_to_a_person_once(world: &mut World) {
    berlin_has_stock(world).await;
    let draft = two().gift_card("GC-1", 2000);
    let order = world.place(draft.paid_by(PaymentTerm::OnDelivery)).await;
    are_delivered(world, order).await;
    days_pass(world, 8).await;
    let outstanding = ExceptionKind::PaymentOutstanding;
    let shown = std::slice::from_ref(&outstanding);
    assert_eq!(world.exceptions(order).await, shown);
    let part = (TenderKind::Cash, "COD-1", TOTAL - 2100);
    world.records_payment(order, part).await.expect("recorded");
    assert_eq!(world.exceptions(order).await, shown, "100 are missing");
    let rest = (TenderKind::Cash, "COD-2", 100);
    world.records_payment(order, rest).await.expect("recorded");
    assert_eq!(world.exceptions(order).await, []);

    let unpaid = Draft::new("1002").line("TEE", 2);
    let unpaid = world.place(unpaid.paid_by(PaymentTerm::OnDelivery)).await;
    are_delivered(world, unpaid).await;
    days_pass(world, 8).await;
    world.closes_exception(unpaid, &outstanding).await;
    days_pass(world, 8).await;
    assert_eq!(world.exceptions(unpaid).await, []);
}

story!(a_cancelled_order_that_was_to_be_paid_on_delivery_owes_nothing);
async fn a_cancelled_order_that_was_to_be_paid_on_delivery_owes_nothing(world: &mut World) {
    let order = world.place(two().paid_by(PaymentTerm::OnDelivery)).await;
    cancels(world, order, 1).await;
    assert_eq!(world.order(order).await.amount_due(), UNIT);
    cancels(world, order, 1).await;
    assert_eq!(world.status(order).await, Status::Cancelled);
    let found = world.order(order).await;
    assert_eq!((found.amount_due(), found.refund_owed()), (0, 0));
    assert_eq!(world.exceptions(order).await, []);
    days_pass(world, 8).await;
    assert_eq!(world.exceptions(order).await, []);
}

story!(one_transfer_is_recorded_on_one_order);
async fn one_transfer_is_recorded_on_one_order(world: &mut World) {
    let first = world.place(two().paid_by(PaymentTerm::BankTransfer)).await;
    let draft = |number: &str| Draft::new(number).line("TEE", 2);
    let second = world
        .place(draft("1002").paid_by(PaymentTerm::BankTransfer))
        .await;
    let transfer = (TenderKind::BankTransfer, "B/731", TOTAL);
    world
        .records_payment(first, transfer.clone())
        .await
        .expect("recorded");
    let Err(Failure::Rejected(rejection)) = world.records_payment(second, transfer).await else {
        panic!("it pays two orders")
    };
    assert_eq!(rejection.code, RejectionCode::PaymentReferenceTaken);
    assert_eq!(rejection.found, first.to_string());
    assert!(rejection.message.contains(&first.to_string()));
    assert_eq!(world.order(second).await.state.payment.captured(), 0);
    // Also when it comes with the placement.
    let mut third = draft("1003");
    third.request.payment.tenders.push(PlaceTender {
        kind: TenderKind::BankTransfer,
        reference: "B/731".to_owned(),
        amount: 100,
    });
    let Err(Failure::Rejected(rejection)) = world.tries_to_place(third).await else {
        panic!("it pays two orders")
    };
    assert_eq!(rejection.code, RejectionCode::PaymentReferenceTaken);
    // A gift card pays for several orders, and a part of a transfer has a reference of its own.
    for number in ["1004", "1005"] {
        world.place(draft(number).gift_card("GC-1", 100)).await;
    }
    let part = (TenderKind::BankTransfer, "B/731/2", TOTAL);
    world.records_payment(second, part).await.expect("recorded");
}

story!(carriers_are_told_what_to_collect_on_delivery);
async fn carriers_are_told_what_to_collect_on_delivery(world: &mut World) {
    for location in ["berlin", "lyon"] {
        world.warehouse(location).await;
        world.has_stock(location, "TEE", 1).await;
    }
    let draft = two().gift_card("GC-1", 1000);
    let order = world.place(draft.paid_by(PaymentTerm::OnDelivery)).await;
    world.settle().await;
    let told: Vec<i64> = world
        .requests()
        .into_iter()
        .filter_map(|sent| match sent.request {
            ProviderRequest::Fulfill {
                order,
                fulfillment_order,
                ..
            } => order.fulfillment_order(fulfillment_order)?.collect,
            ProviderRequest::Cancel { .. } => None,
        })
        .collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told.iter().sum::<i64>(), TOTAL - 1000);
    assert_eq!(world.order(order).await.amount_due(), TOTAL);
}
