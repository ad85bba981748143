//! Requests to locations: warehouses, 3PLs and suppliers.

use domain::{
    ids::FulfillmentOrderId,
    location::Location,
    order::{Contact, Order},
};
use jiff::Timestamp;

use crate::failure::Failure;

/// A request to a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderRequest {
    /// Ship the units of a fulfillment order.
    Fulfill {
        /// The order.
        order: Box<Order>,
        /// The fulfillment order to ship.
        fulfillment_order: FulfillmentOrderId,
        /// The recipient.
        contact: Box<Contact>,
    },
    /// Cancel those units of a fulfillment order whose cancellation is requested.
    Cancel {
        /// The order.
        order: Box<Order>,
        /// The fulfillment order to cancel units of.
        fulfillment_order: FulfillmentOrderId,
        /// When the cancellation was requested, UTC: a repetition has the same time, so that its body is the same.
        requested_at: Timestamp,
    },
}

/// Sends requests to locations.
pub trait FulfillmentProvider: Sync {
    /// Sends one signed request. A location recognises a repetition by the `id`.
    ///
    /// # Errors
    /// [`Failure::Location`] when the location does not answer, or answers that it does not work; any other failure
    /// says nothing about its health. A failure is `unsent` only when nothing of the request can have left.
    fn send(
        &self,
        location: &Location,
        id: &str,
        request: &ProviderRequest,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Tries to connect to a location, and sends nothing.
    ///
    /// # Errors
    /// [`Failure::Location`] when there is no connection.
    fn reach(&self, location: &Location) -> impl Future<Output = Result<(), Failure>> + Send;
}
