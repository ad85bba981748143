//! What the gateway is told to do: the ledger follows, and webhooks tell of it.

use serde_json::json;

use domain::order::{CapturePolicy, PaymentCommands, RefundOrder};

use super::{day::Day, kinds::Kind};
use crate::gateway::{News, Trouble};

/// What goes wrong with the first call of a message.
const TROUBLE_ODDS: [u32; 6] = [80, 4, 4, 4, 4, 4];

impl Day<'_> {
    /// How the gateway is commanded for a customer's order; none: people do what is owed.
    pub(super) fn chooses_commands(&mut self, name: &str) -> Option<PaymentCommands> {
        if !self.may(Kind::Commands) {
            return None;
        }
        let per_shipment = if self.may(Kind::PerShipment) { 15 } else { 0 };
        let way = self.choices.pick(
            &format!("{name}: commanded"),
            &[50, 20, 15, 15, per_shipment],
        );
        let capture = match way {
            0 => return None,
            1 => CapturePolicy::Manual,
            2 => CapturePolicy::AtOnce,
            3 => CapturePolicy::FirstShipment,
            _ => CapturePolicy::PerShipment,
        };
        let order = [RefundOrder::First, RefundOrder::Last, RefundOrder::ProRata];
        let refund_order = self.choices.up_to(&format!("{name}: refund order"), 2);
        Some(PaymentCommands {
            capture,
            refund_order: order[usize::try_from(refund_order).unwrap_or(0)],
        })
    }

    /// The gateway that is commanded knows what the ledger holds.
    pub(super) fn commanded_gateway_knows(&mut self) {
        let gateway = &self.system.world.gateway.inner;
        for intent in &self.ledger.intents {
            gateway.holds(
                &intent.id,
                intent.authorized,
                intent.captured,
                intent.cancelled,
            );
            gateway.is_in(&intent.id, self.customers[intent.customer].prices.currency);
            gateway.has_given_back(&intent.id, intent.refunded);
            gateway.has_lost(&intent.id, intent.is_disputed(), intent.lost());
            if intent.multicapture {
                gateway.allows_multicapture(&intent.id);
            }
        }
    }

    /// Something goes wrong with a command of the message that comes now, or nothing does.
    pub(super) fn chooses_trouble(&mut self, label: &str, customer: Option<usize>) {
        let gateway = &self.system.world.gateway.inner;
        gateway.is_up();
        gateway.tax.is_up();
        if !self.may(Kind::Down) {
            return;
        }
        let trouble = match self
            .choices
            .pick(&format!("gateway: {label}"), &TROUBLE_ODDS)
        {
            0 => return,
            1 => Trouble::Lost,
            2 => Trouble::AnswerLost,
            3 => Trouble::StoredError,
            4 => Trouble::StoredErrorAfterEffect,
            _ => Trouble::Refused("try_again_later"),
        };
        if let (Trouble::Refused(_), Some(index)) = (&trouble, customer) {
            self.customers[index]
                .trouble
                .insert("refused by the gateway");
        }
        self.note(|| format!("the gateway has a problem: {trouble:?}"));
        let gateway = &self.system.world.gateway.inner;
        if !matches!(trouble, Trouble::Refused(_)) {
            gateway.tax.goes_wrong(std::slice::from_ref(&trouble));
        }
        gateway.goes_wrong(&[trouble]);
    }

    /// What was done at the gateway on our command is so in its ledger, and it tells of it.
    pub(super) fn takes_what_was_commanded(&mut self) {
        for news in self.system.world.gateway.inner.takes_news() {
            self.note(|| format!("the gateway does: {news:?}"));
            match news {
                News::Refunded(made) => {
                    let Some(intent) = self.intent_named(&made.intent) else {
                        continue;
                    };
                    let entry = &mut self.ledger.intents[intent];
                    entry.refunded = entry.refunded.saturating_add(made.amount);
                    let index = entry.customer;
                    let (order, effect) = made.effect;
                    let number = self.customers[index].number.clone();
                    let currency = self.customers[index].prices.at_gateway;
                    let refund = |status: &str| {
                        json!({
                            "id": made.id, "object": "refund", "amount": made.amount,
                            "currency": currency, "payment_intent": made.intent, "status": status,
                            "metadata": { "order_id": number, "oms_effect": format!("{order}:{effect}") },
                        })
                    };
                    self.gateway_sends(index, "refund.created", &refund("succeeded"));
                    let name = format!("{}: {} fails", self.customers[index].name, made.id);
                    if self.may(Kind::FailedRefunds) && self.choices.happens(&name, 10) {
                        let entry = &mut self.ledger.intents[intent];
                        entry.refunded = entry.refunded.saturating_sub(made.amount);
                        self.system.world.gateway.inner.fails(&made.id);
                        self.customers[index].trouble.insert("a refund failed");
                        self.gateway_sends(index, "refund.failed", &refund("failed"));
                    }
                }
                News::Captured(id, amount, capturable) => {
                    if let Some(intent) = self.intent_named(&id) {
                        let entry = &mut self.ledger.intents[intent];
                        (entry.captured, entry.capturable) = (amount, capturable);
                        let kind = match capturable {
                            0 => "payment_intent.succeeded",
                            _ => "payment_intent.amount_capturable_updated",
                        };
                        self.tells_of_intent(intent, kind);
                    }
                }
                News::Cancelled(id) => {
                    if let Some(intent) = self.intent_named(&id) {
                        let entry = &mut self.ledger.intents[intent];
                        (entry.capturable, entry.cancelled) = (0, true);
                        self.tells_of_intent(intent, "payment_intent.canceled");
                    }
                }
            }
        }
    }

    fn intent_named(&self, id: &str) -> Option<usize> {
        let mut intents = self.ledger.intents.iter();
        intents.position(|intent| intent.id == id)
    }
}
