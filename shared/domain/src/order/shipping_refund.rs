//! When the price of shipping goes back.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When the price of shipping goes back with units that are cancelled, returned or refunded. Whatever the rule, a person
/// can give back what of it has not gone back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShippingRefund {
    /// All of it with the first unit.
    FirstUnit,
    /// All of it with the last unit of the order.
    LastUnit,
    /// Each unit's share with the unit.
    #[default]
    ProRata,
    /// Never.
    Never,
}

impl ShippingRefund {
    /// Every rule with its name.
    pub const NAMES: [(&str, Self); 4] = [
        ("pro_rata", Self::ProRata),
        ("first_unit", Self::FirstUnit),
        ("last_unit", Self::LastUnit),
        ("never", Self::Never),
    ];
}

/// A text that is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is none of pro_rata, first_unit, last_unit, never")]
pub struct UnknownShippingRefund;

impl FromStr for ShippingRefund {
    type Err = UnknownShippingRefund;

    fn from_str(name: &str) -> Result<Self, UnknownShippingRefund> {
        let mut known = Self::NAMES.iter();
        let found = known.find(|(known, _)| *known == name);
        found.map(|(_, rule)| *rule).ok_or(UnknownShippingRefund)
    }
}
