//! An order placed by a story. Each time it is read, new timeline entries are printed.

use std::{sync::Mutex, time::Duration};

use serde_json::{Value, json};

use crate::{
    environment::Environment,
    http::Response,
    order_view::OrderView,
    outcome::{Outcome, expect},
    wait::{self, Poll},
};

#[derive(Debug)]
pub struct Order<'e> {
    env: &'e Environment,
    pub id: String,
    /// The number that the shop gave it.
    pub number: String,
    /// The id of Stripe's payment intent.
    pub intent: String,
    /// In minor units.
    pub total: i64,
    printed: Mutex<Printed>,
}

/// What has been printed so far.
#[derive(Debug, Default)]
struct Printed {
    muted: bool,
    entries: usize,
    last_status: String,
}

impl<'e> Order<'e> {
    pub(crate) fn new(
        env: &'e Environment,
        id: String,
        number: String,
        intent: String,
        total: i64,
    ) -> Self {
        Self {
            env,
            id,
            number,
            intent,
            total,
            printed: Mutex::default(),
        }
    }

    /// Muted: no entry is printed. Not muted any more: the next read prints all that were left out.
    pub fn mute(&self, muted: bool) {
        if let Ok(mut printed) = self.printed.lock() {
            printed.muted = muted;
        }
    }

    /// Reads the order as an agent.
    ///
    /// # Errors
    /// When the API does not return it.
    pub fn read(&self) -> Outcome<OrderView> {
        let path = format!("/api/oms/orders/{}", self.id);
        let view: OrderView = self
            .env
            .api("agent", "GET", &path, None)?
            .success("GET the order")?;
        self.print_new_entries(&view);
        Ok(view)
    }

    /// Cancels units of these lines as an agent; the whole order when there are none.
    ///
    /// # Errors
    /// When there is no response. A refusal is a response.
    pub fn cancel(&self, lines: &[(&str, u32)]) -> Outcome<Response> {
        let lines: Vec<Value> = lines
            .iter()
            .map(|(line, units)| json!({ "line": line, "quantity": units }))
            .collect();
        let mut body = json!({ "reason": "CUSTOMER_REQUESTED", "note": "changed their mind" });
        if !lines.is_empty() {
            body["lines"] = json!(lines);
        }
        let path = format!("/api/oms/orders/{}/cancel", self.id);
        self.env.api("agent", "POST", &path, Some(&body))
    }

    /// Asks, as an agent, for money to be given back.
    ///
    /// # Errors
    /// When there is no response. A refusal is a response.
    pub fn give_back(&self, refund: &Value) -> Outcome<Response> {
        let path = format!("/api/oms/orders/{}/refunds", self.id);
        self.env.api("agent", "POST", &path, Some(refund))
    }

    /// What [`Self::give_back`] would do.
    ///
    /// # Errors
    /// When there is no response. A refusal is a response.
    pub fn preview(&self, refund: &Value) -> Outcome<Response> {
        let path = format!("/api/oms/orders/{}/refunds?preview=true", self.id);
        self.env.api("agent", "POST", &path, Some(refund))
    }

    /// Refunds of the order's payment that Stripe has made, in minor units.
    pub fn refunds_at_stripe(&self) -> Vec<i64> {
        let refunds = self.env.stripe.ledger().refunds.into_iter();
        let of_order = refunds.filter(|refund| refund.intent == self.intent);
        of_order.map(|refund| refund.amount).collect()
    }

    /// Waits until a condition holds of the order.
    ///
    /// # Errors
    /// When it does not hold after [`wait::SHORT`].
    pub fn until(&self, what: &str, holds: impl Fn(&OrderView) -> bool) -> Outcome<OrderView> {
        self.within(wait::SHORT, what, holds)
    }

    /// Waits until a condition holds of the order.
    ///
    /// # Errors
    /// When it does not hold after `limit`.
    pub fn within(
        &self,
        limit: Duration,
        what: &str,
        holds: impl Fn(&OrderView) -> bool,
    ) -> Outcome<OrderView> {
        wait::until(what, limit, || {
            let view = self.read()?;
            Ok(if holds(&view) {
                Poll::Ready(view)
            } else {
                Poll::Pending(view.summary())
            })
        })
    }

    /// Waits until the order has this status.
    ///
    /// # Errors
    /// When it does not have it after [`wait::SHORT`].
    pub fn until_status(&self, status: &str) -> Outcome<OrderView> {
        self.until(&format!("order {} being {status}", self.number), |view| {
            view.status == status
        })
    }

    /// Waits until the timeline has an entry of this event.
    ///
    /// # Errors
    /// When it has none after [`wait::SHORT`].
    pub fn until_event(&self, event: &str) -> Outcome<OrderView> {
        self.until(&format!("{event} of order {}", self.number), |view| {
            view.times(event) > 0
        })
    }

    /// Checks how many timeline entries have each of these events.
    ///
    /// # Errors
    /// When a count differs.
    pub fn expect_times(&self, view: &OrderView, events: &[(&str, usize)]) -> Outcome {
        for (event, times) in events {
            expect(
                &format!("how often {event} happened to order {}", self.number),
                view.times(event),
                *times,
            )?;
        }
        Ok(())
    }

    fn print_new_entries(&self, view: &OrderView) {
        let Ok(mut printed) = self.printed.lock() else {
            return;
        };
        if printed.muted {
            return;
        }
        for entry in view.timeline.iter().skip(printed.entries) {
            let is_new_status = entry.status != printed.last_status;
            // Users are named by their group: their ids say nothing.
            let group = self.env.users.group_of(&entry.actor.id);
            let who = group.as_deref().unwrap_or(&entry.actor.id);
            self.env
                .reporter()
                .timeline_entry(&self.number, entry, who, is_new_status);
            printed.last_status.clone_from(&entry.status);
        }
        printed.entries = printed.entries.max(view.timeline.len());
    }
}
