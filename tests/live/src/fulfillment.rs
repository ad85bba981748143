//! A fulfillment order as its location works on it, and the webhooks that the location sends about it.

use connect::vendors::wms::{WireMessage, requests::FulfillmentRequest};
use serde_json::{Value, json};

use crate::{
    environment::Environment,
    locations,
    order::Order,
    outcome::{Outcome, StoryError},
    wait,
    webhook::Webhook,
};

impl Environment {
    /// A webhook that this location would send.
    ///
    /// # Errors
    /// When `data` cannot be written as JSON.
    pub fn provider_webhook(&self, location: &str, kind: &str, data: &Value) -> Outcome<Webhook> {
        self.provider_webhook_at(location, kind, wait::now(), data)
    }

    /// The same, about something that happened at that time.
    ///
    /// # Errors
    /// When `data` cannot be written as JSON.
    pub fn provider_webhook_at(
        &self,
        location: &str,
        kind: &str,
        at: jiff::Timestamp,
        data: &Value,
    ) -> Outcome<Webhook> {
        let message = WireMessage::new(kind, at, data);
        let body = message.to_json().map_err(|e| StoryError::failed(kind, e))?;
        Ok(Webhook {
            path: locations::path(location),
            id: self.name("msg_"),
            body,
        })
    }
}

impl<'e> Order<'e> {
    /// Waits until a location is requested to ship something of the order.
    ///
    /// # Errors
    /// When no request comes within [`wait::SHORT`].
    pub fn fulfillment(&self, env: &'e Environment, location: &str) -> Outcome<Fulfillment<'e>> {
        self.next_fulfillment(env, location, &[])
    }

    /// The same, for a location that has fulfillment orders of the order already.
    ///
    /// # Errors
    /// When no further request comes within [`wait::SHORT`].
    pub fn next_fulfillment(
        &self,
        env: &'e Environment,
        location: &str,
        before: &[&Fulfillment<'_>],
    ) -> Outcome<Fulfillment<'e>> {
        let before: Vec<String> = before.iter().map(|one| one.id()).collect();
        let request = env
            .warehouse
            .wait_for_ship_request(location, &self.id, &before)?;
        Ok(Fulfillment { env, request })
    }
}

/// A fulfillment order that its location has received.
#[derive(Debug)]
pub struct Fulfillment<'e> {
    env: &'e Environment,
    pub request: FulfillmentRequest,
}

impl Fulfillment<'_> {
    /// The id of the fulfillment order.
    pub fn id(&self) -> String {
        self.request.fulfillment_order_id.to_string()
    }

    /// Units requested, summed over all lines.
    pub fn units(&self) -> u32 {
        self.request
            .lines
            .iter()
            .map(|line| line.quantity)
            .fold(0, u32::saturating_add)
    }

    /// `fulfillment_order.accepted`, `.picking`, `.packed`.
    pub fn progress(&self, step: &str) -> Outcome<Webhook> {
        self.webhook(&format!("fulfillment_order.{step}"), json!({}))
    }

    /// `fulfillment_order.rejected`, `.cancel_refused`.
    pub fn with_reason(&self, step: &str, reason: &str) -> Outcome<Webhook> {
        self.webhook(
            &format!("fulfillment_order.{step}"),
            json!({ "reason": reason }),
        )
    }

    /// `fulfillment_order.cancelled`, with units of one line.
    pub fn cancelled(&self, line: &str, units: u32) -> Outcome<Webhook> {
        self.webhook(
            "fulfillment_order.cancelled",
            json!({ "lines": [{ "line": line, "quantity": units }] }),
        )
    }

    /// `shipment.shipped`, with units of each line.
    pub fn shipped(
        &self,
        reference: &str,
        contents: &[(&str, u32)],
        last: bool,
    ) -> Outcome<Webhook> {
        let lines: Vec<Value> = contents
            .iter()
            .map(|(line, units)| json!({ "line": line, "quantity": units }))
            .collect();
        let tracking = format!("0034{}-{reference}", self.request.order_number);
        let data = json!({
            "shipment_reference": reference, "carrier": "DHL", "tracking_number": tracking,
            "lines": lines, "last": last,
        });
        self.webhook("shipment.shipped", data)
    }

    /// `shipment.shipped` of the only shipment, by a location that says how many units it has shipped in all.
    pub fn shipped_in_all(&self, reference: &str, contents: &[(&str, u32)]) -> Outcome<Webhook> {
        let failed = |error| StoryError::failed("a webhook of our own", error);
        let mut webhook = self.shipped(reference, contents, true)?;
        let mut message: Value = serde_json::from_str(&webhook.body).map_err(failed)?;
        message["data"]["shipped_totals"] = message["data"]["lines"].clone();
        webhook.body = message.to_string();
        Ok(webhook)
    }

    /// `shipment.in_transit`, `.out_for_delivery`, `.delivered` and the like.
    pub fn shipment(&self, step: &str, reference: &str) -> Outcome<Webhook> {
        self.webhook(
            &format!("shipment.{step}"),
            json!({ "shipment_reference": reference }),
        )
    }

    /// Sends `accepted`, `picking` and `packed`.
    pub fn prepare(&self) -> Outcome {
        for step in ["accepted", "picking", "packed"] {
            self.progress(step)?.send(self.env)?;
        }
        Ok(())
    }

    /// Ships everything that was requested, in one shipment.
    pub fn ship_all(&self, reference: &str) -> Outcome {
        let lines: Vec<(&str, u32)> = self
            .request
            .lines
            .iter()
            .map(|l| (l.line.as_str(), l.quantity))
            .collect();
        self.shipped(reference, &lines, true)?.send(self.env)
    }

    /// Sends `in_transit`, `out_for_delivery` and `delivered` of a shipment.
    pub fn deliver(&self, reference: &str) -> Outcome {
        for step in ["in_transit", "out_for_delivery", "delivered"] {
            self.shipment(step, reference)?.send(self.env)?;
        }
        Ok(())
    }

    fn webhook(&self, kind: &str, mut data: Value) -> Outcome<Webhook> {
        data["order_id"] = json!(self.request.order_id);
        data["fulfillment_order_id"] = json!(self.request.fulfillment_order_id);
        let location = self.request.location.as_str();
        self.env.provider_webhook(location, kind, &data)
    }
}
