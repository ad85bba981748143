//! Customer accounts: what they may owe and owe.

use domain::{
    account::{Account, AccountLimits},
    decide::{decide, place},
    order::{Change, Command, HoldKind, PaymentTerm},
};

use crate::common::{OrderFixture, cancel, context, request};

/// An order of two units for 10.00 each on account, and what its placement adds to the account, minor units.
fn placed() -> (OrderFixture, Option<i64>) {
    let mut request = request(&[(2, 1000)]);
    request.payment.intent = None;
    request.terms.payment = Some(PaymentTerm::OnAccount {
        account: "ACME-7".parse().unwrap(),
        days: None,
    });
    let placement = place(&request, &context(0)).unwrap();
    let added = placement.change.account.map(|delta| delta.amount);
    (OrderFixture::placed_as(request), added)
}

/// What a command adds to the account of an order; `None`: the account is not touched.
fn added(order: &mut OrderFixture, command: &Command) -> Option<i64> {
    let before = order.order.clone();
    let now = context(order.fixture.saturating_add(1));
    let events = decide(&before, command, &now).unwrap();
    let change = Change::new(&before, events, &now).unwrap();
    order.apply(command).unwrap();
    let delta = change.account?;
    assert_eq!(delta.account.as_str(), "ACME-7");
    assert_eq!(delta.currency.to_string(), "EUR");
    Some(delta.amount)
}

#[test]
fn an_account_owes_what_is_placed_less_what_is_cancelled_and_other_steps_leave_it_alone() {
    let (mut order, placed) = placed();
    assert_eq!(placed, Some(2000));
    let hold = Command::PlaceHold {
        kind: HoldKind::Manual,
        handle: "check".to_owned(),
        until: None,
    };
    assert_eq!(added(&mut order, &hold), None);
    assert_eq!(added(&mut order, &cancel(&[("1", 1)])), Some(-1000));
    assert_eq!(added(&mut order, &cancel(&[("1", 1)])), Some(-1000));
}

#[test]
fn an_account_lists_the_currencies_of_its_limits_and_those_in_which_it_owes() {
    let amount = |code: &str, minor: i64| (code.parse().unwrap(), minor);
    let account = Account {
        limits: AccountLimits {
            id: "acme".parse().unwrap(),
            version: 1,
            limits: [amount("EUR", 500)].into(),
        },
        // Nothing is open any more in dollars, and nothing more may be bought in francs.
        open: [amount("CHF", 20), amount("EUR", 600), amount("USD", 0)].into(),
    };
    let found = account.currencies().into_iter();
    let found: Vec<(String, i64)> = found
        .map(|currency| (currency.to_string(), account.free(currency)))
        .collect();
    assert_eq!(found, [("CHF".to_owned(), -20), ("EUR".to_owned(), -100)]);
}
