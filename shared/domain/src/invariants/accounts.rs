//! I3: what an account owes is what its orders owe.

use std::collections::BTreeMap;

use super::{
    snapshot::Snapshot,
    violation::{Findings, Rule},
};
use crate::{ids::AccountId, money::Currency};

/// The open amount of each account is the sum of what its orders owe, and each order on account has one.
pub(super) fn check(snapshot: &Snapshot, findings: &mut Findings) {
    let Some(accounts) = &snapshot.accounts else {
        return;
    };
    let mut owed: BTreeMap<(&AccountId, Currency), i64> = BTreeMap::new();
    for record in &snapshot.orders {
        if let Some(account) = record.order.account() {
            let owes = owed.entry((account, record.order.placed.currency));
            let owes = owes.or_default();
            *owes = owes.saturating_add(record.order.open_on_account());
        }
    }
    for account in accounts {
        let id = &account.limits.id;
        for currency in account.currencies() {
            let open = account.open(currency);
            let owed = owed.remove(&(id, currency)).unwrap_or(0);
            findings.unless(open == owed, Rule::I3, id, || {
                format!("{open} {currency} is open, its orders owe {owed}")
            });
        }
    }
    for ((id, currency), owed) in owed {
        findings.unless(owed == 0, Rule::I3, id, || {
            format!("its orders owe {owed} {currency}, and nothing is open")
        });
    }
}
