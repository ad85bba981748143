//! What a location tells: about the work that it was asked to do, about its parcels, about its shelves.

use connect::vendors::wms::{WireMessage, requests::FulfillmentRequest};
use serde_json::{Value, json};

use crate::{
    locations,
    order::Order,
    outcome::{Told, Trouble},
    watch,
    webhook::Webhook,
    world::World,
};

impl World {
    /// A message of a location.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn tell(&self, location: &str, kind: &str, data: &Value) -> Told<Webhook> {
        let message = WireMessage::new(kind, watch::now(), data);
        let body = message.to_json().map_err(|e| Trouble::broken(kind, e))?;
        Ok(Webhook {
            path: locations::path(location),
            id: self.name("msg_"),
            body,
        })
    }
}

impl<'w> Order<'w> {
    /// Waits until a location is asked to ship something of the order.
    ///
    /// # Errors
    /// When it is not asked soon.
    pub fn job(&self, world: &'w World, location: &str) -> Told<Job<'w>> {
        self.next_job(world, location, &[])
    }

    /// The same, when the location has been asked before.
    ///
    /// # Errors
    /// When it is not asked soon.
    pub fn next_job(&self, world: &'w World, location: &str, before: &[&Job<'_>]) -> Told<Job<'w>> {
        let known: Vec<String> = before.iter().map(|job| job.id()).collect();
        let asked = world.warehouse.asked_to_ship(location, &self.id, &known)?;
        Ok(Job { world, asked })
    }
}

/// A fulfillment order in the hands of a location.
#[derive(Debug)]
pub struct Job<'w> {
    world: &'w World,
    /// What it was asked.
    pub asked: FulfillmentRequest,
}

impl Job<'_> {
    /// The fulfillment order.
    pub fn id(&self) -> String {
        self.asked.fulfillment_order_id.to_string()
    }

    /// Units asked for, over all lines.
    pub fn units(&self) -> u32 {
        self.asked
            .lines
            .iter()
            .map(|line| line.quantity)
            .fold(0, u32::saturating_add)
    }

    /// `fulfillment_order.accepted`, `.picking`, `.packed`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn progress(&self, step: &str) -> Told<Webhook> {
        self.about(&format!("fulfillment_order.{step}"), json!({}))
    }

    /// `fulfillment_order.rejected`, `.cancel_refused`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn declined(&self, step: &str, reason: &str) -> Told<Webhook> {
        self.about(
            &format!("fulfillment_order.{step}"),
            json!({ "reason": reason }),
        )
    }

    /// `fulfillment_order.cancelled`: so many units of a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn cancelled(&self, line: &str, units: u32) -> Told<Webhook> {
        self.about(
            "fulfillment_order.cancelled",
            json!({ "lines": [{ "line": line, "quantity": units }] }),
        )
    }

    /// `shipment.shipped`: a parcel with so many units of each line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn shipped(&self, parcel: &str, contents: &[(&str, u32)], last: bool) -> Told<Webhook> {
        let lines: Vec<Value> = contents
            .iter()
            .map(|(line, units)| json!({ "line": line, "quantity": units }))
            .collect();
        let tracking = format!("0034{}-{parcel}", self.asked.order_number);
        let data = json!({
            "shipment_reference": parcel, "carrier": "DHL", "tracking_number": tracking,
            "lines": lines, "last": last,
        });
        self.about("shipment.shipped", data)
    }

    /// `shipment.in_transit`, `.out_for_delivery`, `.delivered` and the like.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn parcel(&self, step: &str, parcel: &str) -> Told<Webhook> {
        self.about(
            &format!("shipment.{step}"),
            json!({ "shipment_reference": parcel }),
        )
    }

    /// Accepts, picks and packs it.
    ///
    /// # Errors
    /// When a webhook is not taken.
    pub fn prepare(&self) -> Told {
        for step in ["accepted", "picking", "packed"] {
            self.progress(step)?.send(self.world)?;
        }
        Ok(())
    }

    /// Ships all of it in one parcel.
    ///
    /// # Errors
    /// When a webhook is not taken.
    pub fn ship_all(&self, parcel: &str) -> Told {
        let lines: Vec<(&str, u32)> = self
            .asked
            .lines
            .iter()
            .map(|l| (l.line.as_str(), l.quantity))
            .collect();
        self.shipped(parcel, &lines, true)?.send(self.world)
    }

    /// The parcel goes its whole way.
    ///
    /// # Errors
    /// When a webhook is not taken.
    pub fn deliver(&self, parcel: &str) -> Told {
        for step in ["in_transit", "out_for_delivery", "delivered"] {
            self.parcel(step, parcel)?.send(self.world)?;
        }
        Ok(())
    }

    fn about(&self, kind: &str, mut data: Value) -> Told<Webhook> {
        data["order_id"] = json!(self.asked.order_id);
        data["fulfillment_order_id"] = json!(self.asked.fulfillment_order_id);
        self.world.tell(self.asked.location.as_str(), kind, &data)
    }
}
