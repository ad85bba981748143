//! Terms and destination: how and where to an order is fulfilled.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PaymentCommands, PaymentTerm, ShippingRefund};
use crate::serde_default::is_default;

/// Country and region: what routing needs, and no more, so that it is no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Destination {
    /// ISO 3166-1 alpha-2, capitals.
    pub country: String,
    /// State or province, as the shop writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Terms of fulfillment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// Ship nothing until everything can be assigned.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ship_complete: bool,
    /// Priority in the backorder queue: a lower number is served first; 5 by default.
    #[serde(default = "default_priority")]
    pub priority: u8,
    /// Whether prices contain the tax (then it is not added on top).
    #[serde(default, skip_serializing_if = "is_default")]
    pub taxes_included: bool,
    /// Until when the order may be paid, UTC; then it is cancelled, if nothing is authorized, captured or being
    /// processed. Without it: a day after it was placed; by bank transfer as many days as the deployment says. On account, when it is to be paid, as its days say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_until: Option<Timestamp>,
    /// How it is paid; without it, through payment intents of the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentTerm>,
    /// What is commanded at the payment gateway without a person; without it nothing is, and people make the refunds that
    /// are owed. The deployment has a default for orders that say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_commands: Option<PaymentCommands>,
    /// How many hours before an authorization ends nothing more is released that rests on it; without it, 24. The deployment
    /// has a default for orders that say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_margin_h: Option<u8>,
    /// Whether the order is held when two payments of it are captured and more is captured than is due. The deployment's setting
    /// for possible duplicates holds orders that say nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hold_paid_twice: bool,
    /// When the price of shipping goes back with units that are cancelled, returned or refunded; without it, each unit's
    /// share with the unit. The deployment has a default for orders that say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_refund: Option<ShippingRefund>,
}

fn default_priority() -> u8 {
    5
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            ship_complete: false,
            priority: default_priority(),
            taxes_included: false,
            pay_until: None,
            payment: None,
            payment_commands: None,
            authorization_margin_h: None,
            hold_paid_twice: false,
            shipping_refund: None,
        }
    }
}
