//! What we send to a warehouse, 3PL or supplier: a POST to the location's URL, signed with the location's own secret for
//! requests. The same `webhook-id` is the same request, however often it arrives; a request is retried until it is
//! answered.
//!
//! - `fulfillment_order.requested` ([`FulfillmentRequest`]): ship these units. The location answers with
//!   `fulfillment_order.accepted` or `.rejected`, in a webhook.
//! - `fulfillment_order.cancel_requested` ([`CancellationRequest`]): do not ship these units, if you still can. The location
//!   answers with `fulfillment_order.cancelled` or `.cancel_refused`; a `shipment.shipped` with the units is a refusal
//!   too.
//!
//! Status 2xx says that the request has been stored, and nothing more.

mod kind;
mod payloads;
mod read;
mod write;

pub use kind::{CANCEL_REQUESTED, REQUESTED, schemas};
pub use payloads::{
    CancellationLine, CancellationRequest, CollectOnDelivery, FulfillmentRequest, RequestLine,
    ShipTo, ShippingTerms,
};
pub use read::{Request, read};
pub use write::{cancellation, fulfillment};
