//! Accounts of customers who buy on account.

use domain::{account::Account, ids::AccountId, money::Currency};
use schemars::JsonSchema;
use serde::Serialize;

/// An account: what it may owe, and what it owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountView {
    /// The account's id.
    pub id: AccountId,
    /// One entry for each currency in which it has a limit, or in which something is open.
    pub balances: Vec<AccountBalance>,
}

/// What an account may owe and owes in a currency. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountBalance {
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
    /// The most that may be open when an order is placed.
    pub limit: i64,
    /// What its orders owe: what is due for them and has not been paid.
    pub open: i64,
    /// What the limit leaves for further orders; negative when more is open than may be.
    pub free: i64,
}

impl AccountView {
    /// Of an account as it is.
    pub fn of(account: &Account) -> Self {
        let currencies = account.currencies().into_iter();
        Self {
            id: account.limits.id.clone(),
            balances: currencies
                .map(|currency| AccountBalance {
                    currency,
                    decimals: currency.decimals(),
                    limit: account.limit(currency),
                    open: account.open(currency),
                    free: account.free(currency),
                })
                .collect(),
        }
    }
}
