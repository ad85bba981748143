//! A tax service that keeps the rules that tax services publish: a reference is used once for ever, a key is the same attempt
//! for a day, and no line is reversed beyond what was recorded. And a ledger of what was really reversed.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use app::{
    failure::Failure,
    ports::{GatewayCommand, TaxService},
};
use domain::{
    ids::{LineId, OrderId},
    order::{
        EffectOutcome, LineTax, ServiceCalculation, TaxAnswer, TaxCalculation, TaxQuestion,
        TaxReversal, Taxed,
    },
};

use super::{
    attempts::{Answered, Attempts, Trouble},
    gateway::GatewayDouble,
};

/// A reversal that has really been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeReversal {
    /// The service's id of the transaction.
    pub transaction: String,
    /// The order and the effect that asked for it: the reference.
    pub effect: (OrderId, u32),
    pub told: TaxReversal,
}

#[derive(Debug, Default)]
struct Ledger {
    made: Vec<MadeReversal>,
    attempts: Attempts,
    /// The tax of lines of which the service has recorded another one than the order.
    other_taxes: BTreeMap<LineId, i64>,
    /// Requests that have arrived.
    asked: u32,
    /// Calculations that were made.
    calculated: u32,
}

/// The tax service. It has recorded of every order what the order says, unless it is told otherwise.
#[derive(Debug, Default)]
pub struct TaxDouble {
    ledger: Mutex<Ledger>,
}

impl TaxDouble {
    fn ledger<T>(&self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        work(&mut self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next calls go wrong like that, one after the other.
    pub fn goes_wrong(&self, troubles: &[Trouble]) {
        self.ledger(|ledger| ledger.attempts.go_wrong(troubles));
    }

    /// It cannot be reached, after one call that goes wrong like that.
    pub fn is_down_after(&self, trouble: Trouble) {
        self.ledger(|ledger| ledger.attempts.stop_after(trouble));
    }

    /// It can be reached again.
    pub fn is_up(&self) {
        self.ledger(|ledger| ledger.attempts.recover());
    }

    /// A day has passed: keys are forgotten, references are not.
    pub fn forgets_keys(&self) {
        self.ledger(|ledger| ledger.attempts.forget_keys());
    }

    /// It has recorded another tax for a line than the order.
    pub fn has_recorded(&self, line: &str, tax: i64) {
        let line = line.parse().expect("a line");
        self.ledger(|ledger| ledger.other_taxes.insert(line, tax));
    }

    /// It has the order's taxes again.
    pub fn is_put_right(&self) {
        self.ledger(|ledger| ledger.other_taxes.clear());
    }

    /// The reversals that were made.
    pub fn reversals(&self) -> Vec<MadeReversal> {
        self.ledger(|ledger| ledger.made.clone())
    }

    /// Reversed in all.
    pub fn reversed(&self) -> Taxed {
        let made = self.reversals();
        let totals = made.iter().map(|made| made.told.total());
        totals.fold(Taxed::default(), Taxed::plus)
    }

    /// Reversed of a transaction.
    pub fn reversed_of(&self, transaction: &str) -> Taxed {
        let made = self.reversals();
        let of = made.iter().filter(|made| made.transaction == transaction);
        of.fold(Taxed::default(), |sum, made| sum.plus(made.told.total()))
    }

    /// Calculations that were made.
    pub fn calculations(&self) -> u32 {
        self.ledger(|ledger| ledger.calculated)
    }

    /// Requests that have arrived.
    pub fn times_asked(&self) -> u32 {
        self.ledger(|ledger| ledger.asked)
    }
}

impl Ledger {
    fn reverse(&mut self, command: &GatewayCommand) -> Result<Option<EffectOutcome>, Failure> {
        if !self.attempts.arrives() {
            return Err(unknown());
        }
        self.asked = self.asked.saturating_add(1);
        let mut attempts = std::mem::take(&mut self.attempts);
        let answered = attempts.answer(command, || self.effect(command));
        self.attempts = attempts;
        match answered? {
            Answered::With(outcome) => Ok(outcome),
            Answered::Nothing => Err(unknown()),
        }
    }

    fn effect(&mut self, command: &GatewayCommand) -> EffectOutcome {
        let told = command.effect.action.tax_reversal().expect("a reversal");
        let differs = told.lines.iter().find_map(|part| {
            let recorded = *self.other_taxes.get(&part.line)?;
            Some(EffectOutcome::TaxDisagrees {
                line: Some(part.line.clone()),
                charged: part.whole.tax,
                recorded,
            })
        });
        if let Some(differs) = differs {
            return differs;
        }
        let effect = (command.order, command.effect.id);
        if self.made.iter().any(|made| made.effect == effect) {
            return EffectOutcome::TaxReversed {
                reversal: None,
                tax: None,
            };
        }
        if told.lines.iter().any(|part| {
            let before = self.reversed_of(&told.transaction, &part.line);
            before.plus(part.part).amount > part.whole.amount
        }) {
            return EffectOutcome::Refused {
                code: "invalid_request_error".to_owned(),
            };
        }
        self.made.push(MadeReversal {
            transaction: told.transaction.clone(),
            effect,
            told: told.clone(),
        });
        EffectOutcome::TaxReversed {
            reversal: Some(format!("tax_rev_{}", self.made.len())),
            tax: Some(told.total().tax),
        }
    }

    /// A flat rate, for every destination; of some lines another tax was recorded.
    fn calculate(&mut self, question: &TaxQuestion) -> Result<TaxAnswer, Failure> {
        if !self.attempts.arrives() {
            return Err(unknown());
        }
        self.asked = self.asked.saturating_add(1);
        match self.attempts.trouble() {
            None => {}
            Some(Trouble::Refused(code)) => {
                let code = code.to_owned();
                return Ok(TaxAnswer::Refused { code });
            }
            Some(
                Trouble::Lost
                | Trouble::AnswerLost
                | Trouble::StoredError
                | Trouble::StoredErrorAfterEffect,
            ) => return Err(unknown()),
        }
        self.calculated = self.calculated.saturating_add(1);
        let lines = question.lines.iter().map(|asked| {
            let other = self.other_taxes.get(&asked.line).copied();
            LineTax {
                line: asked.line.clone(),
                tax: other.unwrap_or_else(|| rate(asked.amount, question.taxes_included)),
            }
        });
        Ok(TaxAnswer::Calculated(TaxCalculation {
            lines: lines.collect(),
            shipping: Some(rate(question.shipping, true)),
            at_service: Some(ServiceCalculation {
                id: format!("taxcalc_{}", self.calculated),
                expires_at: None,
            }),
        }))
    }

    fn reversed_of(&self, transaction: &str, line: &LineId) -> Taxed {
        let of = self.made.iter().filter(|m| m.transaction == transaction);
        let parts = of.flat_map(|made| &made.told.lines);
        let parts = parts.filter(|part| part.line == *line);
        parts.fold(Taxed::default(), |sum, part| sum.plus(part.part))
    }
}

/// 19 %, rounded to the nearest minor unit.
fn rate(amount: i64, is_inclusive: bool) -> i64 {
    let base = if is_inclusive { 119 } else { 100 };
    (amount * 19 + base / 2) / base
}

fn unknown() -> Failure {
    Failure::TaxService {
        until: None,
        source: "no answer".into(),
    }
}

impl TaxService for GatewayDouble {
    async fn reverse(&self, command: &GatewayCommand) -> Result<Option<EffectOutcome>, Failure> {
        self.tax.ledger(|ledger| ledger.reverse(command))
    }

    async fn calculate(&self, _: &str, question: &TaxQuestion) -> Result<TaxAnswer, Failure> {
        self.tax.ledger(|ledger| ledger.calculate(question))
    }
}
