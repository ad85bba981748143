//! An order as the API returns it, as far as the stories read it.

use serde::Deserialize;

/// An order as the API returns it. The fields are described in the OpenAPI document.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderView {
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
    #[serde(default)]
    pub disputes: Vec<Dispute>,
    pub exceptions: Vec<Exception>,
    pub routing: Vec<Routing>,
    pub timeline: Vec<TimelineEntry>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Hold {
    pub kind: String,
    pub handle: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Line {
    pub id: String,
    pub sku: String,
    pub quantity: u32,
    pub units: Units,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Units {
    pub unrouted: u32,
    pub backordered: u32,
    pub assigned: u32,
    pub shipped: u32,
    pub cancelled: u32,
    pub delivered: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub struct FulfillmentOrder {
    pub id: String,
    pub location: String,
    pub status: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Shipment {
    pub reference: String,
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Money {
    pub currency: String,
    pub total: i64,
    pub cancelled: i64,
    pub captured: i64,
    pub refunded: i64,
    pub refund_owed: i64,
    pub credits: i64,
    pub refundable: i64,
    pub lost_to_disputes: i64,
    /// Of an order on account.
    #[serde(default)]
    pub open_on_account: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Dispute {
    pub status: String,
    pub amount: i64,
    pub evidence_due: Option<jiff::Timestamp>,
    pub funds_withdrawn: bool,
    pub reinstated: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Exception {
    pub id: u32,
    pub kind: String,
    pub detail: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Routing {
    pub event: String,
    pub explanation: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct TimelineEntry {
    pub seq: u64,
    pub at: jiff::Timestamp,
    pub actor: Actor,
    pub cause: String,
    pub event: String,
    pub text: String,
    pub status: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Actor {
    pub kind: String,
    pub id: String,
}

impl OrderView {
    /// How many timeline entries have this event.
    pub fn times(&self, event: &str) -> usize {
        self.timeline
            .iter()
            .filter(|entry| entry.event == event)
            .count()
    }

    /// Whether the first entry of one event is before the first of another; false when either is missing.
    pub fn is_before(&self, one: &str, other: &str) -> bool {
        let seq = |event: &str| self.timeline.iter().find(|entry| entry.event == event);
        seq(one)
            .zip(seq(other))
            .is_some_and(|(one, other)| one.seq < other.seq)
    }

    /// Units by state, summed over all lines.
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

    /// Locations of the fulfillment orders, oldest first.
    pub fn locations(&self) -> Vec<&str> {
        self.fulfillment_orders
            .iter()
            .map(|found| found.location.as_str())
            .collect()
    }

    pub(crate) fn summary(&self) -> String {
        let fulfillment: Vec<String> = self
            .fulfillment_orders
            .iter()
            .map(|f| format!("{} {}", f.location, f.status))
            .collect();
        let last = self
            .timeline
            .last()
            .map_or("no entry", |entry| entry.text.as_str());
        format!(
            "order {}: {}, payment {}, {:?}, [{}]; last: {last}",
            self.number,
            self.status,
            self.payment_status,
            self.units(),
            fulfillment.join(", ")
        )
    }
}
