//! The customer of an order: the only personal data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The customer: the only personal data of an order, stored apart so that it can be erased.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// Full name.
    #[schemars(length(max = 200))]
    pub name: String,
    /// E-mail address.
    #[schemars(length(max = 254))]
    pub email: String,
    /// Telephone number.
    #[schemars(length(max = 40))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Delivery address.
    pub address: Address,
}

/// A delivery address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// Street and number, then whatever else the carrier needs; at most five lines of 200 characters each.
    #[schemars(length(max = 5), inner(length(max = 200)))]
    pub lines: Vec<String>,
    /// City.
    #[schemars(length(max = 200))]
    pub city: String,
    /// State or province.
    #[schemars(length(max = 200))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[schemars(length(max = 40))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

// Debug output ends up in logs, so it shows nothing.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(***)")
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(***)")
    }
}
