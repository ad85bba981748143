//! What a command does at the gateway: nothing beyond what was authorized is captured, nothing beyond what was captured goes back.

use app::{failure::Failure, ports::GatewayCommand};
use domain::{
    money::Currency,
    order::{EffectAction, EffectOutcome, RefundStatus},
};

use super::ledger::{Ledger, MadeRefund, News, unknown};
use crate::kit::attempts::Answered;

impl Ledger {
    pub(super) fn perform(
        &mut self,
        command: &GatewayCommand,
    ) -> Result<Option<EffectOutcome>, Failure> {
        self.is_reached()?;
        let mut attempts = std::mem::take(&mut self.attempts);
        let answered = attempts.answer(command, || self.effect(command));
        self.attempts = attempts;
        match answered? {
            Answered::With(outcome) => Ok(outcome),
            Answered::Nothing => Err(unknown()),
        }
    }

    fn effect(&mut self, command: &GatewayCommand) -> EffectOutcome {
        let refuse = |code: &str| EffectOutcome::Refused {
            code: code.to_owned(),
        };
        let id = command.effect.action.intent().unwrap_or_default();
        let given_back = self.given_back_of(id);
        let number = self.refunds.len().saturating_add(1);
        if command.currency != self.currency_of(id) {
            return refuse("currency_mismatch");
        }
        if !moves(&command.effect.action, command.currency) {
            return refuse("parameter_invalid_integer");
        }
        let Some(intent) = self.intents.get_mut(id) else {
            return refuse("resource_missing");
        };
        match &command.effect.action {
            EffectAction::Refund { intent: id, amount } => {
                let given_back = given_back.max(intent.given_back);
                if intent.disputed {
                    return refuse("charge_disputed");
                }
                let given_back = given_back.saturating_add(intent.lost);
                if given_back.saturating_add(*amount) > intent.captured {
                    return refuse("charge_already_refunded");
                }
                let made = MadeRefund {
                    id: format!("re_cmd_{number}"),
                    intent: id.clone(),
                    amount: *amount,
                    status: RefundStatus::Succeeded,
                    effect: (command.order, command.effect.id),
                    made_at: self.now,
                };
                self.refunds.push(made.clone());
                self.news.push(News::Refunded(made.clone()));
                refunded(&made)
            }
            EffectAction::Capture {
                amount, keeps_rest, ..
            } => {
                if *amount > intent.capturable() || (*keeps_rest && !intent.multicapture) {
                    return refuse("payment_intent_unexpected_state");
                }
                intent.captures += 1;
                intent.captured += *amount;
                intent.released = !keeps_rest;
                let (amount, capturable) = (intent.captured, intent.capturable());
                self.news
                    .push(News::Captured(id.to_owned(), amount, capturable));
                EffectOutcome::Captured { amount, capturable }
            }
            EffectAction::ReleaseRest { .. } => {
                if intent.captured == 0 || intent.capturable() == 0 {
                    return refuse("payment_intent_unexpected_state");
                }
                intent.released = true;
                let amount = intent.captured;
                self.news.push(News::Captured(id.to_owned(), amount, 0));
                EffectOutcome::Captured {
                    amount,
                    capturable: 0,
                }
            }
            EffectAction::CancelIntent { .. } => {
                if intent.captured > 0 {
                    return refuse("payment_intent_unexpected_state");
                }
                if !intent.cancelled {
                    self.news.push(News::Cancelled(id.to_owned()));
                }
                intent.cancelled = true;
                EffectOutcome::Cancelled
            }
            EffectAction::ReverseTax(_) => refuse("resource_missing"),
        }
    }

    /// What has become of an effect, whatever attempt did it.
    pub(super) fn find(&self, command: &GatewayCommand) -> Option<EffectOutcome> {
        let intent = self.intents.get(command.effect.action.intent()?)?;
        match &command.effect.action {
            EffectAction::Refund { .. } => {
                let effect = (command.order, command.effect.id);
                let mut refunds = self.refunds.iter();
                refunds.find(|made| made.effect == effect).map(refunded)
            }
            EffectAction::Capture {
                captured_before, ..
            } => (intent.captured > *captured_before).then_some(EffectOutcome::Captured {
                amount: intent.captured,
                capturable: intent.capturable(),
            }),
            EffectAction::ReleaseRest { .. } => {
                (intent.capturable() == 0).then_some(EffectOutcome::Captured {
                    amount: intent.captured,
                    capturable: 0,
                })
            }
            EffectAction::CancelIntent { .. } => {
                intent.cancelled.then_some(EffectOutcome::Cancelled)
            }
            EffectAction::ReverseTax(_) => None,
        }
    }
}

/// Stripe takes and gives back no less than ten thousandths of currencies with three decimals.
fn moves(action: &EffectAction, currency: Currency) -> bool {
    let has_thousandths = ["BHD", "JOD", "KWD", "OMR", "TND"].contains(&currency.as_str());
    match action {
        EffectAction::Refund { amount, .. } | EffectAction::Capture { amount, .. } => {
            !has_thousandths || amount % 10 == 0
        }
        EffectAction::ReleaseRest { .. }
        | EffectAction::CancelIntent { .. }
        | EffectAction::ReverseTax(_) => true,
    }
}

fn refunded(made: &MadeRefund) -> EffectOutcome {
    EffectOutcome::Refunded {
        refund: made.id.clone(),
        amount: made.amount,
        status: made.status,
    }
}
