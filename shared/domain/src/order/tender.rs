//! Payments that are recorded here and not made at the payment gateway: gift cards, bank transfers, what a shop or a
//! marketplace has collected.
//!
//! Each is an entry beside the gateway's intents, captured from the moment at which it is recorded. What is refunded of it is
//! asked of a person, who gives it back where it came from and records that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, EffectAction, Intent, Order, Payment};
use crate::{ids::AccountId, open_set::open_set, serde_default::is_default};

open_set! {
    /// How money came that is recorded here.
    pub enum TenderKind {
        /// A gift card, voucher or store credit, redeemed where it is kept.
        GiftCard = "gift_card",
        /// A shop or a marketplace has collected it.
        CollectedElsewhere = "collected_elsewhere",
        /// It came to a bank account.
        BankTransfer = "bank_transfer",
        /// It was paid in cash.
        Cash = "cash",
        /// In another way.
        Other = "other",
    }
}

/// Where recorded money came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tender {
    /// How it came.
    pub kind: TenderKind,
    /// Its name where it came from. No personal data, and no secret such as the code of a gift card.
    pub reference: String,
    /// Whether it was recorded when the order was placed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub at_placement: bool,
    /// What was asked to be given back of it without a person, whatever has become of it. Minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refunds_asked: i64,
}

/// How an order is paid, when it is not through a payment intent of the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PaymentTerm {
    /// A shop or a marketplace collects the money: all of it that no tender pays counts as captured from placement.
    CollectedElsewhere {
        /// The name of the payment there: 1 to 64 visible ASCII characters, no personal data.
        reference: String,
    },
    /// The customer transfers it to a bank account: goods go when a person has recorded that it is there.
    BankTransfer,
    /// The customer pays when the goods are delivered: goods go at once.
    OnDelivery,
    /// The customer pays an invoice later: goods go at once, as far as the limit of the customer's account allows the order.
    OnAccount {
        /// The account, which must exist: 1 to 64 of A-Z a-z 0-9 and -_.; no personal data.
        account: AccountId,
        /// How many days after it was placed, or reached us, it is to be paid: 1 to 366. Without it, as many as the deployment
        /// says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days: Option<u16>,
    },
}

impl Payment {
    /// The payment intents of the gateway.
    pub fn gateway_intents(&self) -> impl Iterator<Item = &Intent> {
        self.intents.iter().filter(|i| i.tender.is_none())
    }

    /// The payments that were recorded here, with where they came from.
    pub fn recorded(&self) -> impl Iterator<Item = (&Intent, &Tender)> {
        let intents = self.intents.iter();
        intents.filter_map(|intent| Some((intent, intent.tender.as_ref()?)))
    }

    /// The id of the next payment that is recorded. No intent of a gateway is named like it.
    pub fn next_recorded(&self, kind: &TenderKind) -> String {
        let number = self.recorded().count().saturating_add(1);
        format!("{}#{number}", kind.as_str())
    }

    /// Whether money has come, or is promised, beyond what was recorded at placement: then a person decides what becomes of
    /// an order that is not paid in time.
    pub fn has_come_since_placement(&self) -> bool {
        let at_placement = self.recorded().filter(|(_, tender)| tender.at_placement);
        let at_placement = at_placement.map(|(intent, _)| intent.captured);
        self.pledged() > at_placement.fold(0, i64::saturating_add)
    }
}

impl Order {
    /// Whether the order's payment term lets goods go before the money is there.
    pub fn goods_go_before_money(&self) -> bool {
        match &self.terms().payment {
            Some(PaymentTerm::OnDelivery | PaymentTerm::OnAccount { .. }) => true,
            Some(PaymentTerm::CollectedElsewhere { .. } | PaymentTerm::BankTransfer) | None => {
                false
            }
        }
    }

    /// Whether an effect is a person's to make: the refund of a payment that was recorded here.
    pub fn is_by_hand(&self, effect: &Effect) -> bool {
        let is_refund = matches!(effect.action, EffectAction::Refund { .. });
        let intent = effect.action.intent();
        let payment = intent.and_then(|intent| self.state.payment.intent(intent));
        is_refund && payment.is_some_and(|payment| payment.tender.is_some())
    }
}
