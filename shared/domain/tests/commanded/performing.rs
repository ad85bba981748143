//! What the gateway does when it is asked: all of it, except where that would give back more than it has.

use domain::order::{Effect, EffectAction, EffectOutcome, RefundStatus};

use super::gateway::Gateway;

impl Gateway {
    fn charge_of(&self, id: &str) -> usize {
        let mut charges = self.charges.iter();
        charges.position(|charge| charge.id == id).unwrap()
    }

    pub(crate) fn has_made(&self, effect: u32) -> bool {
        self.refunds.iter().any(|made| made.effect == Some(effect))
    }

    /// An effect happens, under its key once.
    pub(crate) fn performs(&mut self, effect: &Effect, at_once: bool) -> EffectOutcome {
        let intent = effect.action.intent();
        let charge = intent.map_or(0, |intent| self.charge_of(intent));
        match &effect.action {
            EffectAction::Refund { amount, .. } => self.refunds_for(effect, *amount, at_once),
            EffectAction::Capture {
                amount,
                captured_before,
                keeps_rest,
                ..
            } => {
                let found = &mut self.charges[charge];
                if found.captured == *captured_before {
                    if found.capturable < *amount {
                        let code = "payment_intent_unexpected_state".to_owned();
                        return EffectOutcome::Refused { code };
                    }
                    assert!(found.multicapture || !keeps_rest);
                    assert!(found.multicapture || found.captured == 0);
                    found.captured += amount;
                    let rest = found.capturable - amount;
                    found.capturable = if *keeps_rest { rest } else { 0 };
                    self.tells_of_charge(charge);
                }
                self.charge_outcome(charge)
            }
            EffectAction::ReleaseRest { .. } => {
                if self.charges[charge].capturable > 0 {
                    self.charges[charge].capturable = 0;
                    self.tells_of_charge(charge);
                }
                self.charge_outcome(charge)
            }
            EffectAction::CancelIntent { .. } => {
                let found = &mut self.charges[charge];
                if found.captured > 0 {
                    let code = "payment_intent_unexpected_state".to_owned();
                    return EffectOutcome::Refused { code };
                }
                found.cancelled = true;
                found.capturable = 0;
                self.tells_of_charge(charge);
                EffectOutcome::Cancelled
            }
            EffectAction::ReverseTax(reversal) => EffectOutcome::TaxReversed {
                reversal: Some(format!("tax_{}", effect.id)),
                tax: Some(reversal.total().tax),
            },
        }
    }

    fn charge_outcome(&self, charge: usize) -> EffectOutcome {
        EffectOutcome::Captured {
            amount: self.charges[charge].captured,
            capturable: self.charges[charge].capturable,
        }
    }

    /// More than is left is refused. That is asked for only because of what we cannot know yet: somebody has given money back
    /// there, or a bank has taken it.
    fn refunds_for(&mut self, effect: &Effect, amount: i64, at_once: bool) -> EffectOutcome {
        let charge = self.charge_of(effect.action.intent().unwrap());
        if !self.has_made(effect.id) {
            if self.left(charge) < amount {
                let is_disputed = self.disputes.iter().any(|d| d.charge == charge);
                let mut refunds = self.refunds.iter().filter(|made| made.charge == charge);
                let is_expected = is_disputed || refunds.any(|made| made.effect.is_none());
                assert!(
                    is_expected,
                    "{amount} of {} is asked back",
                    self.left(charge)
                );
                let code = "charge_already_refunded".to_owned();
                return EffectOutcome::Refused { code };
            }
            let status = if at_once {
                RefundStatus::Succeeded
            } else {
                RefundStatus::Pending
            };
            self.makes(charge, amount, status, Some(effect.id));
        }
        let mut made = self.refunds.iter();
        let made = made.find(|made| made.effect == Some(effect.id)).unwrap();
        EffectOutcome::Refunded {
            refund: made.id.clone(),
            amount: made.amount,
            status: made.status,
        }
    }
}
