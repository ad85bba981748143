//! What was paid too much, and what of it people have had given back.
//!
//! A refund of a surplus is told apart from those of what is owed, also once it is made: it does not count for what is owed
//! for units that are cancelled later.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Order, Refund};

/// A refund that a person has asked for, of what was paid too much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SurplusRefund {
    /// The number of its effect.
    pub effect: u32,
    /// What of it was paid too much, minor units.
    pub amount: i64,
}

impl Order {
    /// What was captured and is kept beyond what is due and beyond what is still owed back, minor units.
    pub fn overpaid(&self) -> i64 {
        let payment = &self.state.payment;
        payment
            .captured()
            .saturating_sub(payment.given_back())
            .saturating_sub(self.amount_due())
            .saturating_sub(self.still_owed())
            .max(0)
    }

    /// What was paid too much and was not asked for, minor units.
    pub fn surplus_not_asked(&self) -> i64 {
        self.overpaid()
            .saturating_sub(self.surplus_asked_for())
            .clamp(0, self.not_asked())
    }

    /// Of what was paid too much, what people have asked to be given back and is not confirmed; minor units.
    pub(super) fn surplus_asked_for(&self) -> i64 {
        let asked = self.state.effects.iter();
        asked
            .map(|effect| self.surplus_of(effect.id))
            .fold(0, i64::saturating_add)
    }

    /// Of what was paid too much, what people have had given back: never more than was paid too much. Minor units.
    pub(super) fn surplus_given_back(&self) -> i64 {
        let payment = &self.state.payment;
        let surplus = payment
            .captured()
            .saturating_sub(self.amount_due())
            .saturating_sub(self.refund_owed())
            .saturating_sub(payment.credits_of_money());
        let live = payment.refunds.iter().filter(|refund| refund.is_live());
        let of_surplus = |refund: &Refund| {
            let of_effect = refund.effect.map_or(0, |effect| self.surplus_of(effect));
            of_effect.min(refund.amount)
        };
        live.map(of_surplus)
            .fold(0, i64::saturating_add)
            .min(surplus.max(0))
    }

    /// What an effect gives back of what was paid too much, minor units.
    pub(crate) fn surplus_of(&self, effect: u32) -> i64 {
        let mut known = self.state.payment.surplus_refunds.iter();
        known
            .find(|known| known.effect == effect)
            .map_or(0, |known| known.amount)
    }
}
