//! When the payment gateway is asked what has become of a payment, because nothing was heard of it: a webhook may be lost.
//!
//! An order is asked about that is commanded at the gateway and waits for its money: after a time of silence, with pauses that
//! grow, and once more when its time to pay is over, before it is cancelled. An answer that tells nothing new is not noted,
//! unless something rests on it: that the gateway does not know the payment, which is believed the second time only, and that
//! the payment is still open when the time to pay is over.

use jiff::{SignedDuration, Timestamp};

use super::{EffectAction, Intent, Order};

/// How long nothing may be heard of an order that waits for its money before the gateway is asked, in seconds; and the least
/// time between two answers that it does not know a payment.
pub const ASK_AFTER_S: i64 = 600;
/// How often the gateway must say that it does not know a payment until that is believed.
pub const NOT_FOUND_TIMES: u32 = 2;

impl Order {
    /// The payments that the gateway is to be asked about at `now`, UTC.
    pub fn intents_to_ask(&self, now: Timestamp) -> Vec<&Intent> {
        let open = self.open_intents();
        open.filter(|intent| self.ask_times(intent).any(|at| at <= now))
            .collect()
    }

    /// The times from which on the gateway is asked about a payment of the order, UTC.
    pub(super) fn asks_at(&self) -> impl Iterator<Item = Timestamp> {
        self.open_intents()
            .flat_map(|intent| self.ask_times(intent))
    }

    /// Whether the order need not wait for the gateway any longer when its time to pay is over: it has been asked since then
    /// about every payment that may still be made, and those that it knows were cancelled there, or cannot be.
    pub(super) fn is_free_to_expire(&self) -> bool {
        self.open_intents().all(|intent| {
            let is_believed = intent.not_found == 0 || intent.not_found >= NOT_FOUND_TIMES;
            self.was_asked_in_the_end(intent) && is_believed && !self.is_being_cancelled(intent)
        })
    }

    /// Whether the gateway was asked about a payment after the time to pay.
    pub fn was_asked_in_the_end(&self, intent: &Intent) -> bool {
        intent.asked_at >= Some(self.pay_until())
    }

    fn open_intents(&self) -> impl Iterator<Item = &Intent> {
        let is_commanded = self.terms().payment_commands.is_some();
        let waits = is_commanded && !self.is_paid() && self.can_be_cancelled();
        let intents = self.state.payment.intents.iter();
        intents.filter(move |intent| waits && intent.is_unresolved())
    }

    fn ask_times(&self, intent: &Intent) -> impl Iterator<Item = Timestamp> {
        let silent_since = |since: Timestamp| {
            let silence = SignedDuration::from_secs(ASK_AFTER_S);
            since.checked_add(silence).unwrap_or(Timestamp::MAX)
        };
        let silent = silent_since(self.state.changed_at);
        let times = if intent.is_processing() {
            // How long is the provider's to say; a person is shown it in the end.
            [(!intent.shown_unresolved).then_some(silent), None]
        } else if !self.was_asked_in_the_end(intent) {
            let end = self.pay_until();
            [Some(end), Some(silent.min(end))]
        } else if intent.not_found > 0 && intent.not_found < NOT_FOUND_TIMES {
            [intent.asked_at.map(silent_since), None]
        } else {
            [None, None]
        };
        times.into_iter().flatten()
    }

    fn is_being_cancelled(&self, intent: &Intent) -> bool {
        let mut open = self.state.effects.iter().filter(|effect| effect.is_open());
        open.any(|effect| match &effect.action {
            EffectAction::CancelIntent { intent: id } => *id == intent.id,
            EffectAction::Refund { .. }
            | EffectAction::Capture { .. }
            | EffectAction::ReleaseRest { .. }
            | EffectAction::ReverseTax(_) => false,
        })
    }
}
