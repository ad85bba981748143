//! How much of an order a person may give back beyond what is owed without a second person.

use std::{collections::BTreeMap, str::FromStr};

use crate::access::{Principal, Role};

/// The limit of each role: credits of one order, in minor units of its currency. A role that is not listed has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoodwillLimits(BTreeMap<Role, i64>);

impl GoodwillLimits {
    /// The most that a caller may give without a second person: the highest limit of their roles; `None`: any amount, because
    /// no limit is set for one of the roles with which they may refund.
    pub fn of(&self, principal: &Principal) -> Option<i64> {
        let roles = principal.roles_that_may(crate::access::Permission::RefundOrders);
        let limits: Option<Vec<i64>> = roles.map(|role| self.0.get(&role).copied()).collect();
        limits?.into_iter().max()
    }
}

/// A text that is no list of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not `none`, nor a list such as `agent:5000,admin:20000` of roles, each once, with minor units"
)]
pub struct UnreadableLimits;

impl FromStr for GoodwillLimits {
    type Err = UnreadableLimits;

    fn from_str(setting: &str) -> Result<Self, UnreadableLimits> {
        let mut limits = BTreeMap::new();
        if setting == "none" {
            return Ok(Self(limits));
        }
        for part in setting.split(',') {
            let (role, limit) = part.split_once(':').ok_or(UnreadableLimits)?;
            let role = Role::ALL.into_iter().find(|known| known.as_str() == role);
            let limit: u32 = limit.parse().map_err(|_| UnreadableLimits)?;
            let known = limits.insert(role.ok_or(UnreadableLimits)?, i64::from(limit));
            if known.is_some() {
                return Err(UnreadableLimits);
            }
        }
        Ok(Self(limits))
    }
}
