//! An order as the API shows it, and one who follows it: every new moment of its timeline is told as it comes.

use std::{sync::Mutex, time::Duration};

use serde::Deserialize;

use crate::{
    outcome::{Told, expect},
    watch::{self, Look},
    world::World,
};

/// An order as the API shows it; what no story looks at is left out.
#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Shown {
    pub id: String,
    pub number: String,
    pub version: u64,
    pub status: String,
    pub status_alias: String,
    pub payment_status: String,
    pub holds: Vec<Hold>,
    pub lines: Vec<Line>,
    pub fulfillment_orders: Vec<FulfillmentOrder>,
    pub shipments: Vec<Shipment>,
    pub money: Money,
    pub exceptions: Vec<Exception>,
    pub routing: Vec<Routing>,
    pub timeline: Vec<Moment>,
}

#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Hold {
    pub kind: String,
    pub handle: String,
}

#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Line {
    pub id: String,
    pub sku: String,
    pub quantity: u32,
    pub units: Units,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Units {
    pub unrouted: u32,
    pub backordered: u32,
    pub assigned: u32,
    pub shipped: u32,
    pub cancelled: u32,
    pub delivered: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct FulfillmentOrder {
    pub id: String,
    pub location: String,
    pub status: String,
}

#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Shipment {
    pub reference: String,
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Money {
    pub currency: String,
    pub total: i64,
    pub cancelled: i64,
    pub captured: i64,
    pub refunded: i64,
    pub refund_owed: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Exception {
    pub kind: String,
    pub detail: String,
}

#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Routing {
    pub event: String,
    pub explanation: String,
}

/// One entry of the timeline.
#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Moment {
    pub seq: u64,
    pub at: jiff::Timestamp,
    pub actor: Actor,
    pub cause: String,
    pub event: String,
    pub text: String,
    pub status: String,
}

#[derive(Debug, Clone, Deserialize)]
#[expect(
    missing_docs,
    reason = "the API's own words, described in its document"
)]
pub struct Actor {
    pub kind: String,
    pub id: String,
}

impl Shown {
    /// How often something happened.
    pub fn times(&self, event: &str) -> usize {
        self.timeline
            .iter()
            .filter(|moment| moment.event == event)
            .count()
    }

    /// Where all units are, added up over the lines.
    pub fn units(&self) -> Units {
        self.lines.iter().fold(Units::default(), |sum, line| Units {
            unrouted: sum.unrouted.saturating_add(line.units.unrouted),
            backordered: sum.backordered.saturating_add(line.units.backordered),
            assigned: sum.assigned.saturating_add(line.units.assigned),
            shipped: sum.shipped.saturating_add(line.units.shipped),
            cancelled: sum.cancelled.saturating_add(line.units.cancelled),
            delivered: sum.delivered.saturating_add(line.units.delivered),
        })
    }

    /// The locations that have work, in the order in which they got it.
    pub fn locations(&self) -> Vec<&str> {
        self.fulfillment_orders
            .iter()
            .map(|found| found.location.as_str())
            .collect()
    }

    fn summary(&self) -> String {
        let asked: Vec<String> = self
            .fulfillment_orders
            .iter()
            .map(|f| format!("{} {}", f.location, f.status))
            .collect();
        let last = self
            .timeline
            .last()
            .map_or("nothing yet", |moment| moment.text.as_str());
        format!(
            "order {}: {}, payment {}, {:?}, [{}]; last: {last}",
            self.number,
            self.status,
            self.payment_status,
            self.units(),
            asked.join(", ")
        )
    }
}

/// An order that is followed.
#[derive(Debug)]
pub struct Order<'w> {
    world: &'w World,
    /// Our id.
    pub id: String,
    /// The shop's number.
    pub number: String,
    /// The payment intent named at placement.
    pub intent: String,
    /// What it costs, minor units.
    pub total: i64,
    told: Mutex<Teller>,
}

/// How far an order has been told.
#[derive(Debug, Default)]
struct Teller {
    muted: bool,
    moments: usize,
    status: String,
}

impl<'w> Order<'w> {
    pub(crate) fn new(
        world: &'w World,
        id: String,
        number: String,
        intent: String,
        total: i64,
    ) -> Self {
        Self {
            world,
            id,
            number,
            intent,
            total,
            told: Mutex::default(),
        }
    }

    /// From now on nothing of it is told, or all that has happened meanwhile and what comes.
    pub fn mute(&self, muted: bool) {
        if let Ok(mut told) = self.told.lock() {
            told.muted = muted;
        }
    }

    /// The order as it is; what is new is told.
    ///
    /// # Errors
    /// When the API does not show it.
    pub fn look(&self) -> Told<Shown> {
        let path = format!("/api/oms/orders/{}", self.id);
        let shown: Shown = self
            .world
            .api("agent", "GET", &path, None)?
            .success("GET the order")?;
        self.tell(&shown);
        Ok(shown)
    }

    /// Waits until something holds of the order.
    ///
    /// # Errors
    /// When it does not come about soon.
    pub fn until(&self, what: &str, holds: impl Fn(&Shown) -> bool) -> Told<Shown> {
        self.within(watch::SOON, what, holds)
    }

    /// Waits until something holds of the order, for so long.
    ///
    /// # Errors
    /// When it does not come about in time.
    pub fn within(
        &self,
        wait: Duration,
        what: &str,
        holds: impl Fn(&Shown) -> bool,
    ) -> Told<Shown> {
        watch::until(what, wait, || {
            let shown = self.look()?;
            Ok(if holds(&shown) {
                Look::There(shown)
            } else {
                Look::NotYet(shown.summary())
            })
        })
    }

    /// Waits until the order has this status.
    ///
    /// # Errors
    /// When it does not get there soon.
    pub fn until_status(&self, status: &str) -> Told<Shown> {
        self.until(&format!("order {} being {status}", self.number), |shown| {
            shown.status == status
        })
    }

    /// Waits until an event stands in the timeline.
    ///
    /// # Errors
    /// When it does not come soon.
    pub fn until_event(&self, event: &str) -> Told<Shown> {
        self.until(&format!("{event} of order {}", self.number), |shown| {
            shown.times(event) > 0
        })
    }

    /// Checks that each of these happened so many times.
    ///
    /// # Errors
    /// When one did not.
    pub fn expect_times(&self, shown: &Shown, events: &[(&str, usize)]) -> Told {
        for (event, times) in events {
            expect(
                &format!("how often {event} happened to order {}", self.number),
                shown.times(event),
                *times,
            )?;
        }
        Ok(())
    }

    fn tell(&self, shown: &Shown) {
        let Ok(mut told) = self.told.lock() else {
            return;
        };
        if told.muted {
            return;
        }
        for moment in shown.timeline.iter().skip(told.moments) {
            self.world
                .narrator()
                .moment(&self.number, moment, moment.status != told.status);
            told.status.clone_from(&moment.status);
        }
        told.moments = told.moments.max(shown.timeline.len());
    }
}
