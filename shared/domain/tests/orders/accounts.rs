//! Customer accounts: what they may owe and owe.

use domain::account::{Account, AccountLimits};

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
