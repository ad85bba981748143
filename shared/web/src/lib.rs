//! HTTP without a gateway: requests and responses are values of the `http` crate. The API for agents and shops, and the
//! endpoint for webhooks ([`webhook`]).
//!
//! [`ROUTES`] is the one table that dispatch, access control and the API document read; every route is a file in
//! `routes/`. A request passes these checks in this order: route (404, 405), caller (401), permission (403),
//! idempotency key and body (400, 413, 415), and then the use case (404, 409, 422). A caller without the permission
//! gets 403 before anything is read, so the answer does not show whether the order exists. What depends on the resource
//! (the location of a fulfillment order, the kind of an exception) is checked by the use case.

#![warn(missing_docs)]

mod call;
mod cursor;
mod env;
mod examples;
mod extract;
mod location_document;
pub mod openapi;
mod percent;
mod personal_data;
pub mod problem;
mod query;
mod response;
mod route;
mod router;
mod routes;
mod serve;
mod settings;
mod status_listing;
mod walk;
pub mod webhook;

pub use env::{Env, NoQueues};
pub use extract::BODY_BYTES_MAX;
pub use location_document::LocationBody;
pub use response::{Request, Response};
pub use route::{Body, FulfillmentAction, Operation, Route, SchemaOf, Scope};
pub use routes::{
    ROUTES,
    adjust_stock::Adjustment,
    allow_location::AllowLocationBody,
    cancel_order::CancelBody,
    close_exception::CloseBody,
    close_unmatched_payment::CloseUnmatchedBody,
    hold_order::HoldBody,
    list_backorders::list as list_backorders,
    list_exceptions::list as list_exceptions,
    list_orders::list as list_orders,
    list_unmatched_payments::list as list_unmatched_payments,
    put_account::AccountBody,
    read_order::read as read_order,
    read_reconciliation::RECONCILIATION_DAYS_MAX,
    record_payment::RecordPaymentBody,
    record_refund::RecordRefundBody,
    refund_order::RefundBody,
    release_hold::ReleaseBody,
    report_fulfillment::{ReasonBody, ShipBody, ShipmentBody, ShipmentExceptionBody},
};
pub use serve::serve;
pub use settings::Settings;
