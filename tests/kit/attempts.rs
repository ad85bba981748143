//! The attempts that arrive at a service, and what goes wrong with them: the rules that gateways and tax services publish. The
//! same key is the same attempt; what was answered under it comes again, an error too; it is not used for something else.

use std::collections::{BTreeMap, VecDeque};

use app::{failure::Failure, ports::GatewayCommand};
use domain::order::{EffectAction, EffectOutcome};

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It does not arrive.
    Lost,
    /// It has its effect, and the answer does not arrive.
    AnswerLost,
    /// It has no effect, and its error is stored under its key.
    StoredError,
    /// It has its effect, and an error is stored under its key.
    StoredErrorAfterEffect,
    /// It is refused for good.
    Refused(&'static str),
}

#[derive(Debug)]
struct Stored {
    asked_for: EffectAction,
    /// None: an error.
    answer: Option<EffectOutcome>,
}

/// What a service knows under keys, and what will go wrong with it.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    keys: BTreeMap<String, Stored>,
    troubles: VecDeque<Trouble>,
    /// After the troubles nothing arrives any more.
    is_down: bool,
}

impl Attempts {
    /// The next calls go wrong like that, one after the other.
    pub(super) fn go_wrong(&mut self, troubles: &[Trouble]) {
        self.troubles.extend(troubles.iter().cloned());
    }

    /// Nothing arrives, after one call that goes wrong like that.
    pub(super) fn stop_after(&mut self, trouble: Trouble) {
        self.troubles.push_back(trouble);
        self.is_down = true;
    }

    /// Everything arrives again.
    pub(super) fn recover(&mut self) {
        self.troubles.clear();
        self.is_down = false;
    }

    /// A day has passed.
    pub(super) fn forget_keys(&mut self) {
        self.keys.clear();
    }

    /// Whether the next call arrives. Each is asked about once.
    pub(super) fn arrives(&mut self) -> bool {
        if self.troubles.front() == Some(&Trouble::Lost) {
            self.troubles.pop_front();
            return false;
        }
        !(self.is_down && self.troubles.is_empty())
    }

    /// What goes wrong with the next question, which has no key and no effect.
    pub(super) fn trouble(&mut self) -> Option<Trouble> {
        self.troubles.pop_front()
    }

    /// Answers an attempt that has arrived. None: there is no answer, or one that says nothing.
    pub(super) fn answer(
        &mut self,
        command: &GatewayCommand,
        effect: impl FnOnce() -> EffectOutcome,
    ) -> Result<Answered, Failure> {
        let key = command.effect.key(command.order);
        let asked_for = &command.effect.action;
        if let Some(stored) = self.keys.get(&key) {
            if stored.asked_for != *asked_for {
                return Err(Failure::Inconsistent(format!("{key} was for another one")));
            }
            return Ok(Answered::With(stored.answer.clone()));
        }
        let (answer, answered) = match self.troubles.pop_front() {
            None => {
                let outcome = Some(effect());
                (outcome.clone(), Answered::With(outcome))
            }
            Some(Trouble::Refused(code)) => {
                let code = code.to_owned();
                let outcome = Some(EffectOutcome::Refused { code });
                (outcome.clone(), Answered::With(outcome))
            }
            Some(Trouble::Lost) => return Ok(Answered::Nothing),
            Some(Trouble::AnswerLost) => (Some(effect()), Answered::Nothing),
            Some(Trouble::StoredError) => (None, Answered::Nothing),
            Some(Trouble::StoredErrorAfterEffect) => {
                effect();
                (None, Answered::Nothing)
            }
        };
        let asked_for = asked_for.clone();
        self.keys.insert(key, Stored { asked_for, answer });
        Ok(answered)
    }
}

/// What comes back.
#[derive(Debug)]
pub(super) enum Answered {
    /// An outcome; none: the error of an earlier attempt.
    With(Option<EffectOutcome>),
    /// No answer, or an error.
    Nothing,
}
