//! How the payment gateway is commanded for an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is commanded at the payment gateway without a person. Refunds that are owed always are, and intents of
/// cancelled orders are cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentCommands {
    /// When authorized money is captured.
    #[serde(default)]
    pub capture: CapturePolicy,
    /// Which payment of several a refund is taken from.
    #[serde(default)]
    pub refund_order: RefundOrder,
}

/// When authorized money is captured. What was cancelled by then is not captured, and the gateway gives up the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapturePolicy {
    /// By people at the gateway, or by the gateway itself.
    #[default]
    Manual,
    /// As soon as it is authorized and no hold is in force.
    AtOnce,
    /// All that is due then, when the first shipment leaves.
    FirstShipment,
    /// What each shipment costs, when it leaves, and all that is still due with the last one; where the payment can be
    /// captured once only, as [`Self::FirstShipment`].
    PerShipment,
}

/// Which payment of several a refund is taken from. None ever gives more than it was captured of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundOrder {
    /// The first payment first.
    #[default]
    First,
    /// The last payment first.
    Last,
    /// Each in proportion to what is left of it.
    ProRata,
}

impl RefundOrder {
    /// Splits an amount over what each payment can still give, in minor units, in the order in which they were made. The
    /// parts add up to the amount, or to all there is. They are whole steps as far as the amount and the payments are: the
    /// rest of an amount, or of a payment by hand, is taken last.
    pub fn split(self, amount: i64, available: &[i64], step: i64) -> Vec<i64> {
        let steps = |amount: i64| amount.checked_div(step).unwrap_or(0).max(0);
        let whole: Vec<i64> = available.iter().map(|left| steps(*left)).collect();
        let parts = self.split_units(steps(amount), &whole).into_iter();
        let mut parts: Vec<i64> = parts.map(|part| part.saturating_mul(step)).collect();
        let given = parts.iter().copied().fold(0, i64::saturating_add);
        let left = available.iter().zip(&parts);
        let left: Vec<i64> = left.map(|(all, part)| all.saturating_sub(*part)).collect();
        let rest = self.split_units(amount.saturating_sub(given), &left);
        for (part, rest) in parts.iter_mut().zip(rest) {
            *part = part.saturating_add(rest);
        }
        parts
    }

    fn split_units(self, amount: i64, available: &[i64]) -> Vec<i64> {
        let total: i64 = available.iter().copied().fold(0, i64::saturating_add);
        let amount = amount.clamp(0, total.max(0));
        let mut parts = vec![0; available.len()];
        if self == Self::ProRata && total > 0 {
            for (part, available) in parts.iter_mut().zip(available) {
                let share = i128::from(amount).saturating_mul(i128::from(*available));
                *part =
                    i64::try_from(share.checked_div(i128::from(total)).unwrap_or(0)).unwrap_or(0);
            }
        }
        let given = parts.iter().copied().fold(0, i64::saturating_add);
        let mut rest = amount.saturating_sub(given);
        let mut take = |index: usize| {
            let left = available[index].saturating_sub(parts[index]);
            let taken = left.min(rest).max(0);
            parts[index] = parts[index].saturating_add(taken);
            rest = rest.saturating_sub(taken);
        };
        match self {
            Self::First | Self::ProRata => (0..available.len()).for_each(&mut take),
            Self::Last => (0..available.len()).rev().for_each(&mut take),
        }
        parts
    }
}
