//! The fields of Stripe's answers that are not those of its webhooks.

use serde::Deserialize;

use crate::vendors::stripe::payloads::Refund;

/// A page of a list.
#[derive(Deserialize)]
pub(super) struct RefundList {
    pub(super) data: Vec<Refund>,
    pub(super) has_more: bool,
}

/// A page of a list of any objects. Each is read for itself, so that one that cannot be read does not hide the others.
#[derive(Deserialize)]
pub(super) struct ValueList {
    pub(super) data: Vec<serde_json::Value>,
    pub(super) has_more: bool,
}

/// The body of an error.
#[derive(Deserialize)]
pub(super) struct ErrorBody {
    pub(super) error: ApiError,
}

#[derive(Deserialize)]
pub(super) struct ApiError {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) code: Option<String>,
    /// The parameter that it is about.
    pub(super) param: Option<String>,
}
