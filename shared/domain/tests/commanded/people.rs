//! What people, locations and the functions do.

use domain::{
    inbound::FulfillmentFact,
    order::{
        CancelLine, CancelReason, Command, Effect, EffectAction, EffectOutcome, ExceptionKind,
        ExceptionOutcome, RefundRequest, TenderKind,
    },
};

use super::outside::Outside;
use crate::common;

impl Outside {
    pub(crate) fn open_effects(&self) -> Vec<Effect> {
        let effects = self.order.order.state.effects.iter();
        effects.filter(|effect| effect.is_open()).cloned().collect()
    }

    /// Something becomes of an open effect.
    pub(crate) fn performs(&mut self, nth: usize, way: u8) {
        let open = self.open_effects();
        let Some(effect) = open.get(nth % open.len().max(1)) else {
            return;
        };
        let order = &self.order.order;
        if order.awaits_bank(effect) || order.awaits_tax(effect) {
            return;
        }
        if order.is_by_hand(effect) {
            self.gives_back(effect);
            return;
        }
        let outcome = match way % 8 {
            // Whoever says that nothing has happened has looked.
            0 if !self.gateway.has_made(effect.id) => EffectOutcome::NotPerformed,
            1 if !self.gateway.has_made(effect.id) => EffectOutcome::Refused {
                code: "balance_insufficient".to_owned(),
            },
            // Its answer is lost.
            2 => {
                self.gateway.performs(effect, true);
                return;
            }
            way => self.gateway.performs(effect, way > 3),
        };
        let effect = effect.id;
        // A refund that is confirmed before the capture on which it rests waits for the webhook.
        let _ = self.applies(&Command::RecordEffect { effect, outcome });
    }

    /// A person gives money back where it came from.
    fn gives_back(&mut self, effect: &Effect) {
        let EffectAction::Refund { intent, amount } = &effect.action else {
            return;
        };
        let tender = self.tenders.get_mut(intent).unwrap();
        tender.back += amount;
        assert!(tender.back <= tender.came, "{effect:?} of {tender:?}");
        let command = Command::RecordRefund {
            effect: effect.id,
            reference: "BACK".to_owned(),
        };
        self.applies(&command).unwrap();
    }

    pub(crate) fn retries(&mut self) {
        let effects = self.order.order.state.effects.clone();
        for effect in effects.iter().filter(|effect| !effect.is_open()) {
            let effect = effect.id;
            let _ = self.applies(&Command::RetryEffect { effect });
        }
    }

    /// A person cancels units, and keeps a fee of what goes back.
    pub(crate) fn cancels(&mut self, lines: &[(&str, u32)], fee: i64) {
        let lines = lines.iter().map(|(id, units)| CancelLine {
            line: common::line(id),
            units: Some(*units),
        });
        let command = Command::Cancel {
            lines: lines.collect(),
            reason: CancelReason::CustomerRequested,
            restocking_fee: fee,
            note: None,
        };
        self.fees += fee;
        let is_done = self
            .applies(&command)
            .is_ok_and(|events| !events.is_empty());
        if !is_done {
            self.fees -= fee;
        }
    }

    /// A person gives money back who has heard all that there is to hear. What goes beyond what is owed is a credit.
    pub(crate) fn refunds(&mut self, refund: &RefundRequest) -> bool {
        self.hears_all();
        let owed = (self.owed() - self.asked()).max(0);
        let open = (self.due() - self.kept() + self.asked()).max(0);
        self.fees += refund.restocking_fee;
        if self.applies(&common::asked(refund.clone())).is_err() {
            self.fees -= refund.restocking_fee;
            return false;
        }
        self.is_given_beside |= self.lost() > 0 || self.gateway.was_refunded_there();
        self.shipping_granted += refund.shipping;
        for part in &refund.lines {
            self.units.refund(part.line.as_str(), part.units);
        }
        let credit = (refund.amount - owed).max(0);
        let on_account = if self.is_on_account {
            credit.min(open)
        } else {
            0
        };
        self.account_credits += on_account;
        self.credits += credit - on_account;
        true
    }

    /// A person has seen that money is there.
    pub(crate) fn receives(&mut self, kind: TenderKind, amount: i64) {
        let number = self.tenders.len();
        let command = Command::RecordReceived {
            kind,
            reference: format!("IN-{number}"),
            amount,
            note: None,
        };
        let _ = self.applies(&command);
    }

    /// Units are routed to one location, so many of each line at most, and requested there.
    pub(crate) fn routes(&mut self, most: u32) {
        let (command, _) = self.order.plan(&[("berlin", most)], false);
        let _ = self.applies(&command);
        let _ = self.applies(&Command::RequestFulfillment { not_to: vec![] });
    }

    /// One unit of a line leaves.
    pub(crate) fn ships(&mut self, line: &str) {
        let mut found = self.order.order.state.fulfillment_orders.iter();
        let has_it = found.position(|found| {
            let mut lines = found.lines.iter();
            let is_at_location = found.status.is_open() && found.is_at_location();
            is_at_location && lines.any(|part| part.line == common::line(line) && part.open > 0)
        });
        let Some(place) = has_it else {
            return;
        };
        self.shipments += 1;
        let reference = format!("BOX-{}", self.shipments);
        let shipped = common::shipped(&reference, &[(line, 1)], false);
        self.units.ship(line);
        let command = self.order.report_command(place, shipped);
        self.applies(&command).unwrap();
    }

    /// A location answers what it was asked to give back.
    pub(crate) fn location_answers(&mut self, gives: bool) {
        for place in 0..self.order.order.state.fulfillment_orders.len() {
            let found = &self.order.order.state.fulfillment_orders[place];
            let asked = found.lines.iter().filter(|line| line.asked_back() > 0);
            let lines = asked.map(|line| domain::inbound::FactLine {
                line: line.line.clone(),
                quantity: line.asked_back(),
            });
            let lines: Vec<_> = lines.collect();
            if lines.is_empty() {
                continue;
            }
            let fact = if gives {
                FulfillmentFact::Cancelled { lines }
            } else {
                let reason = "too_late".to_owned();
                FulfillmentFact::CancelRefused { reason }
            };
            let command = self.order.report_command(place, fact);
            self.applies(&command).unwrap();
        }
    }

    /// A person closes an exception. What is accepted as a credit is so much less due, as far as it is missing.
    pub(crate) fn closes(&mut self, nth: usize, way: u8) {
        self.hears_all();
        let open = self.order.order.state.exceptions.clone();
        let Some(found) = open.get(nth % open.len().max(1)) else {
            return;
        };
        let left = self.kept() + self.gateway.capturable() - self.asked();
        let missing = self.due() - left.max(0);
        let refused = self.order.order.effect(found.subject.parse().unwrap_or(0));
        let is_refused = refused.is_some_and(|effect| !effect.is_open());
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the others are not about money"
        )]
        let outcome = match &found.kind {
            ExceptionKind::Overpaid if way.is_multiple_of(2) => ExceptionOutcome::SurplusRefunded,
            ExceptionKind::Overpaid => ExceptionOutcome::SurplusKept,
            ExceptionKind::RefundNotRequested | ExceptionKind::DisputeLost => {
                ExceptionOutcome::AcceptedAsCredit
            }
            ExceptionKind::PaymentCommandRefused if is_refused => ExceptionOutcome::NoAction,
            _ => return,
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others give nothing")]
        let given = match &found.kind {
            ExceptionKind::DisputeLost => self.gateway.lost_in(&found.subject),
            ExceptionKind::RefundNotRequested => self.gateway.refund(&found.subject),
            _ => 0,
        };
        let close = Command::CloseException {
            id: found.id,
            outcome: outcome.clone(),
            note: None,
        };
        if self.applies(&close).is_err() {
            return;
        }
        let credit = given.min(missing).max(0);
        if found.kind == ExceptionKind::DisputeLost {
            let accepted = self.accepted.entry(found.subject.clone()).or_default();
            *accepted += credit;
        } else {
            self.credits += credit;
        }
        self.is_left_to_people |= outcome == ExceptionOutcome::SurplusKept;
        self.is_left_to_people |= outcome == ExceptionOutcome::NoAction;
    }
}
