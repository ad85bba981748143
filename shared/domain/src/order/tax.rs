//! The tax of an order at a tax service, and what of it is reversed.
//!
//! A shop that has its taxes counted by a service names the transaction under which the service has recorded the sale. What
//! is credited of such an order, units and shipping, is reversed there by an effect: exactly the cells that are credited,
//! each once. Units are counted from a line's end, as credits are ([`super::LineState::credited`]), so whatever is credited,
//! in whatever order, the parts add up to the whole. An amount that people give back beyond that belongs to no line: it
//! reverses nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, EffectAction, Order};
use crate::{ids::LineId, serde_default::is_default};

/// Where the tax of an order is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderTax {
    /// The tax service: `stripe_tax`. 1 to 40 lower-case letters, digits and `_`.
    pub service: String,
    /// Its id of the transaction in which the sale is recorded, e.g. `tax_...`: 1 to 64 visible ASCII characters. The
    /// references of its lines are the ids of the order's lines.
    pub transaction: String,
    /// How much tax the price of shipping contains, minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shipping_tax: i64,
}

/// What is reversed at a tax service. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxReversal {
    /// The tax service.
    pub service: String,
    /// Its id of the transaction in which the sale is recorded.
    pub transaction: String,
    /// The lines of which units are credited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<TaxedUnits>,
    /// What is credited of the shipping; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<TaxedShipping>,
}

/// Units of a line whose tax is reversed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxedUnits {
    /// The line.
    pub line: LineId,
    /// How many.
    pub units: u32,
    /// What they cost, shipping left out.
    pub part: Taxed,
    /// What the whole line has cost.
    pub whole: Taxed,
}

/// Shipping whose tax is reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxedShipping {
    /// What is credited of it.
    pub part: Taxed,
    /// All of it.
    pub whole: Taxed,
}

/// An amount and the tax that it contains, minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taxed {
    /// What the customer paid, tax included.
    pub amount: i64,
    /// How much of it is tax.
    pub tax: i64,
}

impl Taxed {
    /// Both added up.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            amount: self.amount.saturating_add(other.amount),
            tax: self.tax.saturating_add(other.tax),
        }
    }
}

impl TaxReversal {
    /// All that is reversed.
    pub fn total(&self) -> Taxed {
        let lines = self.lines.iter().map(|line| line.part);
        lines
            .chain(self.shipping.map(|shipping| shipping.part))
            .fold(Taxed::default(), Taxed::plus)
    }
}

impl Order {
    /// What is credited and was not asked to be reversed. None for an order that names no tax transaction.
    pub fn tax_to_reverse(&self) -> Option<TaxReversal> {
        let tax = self.placed.tax.as_ref()?;
        let taxes_included = self.terms().taxes_included;
        let is_something = |taxed: &Taxed| *taxed != Taxed::default();
        let mut lines = Vec::new();
        for (line, state) in self.lines() {
            let units = state.credited().saturating_sub(state.tax_reversed);
            let from = line.quantity.saturating_sub(state.credited());
            let to = line.quantity.saturating_sub(state.tax_reversed);
            let part = line.taxed(from, to, taxes_included);
            if units > 0 && is_something(&part) {
                lines.push(TaxedUnits {
                    line: line.id.clone(),
                    units,
                    part,
                    whole: line.taxed(0, line.quantity, taxes_included),
                });
            }
        }
        let shipping = self.shipping_to_reverse(tax);
        let shipping = Some(shipping).filter(|shipping| is_something(&shipping.part));
        (!lines.is_empty() || shipping.is_some()).then(|| TaxReversal {
            service: tax.service.clone(),
            transaction: tax.transaction.clone(),
            lines,
            shipping,
        })
    }

    /// The tax of the shipping follows its amount, so that all of it is reversed when all of the shipping is.
    fn shipping_to_reverse(&self, tax: &OrderTax) -> TaxedShipping {
        let shipping = self.shipping();
        let before = self.state.shipping_tax_reversed;
        let credited = shipping.saturating_sub(self.shipping_left()).max(before);
        let share = |amount: i64| {
            let share = i128::from(tax.shipping_tax).saturating_mul(amount.into());
            let share = share.checked_div(shipping.into()).unwrap_or(0);
            i64::try_from(share).unwrap_or(0)
        };
        TaxedShipping {
            part: Taxed {
                amount: credited.saturating_sub(before),
                tax: share(credited).saturating_sub(share(before)),
            },
            whole: Taxed {
                amount: shipping,
                tax: tax.shipping_tax,
            },
        }
    }

    /// Whether an effect must wait for the tax service: money goes back once the tax of what was credited before is reversed,
    /// or a person has decided about it. A refund that a person makes waits for nobody.
    pub fn awaits_tax(&self, effect: &Effect) -> bool {
        if !matches!(effect.action, EffectAction::Refund { .. }) || self.is_by_hand(effect) {
            return false;
        }
        let mut before = self.state.effects.iter().filter(|e| e.id < effect.id);
        before.any(|before| matches!(before.action, EffectAction::ReverseTax(_)))
    }
}
