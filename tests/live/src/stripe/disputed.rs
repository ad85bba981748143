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
                movements: 1,
                created_s,
            });
        });
    }

    /// The bank has decided for the shop, which has its money back.
    pub fn dispute_is_won(&self, id: &str) {
        self.dispute_ends(id, "won", 2);
    }

    /// The bank has decided for its customer, who keeps the money.
    pub fn dispute_is_lost(&self, id: &str) {
        self.dispute_ends(id, "lost", 1);
    }

    fn dispute_ends(&self, id: &str, status: &'static str, movements: usize) {
        self.with(|state| {
            let mut disputes = state.account.disputes.iter_mut();
            if let Some(dispute) = disputes.find(|dispute| dispute.id == id) {
                (dispute.status, dispute.movements) = (status, movements);
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
