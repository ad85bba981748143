//! Exceptions of one order: numbered, opened once, closed by whom they concern.

use domain::{
    inbound::PaymentFact,
    order::{Command, Event, ExceptionKind, ExceptionOutcome, RejectionCode},
};

use crate::common::{OrderFixture, names};

fn foreign(currency: &str) -> PaymentFact {
    PaymentFact::Captured {
        amount: 1000,
        currency: currency.parse().unwrap(),
    }
}

fn close(id: u32) -> Command {
    Command::CloseException {
        id,
        outcome: ExceptionOutcome::Resolved,
        note: Some("called the customer".to_owned()),
    }
}

#[test]
fn two_subjects_of_one_kind_are_two_exceptions() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    order.pay(foreign("JPY")).unwrap();
    order.pay(foreign("USD")).unwrap();
    let open = |order: &OrderFixture| {
        let open = order.order.state.exceptions.iter();
        open.map(|open| (open.id, open.subject.clone()))
            .collect::<Vec<_>>()
    };
    let (yen, dollars) = ((1, "JPY".to_owned()), (2, "USD".to_owned()));
    assert_eq!(open(&order), [yen.clone(), dollars.clone()]);
    // Closing one leaves the other, and the number is not given again.
    let closed = order.apply(&close(2)).unwrap();
    let [Event::ExceptionClosed { id, kind, note, .. }] = closed.as_slice() else {
        panic!("{closed:?}");
    };
    assert_eq!((*id, kind), (2, &ExceptionKind::CurrencyMismatch));
    assert_eq!(note.as_deref(), Some("called the customer"));
    assert_eq!(open(&order), std::slice::from_ref(&yen));
    order.pay(foreign("USD")).unwrap();
    assert_eq!(open(&order), [yen, (3, dollars.1)]);
}

#[test]
fn a_number_that_was_never_given_is_unknown() {
    let mut order = OrderFixture::placed(&[(1, 1000)]);
    order.pay(foreign("JPY")).unwrap();
    for id in [0, 2] {
        assert_eq!(
            order.apply(&close(id)).unwrap_err().code,
            RejectionCode::UnknownException
        );
    }
    let take = |owner: &str| Command::TakeException {
        id: 1,
        owner: owner.to_owned(),
    };
    order.apply(&take("ann")).unwrap();
    // Somebody else takes it over.
    assert_eq!(
        names(&order.apply(&take("bob")).unwrap()),
        ["ExceptionTaken"]
    );
    assert_eq!(
        order.order.state.exceptions[0].owner.as_deref(),
        Some("bob")
    );
}
