//! Customer accounts that buy on account.

use domain::{
    account::{Account, AccountLimits},
    ids::AccountId,
    money::Currency,
};

use crate::failure::Failure;

/// Customer accounts. What their orders owe is written with the orders, in the same transactions.
pub trait AccountStore: Sync {
    /// The account, consistently.
    fn account(
        &self,
        id: &AccountId,
    ) -> impl Future<Output = Result<Option<Account>, Failure>> + Send;

    /// Writes the limits of an account over the version before them; version 1 is the first and makes the account. `known`:
    /// the currencies that the account had when it was read. `false`: nothing was written, because another writer was
    /// faster. What the account owes stays, whatever orders do to it meanwhile.
    fn put_limits(
        &self,
        limits: &AccountLimits,
        known: &[Currency],
    ) -> impl Future<Output = Result<bool, Failure>> + Send;
}
