//! What a route consists of.

use app::access::Permission;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// The function that serves a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `api`: everything except cancelling.
    Api,
    /// `cancellation`: cancelling, under an IAM role of its own.
    Cancellation,
}

/// What a route does. Each has a handler in the file of its name in `routes/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it; each route has a summary")]
pub enum Operation {
    PlaceOrder,
    ListOrders,
    ReadOrder,
    ReadFulfillmentOrder,
    ListFulfillmentOrders,
    /// One for each action.
    ReportFulfillment(FulfillmentAction),
    ListExceptions,
    AllowLocation,
    TakeException,
    CloseException,
    TakeStockException,
    CloseStockException,
    ListUnmatchedPayments,
    CloseUnmatchedPayment,
    ReadReconciliation,
    ListQueues,
    ListDeadLetters,
    RedriveDeadLetters,
    ReadAccessLog,
    CancelOrder,
    RefundOrder,
    RetryEffect,
    RecordPayment,
    RecordRefund,
    ReadAccount,
    PutAccount,
    HoldOrder,
    ReleaseHold,
    AdjustStock,
    ReadStock,
    ListBackorders,
    ListLocations,
    PutLocation,
    ListSuppliers,
    PutSupplier,
}

/// What is reported about a fulfillment order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it; each route has a summary")]
pub enum FulfillmentAction {
    Accept,
    Pick,
    Pack,
    Ship,
    InTransit,
    OutForDelivery,
    Deliver,
    Exception,
    ReturnedToSender,
    Short,
    Reject,
    CancelConsent,
    CancelRefuse,
}

/// Makes the schema of a document.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The body of a request.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// The type's name in the API document.
    pub name: &'static str,
    /// Its schema.
    pub schema: SchemaOf,
    /// A valid example.
    pub example: &'static str,
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// What it does.
    pub operation: Operation,
    /// The `operationId` in the API document.
    pub name: &'static str,
    /// `GET`, `POST`, `PUT`.
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The function that serves it.
    pub scope: Scope,
    /// The permissions of which the caller needs one; with more than one, the handler checks which fits.
    pub permissions: &'static [Permission],
    /// One line for the API document.
    pub summary: &'static str,
    /// The names of its query parameters.
    pub query: &'static [&'static str],
    /// Whether it requires an `Idempotency-Key`.
    pub keyed: bool,
    /// The body of the request.
    pub body: Option<Body>,
    /// The status of a successful response.
    pub status: u16,
    /// The schema of a successful response.
    pub answer: SchemaOf,
    /// Statuses and codes of its own refusals, besides those that every route has.
    pub refusals: &'static [(u16, &'static [&'static str])],
}

/// The schema of `T`.
pub(crate) fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What reading routes have in common.
pub(crate) const READ: Route = Route {
    operation: Operation::ListOrders,
    name: "",
    method: "GET",
    path: "",
    scope: Scope::Api,
    permissions: &[Permission::ReadOrders],
    summary: "",
    query: &[],
    keyed: false,
    body: None,
    status: 200,
    answer: schema::<()>,
    refusals: &[],
};

/// What writing routes with an idempotency key have in common.
pub(crate) const WRITE: Route = Route {
    method: "POST",
    keyed: true,
    ..READ
};

/// What routes that replace a document have in common.
pub(crate) const PUT: Route = Route {
    method: "PUT",
    permissions: &[Permission::WriteLocations],
    ..READ
};
