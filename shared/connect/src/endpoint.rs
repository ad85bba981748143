//! The endpoint that a webhook was sent to.

use domain::ids::LocationId;
use jiff::Timestamp;

use crate::{
    signature::Secrets,
    vendor::{ReceiveFromLocation, ReceiveSingle, Vendor, Webhooks},
    webhook::{BODY_MAX, ParsedWebhook, SignedRequest, WebhookRejection},
};

/// A vendor's endpoint and, where each location has its own, the location.
#[derive(Debug, Clone)]
pub struct Endpoint {
    vendor: &'static str,
    receiver: Receiver,
}

#[derive(Debug, Clone)]
enum Receiver {
    Single(ReceiveSingle),
    Location(ReceiveFromLocation, LocationId),
}

impl Endpoint {
    /// The endpoint of a vendor; none when `location` is missing, unwanted or not a valid id.
    pub(crate) fn new(vendor: &Vendor, location: Option<&str>) -> Option<Self> {
        let receiver = match (vendor.webhooks, location) {
            (Webhooks::Single(receive), None) => Receiver::Single(receive),
            (Webhooks::PerLocation(receive), Some(location)) => {
                Receiver::Location(receive, location.parse().ok()?)
            }
            (Webhooks::Single(_), Some(_)) | (Webhooks::PerLocation(_), None) => return None,
        };
        Some(Self {
            vendor: vendor.name,
            receiver,
        })
    }

    /// The vendor's name: `stripe`, `wms`.
    pub fn vendor(&self) -> &'static str {
        self.vendor
    }

    /// The path of its secrets below the prefix of all secrets: `webhooks/stripe`, `webhooks/wms/<location>`.
    pub fn secrets_path(&self) -> String {
        match &self.receiver {
            Receiver::Single(_) => format!("webhooks/{}", self.vendor),
            Receiver::Location(_, location) => format!("webhooks/{}/{location}", self.vendor),
        }
    }

    /// Checks size and signature, then parses.
    ///
    /// # Errors
    /// [`WebhookRejection`], with the stable code and the status to answer with.
    pub fn receive(
        &self,
        request: &SignedRequest<'_>,
        secrets: &Secrets,
        now: Timestamp,
    ) -> Result<ParsedWebhook, WebhookRejection> {
        if request.body.len() > BODY_MAX {
            return Err(WebhookRejection::TooLarge);
        }
        match &self.receiver {
            Receiver::Single(receive) => receive(request, secrets, now),
            Receiver::Location(receive, location) => receive(request, location, secrets, now),
        }
    }
}
