//! What Stripe knows of the money, for tests to compare. Amounts are Stripe's units.

use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Captured in all, by intent; intents of which nothing was captured are left out.
    pub captured: BTreeMap<String, i64>,
    /// Intents that are cancelled.
    pub cancelled: Vec<String>,
    /// In the order in which they were made.
    pub refunds: Vec<LedgerRefund>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRefund {
    pub id: String,
    pub intent: String,
    pub amount: i64,
    /// `pending`, `succeeded` or `failed`.
    pub status: &'static str,
    /// `<order>:<effect>`, when the refund was made for an effect.
    pub effect: Option<String>,
}
