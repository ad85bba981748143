//! A difference between the gateway and our ledger.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DifferenceKind, GatewayObject, ObjectKind};
use crate::{ids::OrderId, money::Currency};

/// What one side says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// Minor units; left out where the side knows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// How far it is, a code; left out where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

impl Figure {
    /// The side does not know the object.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// An amount in minor units.
    pub fn amount(minor: i64) -> Self {
        Self {
            amount: Some(minor),
            status: None,
        }
    }

    /// An amount in minor units, and how far it is.
    pub fn with_status(amount: Option<i64>, status: &str) -> Self {
        Self {
            amount,
            status: Some(status.to_owned()),
        }
    }
}

/// A difference, as it is stored with the result of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// In what both sides differ.
    pub kind: DifferenceKind,
    /// What it is about.
    pub object: ObjectKind,
    /// The gateway's id of that.
    pub id: String,
    /// The payment that it belongs to, if it is another object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// The order that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The currency of the amounts; of the gateway's, where both differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What the gateway says.
    #[serde(default)]
    pub gateway: Figure,
    /// What our ledger says.
    #[serde(default)]
    pub ours: Figure,
    /// Whether both still differ.
    pub open: bool,
    /// Whether what the gateway says was applied here, as its webhook would have been. Of one that is open: it is being
    /// applied.
    #[serde(default)]
    pub applied: bool,
    /// When it was found first, UTC.
    pub since: Timestamp,
    /// When both sides were compared last, UTC.
    pub checked_at: Timestamp,
}

impl Difference {
    /// A difference that is found at `now`.
    pub fn found(kind: DifferenceKind, object: &GatewayObject, now: Timestamp) -> Self {
        Self {
            kind,
            object: object.kind,
            id: object.id.clone(),
            payment: None,
            order: None,
            currency: None,
            gateway: Figure::nothing(),
            ours: Figure::nothing(),
            open: true,
            applied: false,
            since: now,
            checked_at: now,
        }
    }

    /// The object that it is about.
    pub fn object(&self) -> GatewayObject {
        GatewayObject::new(self.object, &self.id)
    }

    pub(super) fn is_about(&self, object: &GatewayObject) -> bool {
        self.object == object.kind && self.id == object.id
    }
}
