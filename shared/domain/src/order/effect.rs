//! Effects about money and tax: what must happen once outside because of an order, such as a refund at the payment gateway.
//! Requests to locations are effects too, whose row is the fulfillment order: the [ledger](Order::effects_ledger) has both.
//!
//! An effect is committed with the change that wants it. Its number within the order is its identity: two equal refunds
//! are two effects, and one that is confirmed twice has happened once. A function performs it under a key that follows
//! from the number ([`Effect::key`]), and records the outcome; a webhook confirms it alike, whichever comes first. It
//! stays in the order's state until it is confirmed, so a function that dies leaves it to the next message or to the
//! sweep.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Intent, Order, TaxReversal};
use crate::{ids::OrderId, serde_default::is_default};

/// Something about money or tax that must happen once outside and is not confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Effect {
    /// Its number within the order, counted from 1.
    pub id: u32,
    /// What must happen.
    pub action: EffectAction,
    /// When it, or its last attempt, was requested, UTC.
    pub since: Timestamp,
    /// How many attempts before this one are known to have done nothing, and cannot be repeated under their key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attempt: u32,
    /// The code with which it was refused for good: a person must decide. `None`: it is still to be performed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// What must happen at the payment gateway or the tax service. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EffectAction {
    /// Give money back that an intent has captured.
    Refund {
        /// The gateway's id of the intent.
        intent: String,
        amount: i64,
    },
    /// Capture money that is authorized.
    Capture {
        /// The gateway's id of the intent.
        intent: String,
        amount: i64,
        /// What had been captured of the intent before.
        captured_before: i64,
        /// Whether what is left of the authorization is kept for further captures; otherwise the gateway gives it up.
        #[serde(default, skip_serializing_if = "is_default")]
        keeps_rest: bool,
    },
    /// Give up what can still be captured of an intent of which a part was captured.
    ReleaseRest {
        /// The gateway's id of the intent.
        intent: String,
    },
    /// Cancel an intent, so that nothing more can be captured.
    CancelIntent {
        /// The gateway's id of the intent.
        intent: String,
    },
    /// Reverse the tax of what is credited, at the tax service.
    ReverseTax(TaxReversal),
}

impl EffectAction {
    /// The gateway's id of the intent that it is about; `None`: it is not the gateway's.
    pub fn intent(&self) -> Option<&str> {
        match self {
            Self::Refund { intent, .. }
            | Self::Capture { intent, .. }
            | Self::ReleaseRest { intent }
            | Self::CancelIntent { intent } => Some(intent),
            Self::ReverseTax(_) => None,
        }
    }

    /// What is reversed, when it is the tax service's.
    pub fn tax_reversal(&self) -> Option<&TaxReversal> {
        if let Self::ReverseTax(reversal) = self {
            Some(reversal)
        } else {
            None
        }
    }
}

impl Effect {
    /// The key under which the gateway performs an attempt of it once: `<order>:<effect>`, and `:<attempt>` from the
    /// second attempt on.
    pub fn key(&self, order: OrderId) -> String {
        match self.attempt {
            0 => format!("{order}:{}", self.id),
            attempt => format!("{order}:{}:{attempt}", self.id),
        }
    }

    /// Whether it is still to be performed.
    pub fn is_open(&self) -> bool {
        self.refused.is_none()
    }
}

impl Order {
    /// What is owed back to the customer, or was granted as a credit, and has not been given back, by us or by a bank; minor
    /// units. What people have had given back of a surplus is given beside it.
    pub fn still_owed(&self) -> i64 {
        let payment = &self.state.payment;
        self.refund_owed()
            .saturating_add(payment.credits_of_money())
            .saturating_sub(payment.given_back())
            .saturating_add(self.surplus_given_back())
            .max(0)
    }

    /// What is still owed, or was granted, and was not asked for, minor units. What people have asked for of a surplus is asked
    /// for beside it.
    pub fn owed_and_not_asked(&self) -> i64 {
        self.not_asked().min(self.still_owed())
    }

    /// What is to go back, owed or paid too much, and was not asked for, minor units. A bank may have given the customer what
    /// was asked for.
    pub(crate) fn not_asked(&self) -> i64 {
        self.still_owed()
            .saturating_add(self.overpaid())
            .saturating_sub(self.refunds_asked_for())
            .max(0)
    }

    /// What can still be refunded of an intent: captured of it, less what went back, what a lost dispute took and what was
    /// asked for; minor units.
    pub fn refundable(&self, intent: &Intent) -> i64 {
        self.left_of(intent).max(0)
    }

    /// What [`Order::refundable`] says, negative when more was asked for than is left.
    pub(crate) fn left_of(&self, intent: &Intent) -> i64 {
        let asked = self.asked_for(|action| match action {
            EffectAction::Refund { intent: id, amount } if *id == intent.id => *amount,
            EffectAction::Refund { .. }
            | EffectAction::Capture { .. }
            | EffectAction::ReleaseRest { .. }
            | EffectAction::CancelIntent { .. }
            | EffectAction::ReverseTax(_) => 0,
        });
        intent
            .captured
            .saturating_sub(self.state.payment.refunded_of(&intent.id))
            .saturating_sub(self.state.payment.lost_of(&intent.id))
            .saturating_sub(asked)
    }

    /// What can still be refunded of all intents, minor units. What was asked for of an intent that cannot give it any more is
    /// not given by another one beside it.
    pub fn total_refundable(&self) -> i64 {
        let intents = self.state.payment.intents.iter();
        intents
            .map(|intent| self.left_of(intent))
            .fold(0, i64::saturating_add)
            .max(0)
    }

    /// Refunds that were asked for and are not confirmed, those that were refused included; minor units.
    pub fn refunds_asked_for(&self) -> i64 {
        self.asked_for(|action| match action {
            EffectAction::Refund { amount, .. } => *amount,
            EffectAction::Capture { .. }
            | EffectAction::ReleaseRest { .. }
            | EffectAction::CancelIntent { .. }
            | EffectAction::ReverseTax(_) => 0,
        })
    }

    /// Captures that were asked for and are not confirmed, those that were refused included; minor units.
    pub fn captures_asked_for(&self) -> i64 {
        self.asked_for(|action| match action {
            EffectAction::Capture { amount, .. } => *amount,
            EffectAction::Refund { .. }
            | EffectAction::ReleaseRest { .. }
            | EffectAction::CancelIntent { .. }
            | EffectAction::ReverseTax(_) => 0,
        })
    }

    fn asked_for(&self, amount: impl Fn(&EffectAction) -> i64) -> i64 {
        let asked = self.state.effects.iter();
        asked
            .map(|effect| amount(&effect.action))
            .fold(0, i64::saturating_add)
    }

    /// Whether an effect must wait for a bank's decision: a refund while the payment is disputed would give the money back
    /// twice.
    pub fn awaits_bank(&self, effect: &Effect) -> bool {
        match effect.action {
            EffectAction::Refund { .. } => !self.state.payment.disputes.is_empty(),
            EffectAction::Capture { .. }
            | EffectAction::ReleaseRest { .. }
            | EffectAction::CancelIntent { .. }
            | EffectAction::ReverseTax(_) => false,
        }
    }

    /// Whether a capture of the intent or its end was asked for, or was refused and waits for a person.
    pub fn is_commanded(&self, intent: &Intent) -> bool {
        let mut asked = self.state.effects.iter();
        asked.any(|effect| match &effect.action {
            EffectAction::Refund { .. } | EffectAction::ReverseTax(_) => false,
            EffectAction::Capture { intent: id, .. }
            | EffectAction::ReleaseRest { intent: id }
            | EffectAction::CancelIntent { intent: id } => *id == intent.id,
        })
    }

    /// The effect of that number, as long as it is not confirmed.
    pub fn effect(&self, id: u32) -> Option<&Effect> {
        self.state.effects.iter().find(|effect| effect.id == id)
    }
}
