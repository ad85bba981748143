//! What a test does with the double about disputes. Amounts are Stripe's units.

use super::{disputes::Dispute, double::Stripe};
use crate::outcome::{Outcome, StoryError};

impl Stripe {
    /// A bank claims an amount of an intent's money, which Stripe takes. No event tells of it until
    /// [`Stripe::tell_of_dispute`].
    pub fn dispute(&self, id: &str, intent: &str, currency: &str, amount: i64) {
        self.with(|state| {
            let created_s = state.now_s();
            state.account.disputes.push(Dispute {
                id: id.to_owned(),
                intent: intent.to_owned(),
                currency: currency.to_owned(),
                amount,
                status: "needs_response",
                back: 0,
                created_s,
            });
        });
    }

    /// The bank has decided for the shop, which has its money back.
    pub fn dispute_is_won(&self, id: &str) {
        self.changes(id, |dispute| {
            (dispute.status, dispute.back) = ("won", dispute.amount);
        });
    }

    /// The bank has decided for its customer, who keeps the money.
    pub fn dispute_is_lost(&self, id: &str) {
        self.changes(id, |dispute| dispute.status = "lost");
    }

    /// The bank has decided for its customer, who keeps the money but for a part, which the shop has back.
    pub fn dispute_is_won_in_part(&self, id: &str, back: i64) {
        self.changes(id, |dispute| {
            (dispute.status, dispute.back) = ("lost", back)
        });
    }

    fn changes(&self, id: &str, change: impl FnOnce(&mut Dispute)) {
        self.with(|state| {
            let mut disputes = state.account.disputes.iter_mut();
            if let Some(dispute) = disputes.find(|dispute| dispute.id == id) {
                change(dispute);
            }
        });
    }

    /// Events tell of a dispute as it is now.
    ///
    /// # Errors
    /// When there is none of that id, or a webhook is not taken.
    pub fn tell_of_dispute(&self, id: &str) -> Outcome {
        let due = self.with(|state| {
            let mut disputes = state.account.disputes.iter();
            let dispute = disputes.find(|dispute| dispute.id == id);
            let dispute =
                dispute.ok_or_else(|| StoryError::failed(id, "there is no such dispute"))?;
            let (object, kinds, now_s) = (dispute.object()?, dispute.events(), state.now_s());
            for kind in kinds {
                state.tell(kind, object.clone(), now_s)?;
            }
            Ok(state.webhooks.due())
        })?;
        due.map_or(Ok(()), |(endpoint, events)| self.send(&endpoint, events))
    }
}
