//! The types of request.

use super::payloads::{CancellationRequest, FulfillmentRequest};
use crate::vendors::wms::schema::schema;

/// The type of [`FulfillmentRequest`].
pub const REQUESTED: &str = "fulfillment_order.requested";
/// The type of [`CancellationRequest`].
pub const CANCEL_REQUESTED: &str = "fulfillment_order.cancel_requested";

/// Each type of request with the JSON Schema (2020-12) of its messages.
pub fn schemas() -> [(&'static str, serde_json::Value); 2] {
    [
        (REQUESTED, schema::<FulfillmentRequest>(REQUESTED)),
        (
            CANCEL_REQUESTED,
            schema::<CancellationRequest>(CANCEL_REQUESTED),
        ),
    ]
}
