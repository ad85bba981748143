//! What a test does with the double.

use std::{
    sync::{Arc, PoisonError},
    thread,
};

use jiff::SignedDuration;
use tiny_http::Server;

use super::{
    calculations::CalculationFault,
    faults::Fault,
    intents::Intent,
    ledger::Ledger,
    server::{Shared, State},
    taxes::{LedgerReversal, TaxSale},
    webhooks::{Delivery, Endpoint},
};
use crate::outcome::{Outcome, StoryError};

/// A double of Stripe. Amounts are Stripe's units.
pub struct Stripe {
    pub url: String,
    shared: Arc<Shared>,
    server: Arc<Server>,
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stripe({})", self.url)
    }
}

impl Stripe {
    /// Starts it at `address`; port 0 is any free port.
    ///
    /// # Errors
    /// When the address is not free.
    pub fn open(address: &str) -> Outcome<Self> {
        let server = Server::http(address)
            .map_err(|error| StoryError::failed("starting the double of Stripe", error))?;
        let server = Arc::new(server);
        let shared = Arc::new(Shared::default());
        let serving = (Arc::clone(&server), Arc::clone(&shared));
        thread::spawn(move || serving.1.serve(&serving.0));
        Ok(Self {
            url: format!("http://{}", server.server_addr()),
            shared,
            server,
        })
    }

    /// The customer has authorized an amount, which can be captured once. No event tells of it until [`Stripe::tell`].
    pub fn authorize(&self, intent: &str, order: &str, currency: &str, amount: i64) {
        let created_s = self.with(|state| state.now_s());
        self.put(Intent {
            id: intent.to_owned(),
            order: order.to_owned(),
            currency: currency.to_owned(),
            amount,
            capturable: amount,
            received: 0,
            cancelled: false,
            is_multicapture: false,
            captures: 0,
            capture_before: None,
            created_s,
        });
    }

    /// The customer has paid an amount.
    pub fn pay(&self, intent: &str, order: &str, currency: &str, amount: i64) {
        self.authorize(intent, order, currency, amount);
        self.with(|state| {
            if let Some(intent) = state.account.intents.get_mut(intent) {
                (intent.capturable, intent.received) = (0, amount);
            }
        });
    }

    /// An intent was made then, Unix seconds.
    pub fn was_made(&self, intent: &str, created_s: i64) {
        self.with(|state| {
            if let Some(intent) = state.account.intents.get_mut(intent) {
                intent.created_s = created_s;
            }
        });
    }

    /// An intent can be captured several times.
    pub fn allow_multicapture(&self, intent: &str) {
        self.with(|state| {
            if let Some(intent) = state.account.intents.get_mut(intent) {
                intent.is_multicapture = true;
            }
        });
    }

    /// An intent can be captured until then, Unix seconds.
    pub fn ends(&self, intent: &str, capture_before: i64) {
        self.with(|state| {
            if let Some(intent) = state.account.intents.get_mut(intent) {
                intent.capture_before = Some(capture_before);
            }
        });
    }

    /// An event tells of the charge of an intent as it is now.
    ///
    /// # Errors
    /// When there is none of that id, or its webhook is not taken.
    pub fn tell_of_charge(&self, intent: &str) -> Outcome {
        let due = self.with(|state| {
            let known = state.account.intents.get(intent);
            let known =
                known.ok_or_else(|| StoryError::failed(intent, "there is no such intent"))?;
            let (object, now_s) = (known.charge()?, state.now_s());
            state.tell("charge.succeeded", object, now_s)?;
            Ok(state.webhooks.due())
        })?;
        due.map_or(Ok(()), |(endpoint, events)| self.send(&endpoint, events))
    }

    /// An event tells of an intent as it is now.
    ///
    /// # Errors
    /// When there is none of that id, or its webhook is not taken.
    pub fn tell(&self, intent: &str) -> Outcome {
        let due = self.with(|state| {
            let known = state.account.intents.get(intent);
            let known =
                known.ok_or_else(|| StoryError::failed(intent, "there is no such intent"))?;
            let (kind, object, now_s) = (known.event(), known.object()?, state.now_s());
            state.tell(kind, object, now_s)?;
            Ok(state.webhooks.due())
        })?;
        due.map_or(Ok(()), |(endpoint, events)| self.send(&endpoint, events))
    }

    /// Stripe Tax has recorded a sale, in place of one of the same id.
    pub fn record_sale(&self, sale: TaxSale) {
        self.with(|state| state.account.taxes.sales.insert(sale.id.clone(), sale));
    }

    /// What was reversed at Stripe Tax, in order.
    pub fn tax_reversals(&self) -> Vec<LedgerReversal> {
        self.with(|state| state.account.taxes.reversals.clone())
    }

    /// Calculations of Stripe Tax are other than they should be.
    pub fn calculations_are(&self, fault: CalculationFault) {
        self.with(|state| state.account.taxes.calculations.fault = Some(fault));
    }

    fn put(&self, intent: Intent) {
        self.with(|state| state.account.intents.insert(intent.id.clone(), intent));
    }

    /// New refunds are pending until [`Stripe::end_refund`].
    pub fn refunds_take_time(&self) {
        self.with(|state| state.account.refunds_take_time = true);
    }

    /// A refund succeeds, or fails, which can come after it has succeeded.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn end_refund(&self, id: &str, succeeded: bool) -> Outcome {
        let due = self.with(|state| {
            let refund = state.account.refunds.iter_mut().find(|r| r.id == id);
            let refund = refund.ok_or_else(|| StoryError::failed(id, "there is no such refund"))?;
            refund.status = if succeeded { "succeeded" } else { "failed" };
            let object = refund.object()?;
            let kind = if succeeded {
                "refund.updated"
            } else {
                "refund.failed"
            };
            let now_s = state.now_s();
            state.tell(kind, object, now_s)?;
            Ok(state.webhooks.due())
        })?;
        due.map_or(Ok(()), |(endpoint, events)| self.send(&endpoint, events))
    }

    /// The next command meets this fault; several queue up.
    pub fn inject(&self, fault: Fault) {
        self.with(|state| state.faults.push_back(fault));
    }

    /// It answers everything with 503, after commands that go wrong like that.
    pub fn is_down_after(&self, faults: &[Fault]) {
        self.with(|state| {
            state.faults.extend(faults);
            state.is_down = true;
        });
    }

    /// It works again.
    pub fn is_up(&self) {
        self.with(|state| {
            state.faults.clear();
            state.is_down = false;
        });
    }

    /// Lets go on what a fault holds back.
    pub fn release(&self) {
        self.with(|state| state.releases = state.releases.saturating_add(1));
    }

    /// Waits until a command is in progress.
    pub fn wait_until_held(&self) {
        let mut state = self.shared.state();
        while state.keys.in_flight() == 0 {
            let waited = self.shared.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Its clock goes on: keys are forgotten after 24 hours.
    pub fn advance(&self, by: SignedDuration) {
        self.with(|state| state.ahead = state.ahead.saturating_add(by));
    }

    /// Events go to this URL, signed with this secret.
    pub fn send_webhooks(&self, url: &str, secret: &str, delivery: Delivery) {
        let endpoint = Endpoint {
            url: url.to_owned(),
            secret: secret.to_owned(),
            delivery,
        };
        self.with(|state| state.webhooks.endpoint = Some(endpoint));
    }

    /// Sends the events that are late, and those that were not taken.
    ///
    /// # Errors
    /// When one is not taken; it stays to be sent.
    pub fn send_late(&self) -> Outcome {
        let (endpoint, events) = self.with(|state| {
            let events = std::mem::take(&mut state.webhooks.waiting);
            (state.webhooks.endpoint.clone(), events)
        });
        endpoint.map_or(Ok(()), |endpoint| self.send(&endpoint, events))
    }

    pub(super) fn send(&self, endpoint: &Endpoint, events: Vec<String>) -> Outcome {
        let refused = endpoint.send(&self.shared.http, events);
        let count = refused.len();
        self.with(|state| state.webhooks.waiting.extend(refused));
        if count == 0 {
            return Ok(());
        }
        Err(StoryError::Failed(format!(
            "{count} webhooks were not taken"
        )))
    }

    /// Commands that have come, repetitions included.
    pub fn commands(&self) -> usize {
        self.with(|state| state.commands)
    }

    pub fn ledger(&self) -> Ledger {
        self.with(|state| state.account.ledger())
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let done = work(&mut self.shared.state());
        self.shared.changed.notify_all();
        done
    }
}

impl Drop for Stripe {
    fn drop(&mut self) {
        self.release();
        self.server.unblock();
    }
}
