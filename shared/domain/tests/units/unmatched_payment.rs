use domain::{
    inbound::*,
    order::{RefundStatus, RejectionCode},
};
use jiff::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

/// A fact of this payment: so much was refunded, of an order of that name.
fn refunded(number: usize, order: &str) -> Inbound {
    Inbound {
        source: "stripe".to_owned(),
        id: format!("evt_{number}"),
        location: None,
        occurred_at: at(number.try_into().unwrap()),
        received_at: at(1_000),
        fact: Fact::Payment {
            order: OrderReference {
                order: Some(order.to_owned()),
                ..OrderReference::default()
            },
            fact: PaymentFact::Refund {
                id: format!("re_{number}"),
                amount: 100,
                currency: "EUR".parse().unwrap(),
                status: RefundStatus::Succeeded,
                effect: None,
            },
        },
    }
}

fn new() -> UnmatchedPayment {
    UnmatchedPayment::new(PaymentKey::Intent("pi_1".to_owned()), at(0))
}

/// The payment with one fact more, and how many orders it names that no earlier one has named.
fn kept(payment: &UnmatchedPayment, fact: &Inbound) -> (UnmatchedPayment, usize) {
    match payment.park(fact) {
        Parked::Kept(after, orders) => (*after, orders.len()),
        other @ (Parked::Known | Parked::TooMany) => panic!("{other:?}"),
    }
}

#[test]
fn a_fact_that_says_the_same_takes_the_place_of_an_earlier_one() {
    let fact = refunded(7, "1001");
    let (payment, _) = kept(&new(), &fact);
    assert_eq!(payment.park(&fact), Parked::Known);
    let again = |second| Inbound {
        id: format!("evt_again_{second}"),
        occurred_at: at(second),
        ..fact.clone()
    };
    assert_eq!(payment.park(&again(6)), Parked::Known);
    assert_eq!(payment.park(&again(7)), Parked::Known);
    let (later, _) = kept(&payment, &again(8));
    assert_eq!(later.facts, [again(8)]);
    assert_eq!(later.version, payment.version + 1);
}

#[test]
fn an_order_is_named_once_and_only_the_first_names_are_kept() {
    let (payment, first) = kept(&new(), &refunded(1, "1001"));
    let (payment, again) = kept(&payment, &refunded(2, "1001"));
    assert_eq!((first, again), (1, 0));
    let more = (3..=UNMATCHED_NAMES_MAX + 3).fold(payment, |payment, number| {
        kept(&payment, &refunded(number, &format!("100{number}"))).0
    });
    assert_eq!(more.names, ["1001", "1003", "1004", "1005", "1006"]);
    assert_eq!(more.names.len(), UNMATCHED_NAMES_MAX);
}

#[test]
fn only_so_many_facts_are_kept() {
    let full = (0..UNMATCHED_FACTS_MAX).fold(new(), |payment, number| {
        kept(&payment, &refunded(number, "1001")).0
    });
    assert_eq!(full.facts.len(), UNMATCHED_FACTS_MAX);
    assert_eq!(full.park(&refunded(77, "1001")), Parked::TooMany);
    assert_eq!(full.park(&refunded(0, "1001")), Parked::Known);
}

#[test]
fn it_is_closed_once() {
    let closed = UnmatchedClosed {
        reason: UnmatchedCloseReason::ByPerson,
        at: at(9),
        by: domain::order::Actor::system("test"),
        cause: domain::order::Cause::new("test", "1"),
        note: None,
    };
    let payment = new().close(closed.clone()).unwrap();
    assert_eq!(payment.closed.as_ref(), Some(&closed));
    let again = payment.close(closed).unwrap_err();
    assert_eq!(again.code, RejectionCode::PaymentClosed);
}

#[test]
fn the_order_that_names_it_leaves_only_what_it_could_not_take() {
    let (payment, _) = kept(&new(), &refunded(1, "1001"));
    let (payment, _) = kept(&payment, &refunded(2, "1001"));
    let closed = UnmatchedClosed {
        reason: UnmatchedCloseReason::ByPerson,
        at: at(9),
        by: domain::order::Actor::system("test"),
        cause: domain::order::Cause::new("test", "1"),
        note: None,
    };
    // An order may name it after it was closed.
    let payment = payment.close(closed).unwrap();
    let order = domain::ids::OrderId::of(&domain::ids::ShopId::default(), &"1001".parse().unwrap());
    let left = vec![refunded(2, "1001")];
    let matched = payment.matched(order, left.clone());
    assert_eq!(matched.facts, left);
    assert_eq!((matched.order, matched.closed), (Some(order), None));
    assert_eq!(matched.version, payment.version + 1);
}
