//! A day on which no webhook about money arrives. What it would have told is in the gateway's lists, and the last days are
//! compared with these each night.

use app::{bus::subscriptions::Consumer, ports::ReconciliationStore};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    agenda::{Event, Message, Sender, Webhook},
    day::Day,
};

/// Half past two of the night after a time, UTC.
pub(super) fn night_after(time: Timestamp) -> Timestamp {
    let today = time.to_zoned(TimeZone::UTC).date();
    let night = today.tomorrow().expect("a day").at(2, 30, 0, 0);
    let night = night.to_zoned(TimeZone::UTC).expect("a time");
    night.timestamp()
}

impl Day<'_> {
    /// Whether a webhook is lost. What it tells of is so at the gateway.
    pub(super) fn is_lost(&mut self, webhook: &Webhook) -> bool {
        let is_of_money = webhook.sender == Sender::Gateway && !webhook.body.contains("review");
        if !self.is_deaf || !is_of_money {
            return false;
        }
        match self.system.intake(webhook) {
            Ok(Some(body)) => {
                let inbound = serde_json::from_str(&body).expect("an inbound message");
                self.system.world.gateway.inner.records(inbound);
                self.note(|| format!("lost: {}", webhook.label));
            }
            Ok(None) => {}
            Err(why) => self.is_wrong(format!("a true webhook is not read: {why}")),
        }
        true
    }

    /// The nights until then are to come. `false`: there are none.
    pub(super) fn nights_begin(&mut self, until: Timestamp) -> bool {
        if !self.is_deaf || until < self.next_night {
            return false;
        }
        while self.next_night <= until {
            self.agenda.add(self.next_night, Event::Reconciliation);
            let day = SignedDuration::from_hours(24);
            self.next_night = self.next_night.checked_add(day).expect("a time");
        }
        true
    }

    /// The schedule puts the message on the queue of payments.
    pub(super) fn reconciles(&mut self) {
        let now = self.system.world.now();
        let message = Message {
            consumer: Consumer::Payments,
            body: r#"{"reconcile":true}"#.to_owned(),
            label: format!("reconciliation at {now}"),
            lane: None,
            sent_at: now,
            failures: 0,
        };
        self.agenda.add(now, Event::Message(message));
    }

    /// Where the gateway and our ledger still differ, the order has had some trouble.
    pub(super) async fn judges_what_differs(&mut self) {
        let store = &self.system.world.store;
        let results = store.day_results(Date::MIN, Date::MAX).await;
        let results = results.expect("a store");
        if self.is_deaf && results.iter().all(|result| result.finished_at.is_none()) {
            self.is_wrong("no day was compared with the gateway".to_owned());
        }
        let open = results.iter().flat_map(|result| result.open());
        let open: Vec<_> = open.filter(|open| open.kind.is_fault()).cloned().collect();
        for open in open {
            let customer = open.order.and_then(|id| self.ids.get(&id));
            let trouble = customer.map(|index| &self.customers[*index].trouble);
            if trouble.is_none_or(|trouble| trouble.is_empty()) {
                let kind = open.kind.as_str();
                self.is_wrong(format!(
                    "a difference with the gateway stays open: {kind}: {open:?}"
                ));
            }
        }
    }
}
