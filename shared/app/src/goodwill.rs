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

#[cfg(test)]
mod tests {
    use super::*;

    fn user(roles: &[Role]) -> Principal {
        Principal {
            subject: "ada".to_owned(),
            roles: roles.iter().copied().collect(),
            locations: std::collections::BTreeSet::new(),
        }
    }

    #[test]
    fn a_caller_has_the_highest_limit_of_the_roles_that_may_refund() {
        let limits: GoodwillLimits = "agent:5000,admin:20000,support:90000".parse().unwrap();
        assert_eq!(limits.of(&user(&[Role::Agent])), Some(5000));
        assert_eq!(limits.of(&user(&[Role::Agent, Role::Support])), Some(5000));
        assert_eq!(limits.of(&user(&[Role::Agent, Role::Admin])), Some(20000));
        let limits: GoodwillLimits = "agent:5000".parse().unwrap();
        assert_eq!(limits.of(&user(&[Role::Agent])), Some(5000));
        assert_eq!(limits.of(&user(&[Role::Admin])), None, "no limit");
        assert_eq!(limits.of(&user(&[Role::Agent, Role::Admin])), None);
        let none: GoodwillLimits = "none".parse().unwrap();
        assert_eq!(none.of(&user(&[Role::Agent])), None);
    }

    #[test]
    fn a_setting_that_is_no_list_of_limits_is_refused() {
        for setting in [
            "",
            "agent",
            "agent:",
            "agent:-1",
            "agent:1.5",
            "boss:1",
            "agent:1,agent:2",
            "agent:1,",
            "agent:4294967296",
        ] {
            let read: Result<GoodwillLimits, _> = setting.parse();
            assert_eq!(read, Err(UnreadableLimits), "{setting}");
        }
    }
}
