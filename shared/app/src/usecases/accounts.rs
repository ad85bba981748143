//! Accounts of customers who buy on account: their limits, and what they owe.

use std::collections::BTreeMap;

use domain::{
    account::{ACCOUNT_CURRENCIES_MAX, Account, AccountLimits},
    decide::AMOUNT_MAX,
    ids::AccountId,
    money::Currency,
    order::{Rejection, RejectionCode},
};

use super::execute::REQUEST_ROUNDS;
use crate::{failure::Failure, ports::AccountStore};

/// The account.
///
/// # Errors
/// [`Failure::NotFound`] when there is none of that id.
pub async fn read(store: &impl AccountStore, id: &AccountId) -> Result<Account, Failure> {
    let found = store.account(id).await?;
    found.ok_or_else(|| Failure::NotFound(format!("account {id}")))
}

/// Writes the limits of an account, in minor units, and makes the account when there is none; returns it with what was open
/// when it was read for that. Of a currency that is not named nothing more may be bought. What is open stays.
///
/// # Errors
/// [`Failure::Rejected`] when a limit is negative or too large, or when there are too many.
pub async fn set_limits(
    store: &impl AccountStore,
    id: &AccountId,
    limits: &BTreeMap<Currency, i64>,
) -> Result<Account, Failure> {
    check(limits)?;
    for _ in 0..REQUEST_ROUNDS {
        let found = store.account(id).await?;
        let known: Vec<Currency> = found.iter().flat_map(Account::currencies).collect();
        let version = found.as_ref().map_or(0, |found| found.limits.version);
        let limits = AccountLimits {
            id: id.clone(),
            version: version.saturating_add(1),
            limits: limits.clone(),
        };
        if store.put_limits(&limits, &known).await? {
            let open = found.map(|found| found.open).unwrap_or_default();
            return Ok(Account { limits, open });
        }
    }
    Err(Failure::Contended(REQUEST_ROUNDS))
}

fn check(limits: &BTreeMap<Currency, i64>) -> Result<(), Rejection> {
    let is_amount = |limit: &i64| (0..=AMOUNT_MAX).contains(limit);
    if limits.len() > ACCOUNT_CURRENCIES_MAX || !limits.values().all(is_amount) {
        let message = format!(
            "limits in at most {ACCOUNT_CURRENCIES_MAX} currencies, each 0 to {AMOUNT_MAX} minor units"
        );
        return Err(Rejection::new(
            RejectionCode::InvalidLimits,
            "limits",
            message,
        ));
    }
    Ok(())
}
