//! What the gateway says of an intent when it is asked, and its list of events.

use std::cmp::Reverse;

use app::{failure::Failure, ports::EventPage};
use domain::inbound::{Fact, Inbound, OrderReference, PaymentFact};
use jiff::Timestamp;

use super::ledger::Ledger;

/// Events in a page of the list.
const PAGE_EVENTS: usize = 3;

impl Ledger {
    /// What an intent is, as webhooks would tell of it.
    pub(super) fn payment(&mut self, id: &str) -> Result<Option<Vec<Inbound>>, Failure> {
        self.is_reached()?;
        self.asked = self.asked.saturating_add(1);
        if !self.intents.contains_key(id) {
            return Ok(None);
        }
        let facts = self.facts_of(id);
        let inbound = facts.into_iter().enumerate().map(|(number, fact)| Inbound {
            source: "stripe".to_owned(),
            id: format!("{id}@{}.{number}", self.asked),
            location: None,
            occurred_at: self.now,
            received_at: self.now,
            fact: Fact::Payment {
                order: OrderReference {
                    order: None,
                    intent: Some(id.to_owned()),
                },
                fact,
            },
        });
        Ok(Some(inbound.collect()))
    }

    /// What an intent says of itself.
    pub(super) fn facts_of(&self, id: &str) -> Vec<PaymentFact> {
        let Some(intent) = self.intents.get(id) else {
            return Vec::new();
        };
        let currency = self.currency_of(id);
        let mut facts = Vec::new();
        if intent.captured > 0 && intent.capturable() > 0 {
            let (amount, capturable) = (intent.captured, intent.capturable());
            facts.push(PaymentFact::PartlyCaptured {
                amount,
                capturable,
                currency,
            });
        } else if intent.captured > 0 {
            let amount = intent.captured;
            facts.push(PaymentFact::Captured { amount, currency });
        } else if intent.authorized > 0 && !intent.cancelled {
            let amount = intent.authorized;
            facts.push(PaymentFact::Authorized { amount, currency });
        } else if intent.declined && !intent.cancelled {
            facts.push(PaymentFact::Failed { code: None });
        }
        if intent.cancelled {
            facts.push(PaymentFact::Cancelled);
        }
        facts
    }

    /// A page of the events, newest first.
    pub(super) fn page(
        &mut self,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Option<EventPage>, Failure> {
        if self.is_disconnected {
            return Ok(None);
        }
        self.is_reached()?;
        let mut listed: Vec<&Inbound> = self.events.iter().collect();
        listed.sort_by_key(|event| Reverse(event.occurred_at));
        if let Some(after) = after {
            let position = listed.iter().position(|event| event.id == after);
            listed.drain(..=position.expect("an event of the list"));
        }
        listed.retain(|event| event.occurred_at >= since);
        let facts: Vec<Inbound> = listed.iter().take(PAGE_EVENTS).copied().cloned().collect();
        let has_more = listed.len() > facts.len();
        let last = facts.last().filter(|_| has_more);
        Ok(Some(EventPage {
            next: last.map(|event| event.id.clone()),
            facts,
            unreadable: Vec::new(),
        }))
    }
}
