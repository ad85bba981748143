//! Customer accounts: who buys on account, and how much of it may be unpaid at a time.
//!
//! An account has a limit for each currency and knows what its orders owe, its *open amount*. Both are one stored item. An
//! order is placed on the condition that the limit leaves room for it, in the transaction that places it; whatever changes
//! what an order owes (a payment, a cancellation, a credit) changes the open amount in the transaction that records it. Only
//! a placement needs room: facts are never refused, so a limit that is lowered, or money that goes back, may leave less than
//! none.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    ids::AccountId,
    money::{Currency, Money},
    order::{Order, PaymentTerm, Rejection, RejectionCode},
};

/// For how many days an order on account may be paid when neither its terms nor the deployment say anything.
pub const ON_ACCOUNT_DAYS: u16 = 30;
/// For how many days an order on account may be paid at most.
pub const ON_ACCOUNT_DAYS_MAX: u16 = 366;
/// Currencies in which an account may have a limit.
pub const ACCOUNT_CURRENCIES_MAX: usize = 16;

/// A customer account as it is stored. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub limits: AccountLimits,
    /// What its orders owe, by currency.
    pub open: BTreeMap<Currency, i64>,
}

/// How much of an account may be open at a time. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLimits {
    pub id: AccountId,
    /// Counts how often the limits were written; what orders do to the open amounts is not counted.
    pub version: u64,
    /// By currency; a currency that is not listed has the limit 0.
    pub limits: BTreeMap<Currency, i64>,
}

impl Account {
    /// What may be open in a currency.
    pub fn limit(&self, currency: Currency) -> i64 {
        self.limits.limits.get(&currency).copied().unwrap_or(0)
    }

    /// What is open in a currency.
    pub fn open(&self, currency: Currency) -> i64 {
        self.open.get(&currency).copied().unwrap_or(0)
    }

    /// What the limit leaves for further orders, minor units; negative when more is open than may be.
    pub fn free(&self, currency: Currency) -> i64 {
        self.limit(currency).saturating_sub(self.open(currency))
    }

    /// The currencies in which it has a limit, or in which something is open.
    pub fn currencies(&self) -> BTreeSet<Currency> {
        let open = self.open.iter().filter(|(_, open)| **open != 0);
        let open = open.map(|(currency, _)| *currency);
        self.limits.limits.keys().copied().chain(open).collect()
    }
}

/// What a change does to the open amount of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDelta {
    pub account: AccountId,
    pub currency: Currency,
    /// Minor units; what an order owes more is positive.
    pub amount: i64,
}

impl AccountDelta {
    /// What the step from one state of an order to another does. A placement always names its account, which must exist.
    pub(crate) fn between(before: &Order, after: &Order) -> Option<Self> {
        let account = after.account()?.clone();
        let is_placed = before.state.version > 0;
        let was = if is_placed {
            before.open_on_account()
        } else {
            0
        };
        let amount = after.open_on_account().saturating_sub(was);
        (amount != 0 || !is_placed).then_some(Self {
            account,
            currency: after.placed.currency,
            amount,
        })
    }

    /// The refusal of a placement for which the account leaves too little; `free`: what it leaves, minor units, `None` when
    /// there is no such account.
    pub fn refused(&self, free: Option<i64>) -> Rejection {
        let account = &self.account;
        let Some(free) = free else {
            let message = format!("there is no account {account}");
            return Rejection::new(RejectionCode::UnknownAccount, account.as_str(), message);
        };
        let show = |minor| Money {
            minor,
            currency: self.currency,
        };
        let message = format!(
            "the order adds {} to what account {account} owes, and its limit leaves {}",
            show(self.amount),
            show(free)
        );
        let code = RejectionCode::CreditLimitExceeded;
        Rejection::new(code, free.to_string(), message)
    }
}

impl Order {
    /// The account that the order is on.
    pub fn account(&self) -> Option<&AccountId> {
        match &self.terms().payment {
            Some(PaymentTerm::OnAccount { account, .. }) => Some(account),
            Some(
                PaymentTerm::CollectedElsewhere { .. }
                | PaymentTerm::BankTransfer
                | PaymentTerm::OnDelivery,
            )
            | None => None,
        }
    }

    /// What the order owes on its account: what is due and has not been paid, minor units; 0 for one that is on none. What a
    /// gateway has only authorized is not paid, and what was asked to be given back is paid no more.
    pub fn open_on_account(&self) -> i64 {
        if self.account().is_none() {
            return 0;
        }
        let payment = &self.state.payment;
        let paid = payment
            .captured()
            .saturating_sub(payment.given_back())
            .saturating_sub(self.refunds_asked_for());
        self.amount_due().saturating_sub(paid).max(0)
    }
}
