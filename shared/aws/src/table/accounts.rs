//! Customer accounts: one item for each, with its limits and, for each currency, what is open and what is free.
//!
//! Orders add to `open_<currency>` and take from `free_<currency>` without reading the item, each in the transaction that
//! changes the order; a placement does so on the condition that enough is free. So of many placements at one limit exactly
//! those are written that it leaves room for, and a payment or a cancellation conflicts with none of them for long.

use std::collections::{BTreeMap, BTreeSet};

use app::{failure::Failure, ports::AccountStore};
use domain::{
    account::{Account, AccountDelta, AccountLimits},
    ids::AccountId,
    money::Currency,
    schema,
};

use super::{
    client::Table,
    items::{Item, SCHEMA},
    keys::Key,
    transact::{FailedCondition, TransactionEnd},
    writes::{Write, number, text},
};

const OPEN: &str = "open_";

impl AccountStore for Table {
    async fn account(&self, id: &AccountId) -> Result<Option<Account>, Failure> {
        let item = self.get(Key::account(id)).await?;
        item.map(|item| account(&item)).transpose()
    }

    async fn put_limits(
        &self,
        limits: &AccountLimits,
        known: &[Currency],
    ) -> Result<bool, Failure> {
        let before = i64::try_from(limits.version)
            .unwrap_or(i64::MAX)
            .saturating_sub(1);
        let json = serde_json::to_string(limits)
            .map_err(|error| Failure::Inconsistent(format!("limits cannot be written: {error}")))?;
        let mut update = format!("SET #text = :text, #{SCHEMA} = :schema, #version = :version");
        let mut values = vec![
            (":text".to_owned(), text(json)),
            (":schema".to_owned(), number(i64::from(schema::VERSION))),
            (":version".to_owned(), number(before.saturating_add(1))),
            (":zero".to_owned(), number(0)),
        ];
        let named = limits.limits.keys().chain(known);
        for currency in named.collect::<BTreeSet<_>>() {
            let limit = limits.limits.get(currency).copied().unwrap_or(0);
            values.push((format!(":limit_{currency}"), number(limit)));
            update.push_str(&format!(
                ", #free_{currency} = :limit_{currency} - if_not_exists(#{OPEN}{currency}, :zero), \
                 #{OPEN}{currency} = if_not_exists(#{OPEN}{currency}, :zero)"
            ));
        }
        let condition = if before == 0 {
            "attribute_not_exists(#pk)"
        } else {
            values.push((":before".to_owned(), number(before)));
            "#version = :before"
        };
        let borrowed = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()));
        let key = Key::account(&limits.id);
        let write = Write::update(self, key, &update, condition, borrowed.collect())?;
        match self.transact(vec![write]).await? {
            TransactionEnd::Written => Ok(true),
            // The answer to an earlier attempt may have been lost.
            TransactionEnd::ConditionsFailed(failed) => is_own(limits, &failed),
        }
    }
}

fn is_own(limits: &AccountLimits, failed: &[FailedCondition]) -> Result<bool, Failure> {
    let current = failed.iter().find_map(|failed| failed.current.as_ref());
    let current = current.map(account).transpose()?;
    Ok(current.is_some_and(|current| current.limits == *limits))
}

impl Table {
    /// Adds to what the account of a new order owes, if there is such an account and its limit leaves room for it.
    pub(super) fn take_credit(&self, delta: &AccountDelta) -> Result<Write, Failure> {
        let condition = if delta.amount > 0 {
            format!("#free_{} >= :more", delta.currency)
        } else {
            "attribute_exists(#pk)".to_owned()
        };
        self.add_to_account(delta, &condition)
    }

    /// Adds to what the account of an order owes, whatever its limit is.
    pub(super) fn move_credit(&self, delta: &AccountDelta) -> Result<Write, Failure> {
        self.add_to_account(delta, "attribute_exists(#pk)")
    }

    fn add_to_account(&self, delta: &AccountDelta, condition: &str) -> Result<Write, Failure> {
        let currency = delta.currency;
        let update = format!("ADD #{OPEN}{currency} :more, #free_{currency} :less");
        let values = vec![
            (":more", number(delta.amount)),
            (":less", number(delta.amount.saturating_neg())),
        ];
        Write::update(
            self,
            Key::account(&delta.account),
            &update,
            condition,
            values,
        )
    }

    /// What an account leaves that did not take an order; `None`: there is none.
    pub(super) async fn free_credit(
        &self,
        delta: &AccountDelta,
        failed: &FailedCondition,
    ) -> Result<Option<i64>, Failure> {
        let found = match &failed.current {
            Some(current) => Some(account(current)?),
            None => self.account(&delta.account).await?,
        };
        Ok(found.map(|found| found.free(delta.currency)))
    }
}

fn account(item: &Item) -> Result<Account, Failure> {
    let mut open = BTreeMap::new();
    for (name, amount) in item.numbers_under(OPEN)? {
        let currency = name.parse().map_err(|error| {
            Failure::Inconsistent(format!("an account owes in no currency: {error}"))
        })?;
        open.insert(currency, amount);
    }
    Ok(Account {
        limits: item.get_json("text")?,
        open,
    })
}
