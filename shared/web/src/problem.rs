//! Refusals as the caller sees them: RFC 9457 problem documents with a stable code. Here are
//! the document and the texts of failures; the routes and `extract.rs` have texts of their own.
//!
//! A problem says what the caller can do about it and nothing internal: causes are only logged. It repeats no value that
//! was sent, because a value may be personal data.

use app::{
    access::{Permission, Principal},
    failure::Failure,
};
use domain::order::{LineCancellation, Rejection, RejectionCode};
use http::header;
use schemars::JsonSchema;
use serde::Serialize;

use crate::response::{Response, build, with_header};

/// The code of a request to the API without a valid token; its response asks for one.
pub(crate) const UNAUTHORIZED: &str = "unauthorized";

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code, for programs.
    pub code: &'static str,
    /// What was wrong with this request.
    pub detail: String,
    /// The field, parameter or header that is wrong.
    pub field: Option<String>,
    /// Fields that only some problems have.
    pub more: Box<More>,
}

/// Fields that only some problems have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct More {
    /// Why no unit can be cancelled, line by line.
    pub lines: Option<Vec<LineCancellation>>,
    /// Seconds after which a retry may succeed.
    pub retry_after: Option<u32>,
    /// The methods that the path has.
    pub allow: Option<String>,
    /// The internal cause, for the log only.
    pub cause: Option<String>,
}

/// A refused request as the caller sees it (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Document<'a> {
    /// The kind of problem: `urn:oms:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: String,
    /// HTTP status.
    status: u16,
    /// What was wrong with this request.
    detail: &'a str,
    /// Stable code, for programs.
    code: &'a str,
    /// The field, parameter or header that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// Why no unit can be cancelled, line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<&'a [LineCancellation]>,
}

impl Problem {
    /// A problem with a status, a stable code and a sentence.
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            field: None,
            more: Box::default(),
        }
    }

    /// Names the field, parameter or header that is wrong.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// A request that cannot be read.
    pub fn malformed(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(400, "malformed", detail).about(field)
    }

    /// A readable request whose content breaks a rule.
    pub fn invalid(
        code: &'static str,
        field: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self::new(422, code, detail).about(field)
    }

    /// The resource does not exist.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, "not_found", detail)
    }

    /// The path exists, but not with this method.
    pub(crate) fn method_not_allowed(methods: String) -> Self {
        let detail = "The path has other methods; see `Allow`.";
        Self::new(405, "method_not_allowed", detail).with(More {
            allow: Some(methods),
            ..More::default()
        })
    }

    /// All units of a cancellation are too late; the lines say why.
    pub(crate) fn nothing_to_cancel(lines: Vec<LineCancellation>) -> Self {
        let detail = "No requested unit can be cancelled any more; the lines say why.";
        Self::new(409, "nothing_to_cancel", detail).with(More {
            lines: Some(lines),
            ..More::default()
        })
    }

    /// Writes the problem to the log, as an error when it has an internal cause.
    pub fn log(&self, route: &str) {
        let (status, code) = (self.status, self.code);
        match &self.more.cause {
            Some(cause) => tracing::error!(route, status, code, cause, "failed"),
            None => tracing::info!(route, status, code, "refused"),
        }
    }

    /// The problem as a response.
    pub fn into_response(self) -> Response {
        let document = Document {
            kind: format!("urn:oms:problem:{}", self.code),
            title: title(self.code),
            status: self.status,
            detail: &self.detail,
            code: self.code,
            field: self.field.as_deref(),
            lines: self.more.lines.as_deref(),
        };
        // A problem is text and numbers, so writing it cannot fail; were it to, an empty object is still JSON.
        let body = serde_json::to_string(&document).unwrap_or_else(|_| "{}".to_owned());
        let mut response = build(self.status, "application/problem+json", body);
        if let Some(seconds) = self.more.retry_after {
            response = with_header(response, header::RETRY_AFTER, &seconds.to_string());
        }
        if let Some(methods) = self.more.allow {
            response = with_header(response, header::ALLOW, &methods);
        }
        if self.code == UNAUTHORIZED {
            response = with_header(response, header::WWW_AUTHENTICATE, "Bearer");
        }
        response
    }

    /// Seconds after which a retry may succeed.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.more.retry_after = Some(seconds);
        self
    }

    /// Sets the fields that only some problems have.
    #[must_use]
    fn with(mut self, more: More) -> Self {
        *self.more = more;
        self
    }
}

/// The caller has none of the permissions that are needed.
pub(crate) fn forbidden(principal: &Principal, needed: &[Permission], route: &str) -> Problem {
    let names: Vec<&str> = needed.iter().map(|needed| needed.as_str()).collect();
    let subject = principal.subject.as_str();
    tracing::warn!(subject, permissions = names.join(","), route, "forbidden");
    let names = names.join("` or `");
    let detail = format!("None of your groups has the permission `{names}`.");
    Problem::new(403, "forbidden", detail)
}

/// `number_taken` as a title: `Number taken`.
fn title(code: &str) -> String {
    let mut words = code.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The response to a request that the gateway adapter could not translate.
pub fn unreadable(error: &dyn std::error::Error) -> Response {
    let problem = Problem::malformed("body", "The body cannot be decoded.");
    tracing::warn!(%error, "unreadable request");
    problem.into_response()
}

impl From<Failure> for Problem {
    /// Every failure is listed, so that a new variant needs a decision on what the caller sees.
    fn from(failure: Failure) -> Self {
        let code = failure.code();
        let cause = Some(failure.chain());
        match failure {
            Failure::Rejected(rejection) => Self::from(rejection),
            Failure::Malformed(detail) => Self::new(400, code, detail),
            Failure::NotFound(_) => Self::not_found("There is no such resource."),
            Failure::KeyReused => Self::invalid(
                code,
                "idempotency-key",
                "The key was used for another request. Use a new one.",
            ),
            Failure::Taken(_) | Failure::NumberTaken => {
                Self::new(409, code, "The name already belongs to another order.")
            }
            Failure::NewerSchema(_) => {
                let detail =
                    "A newer version of this system has written this. Retry when it is deployed.";
                Self::new(503, code, detail).with(More {
                    retry_after: Some(60),
                    cause,
                    ..More::default()
                })
            }
            // Only messages wait for a time.
            Failure::NotDue(_) => Self::new(409, code, "It is not due yet."),
            Failure::Contended(_) => {
                let detail = "Too many concurrent changes of the same order or stock. Nothing was written; retry.";
                Self::new(503, code, detail).with(More {
                    retry_after: Some(1),
                    cause,
                    ..More::default()
                })
            }
            Failure::Unavailable { .. }
            | Failure::Location { .. }
            | Failure::LocationDown { .. }
            | Failure::RequestRefused { .. }
            | Failure::Gateway { .. }
            | Failure::TaxService { .. }
            | Failure::OutOfTime
            | Failure::NoOutcome(_) => {
                let detail = "A dependency does not answer. Retry with the same key.";
                Self::new(503, code, detail).with(More {
                    retry_after: Some(2),
                    cause,
                    ..More::default()
                })
            }
            Failure::Inconsistent(_) => {
                let detail = "An internal error; it was logged for a person to look at.";
                Self::new(500, code, detail).with(More {
                    cause,
                    ..More::default()
                })
            }
        }
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let code = rejection.code.as_str();
        match rejection.code {
            // `found` is the field's name.
            RejectionCode::InvalidOrder => Self::invalid(code, rejection.found, rejection.message),
            RejectionCode::UnknownLine | RejectionCode::BadQuantity => {
                Self::invalid(code, "lines", rejection.message)
            }
            RejectionCode::PaymentAmount => Self::invalid(code, "amount", rejection.message),
            RejectionCode::BadReference => Self::invalid(code, "reference", rejection.message),
            RejectionCode::UnknownAccount => {
                Self::invalid(code, "terms.payment.account", rejection.message)
            }
            RejectionCode::InvalidLimits => Self::invalid(code, "limits", rejection.message),
            RejectionCode::UnknownHold => Self::invalid(code, "handle", rejection.message),
            RejectionCode::UnknownException | RejectionCode::UnknownEffect => {
                Self::new(404, code, rejection.message)
            }
            RejectionCode::UnknownFulfillmentOrder
            | RejectionCode::WrongLocation
            | RejectionCode::CurrencyMismatch => Self::new(422, code, rejection.message),
            RejectionCode::NothingToCancel
            | RejectionCode::WrongStatus
            | RejectionCode::OnHold
            | RejectionCode::ExceptionClosed
            | RejectionCode::StalePlan
            | RejectionCode::CountTooOld
            | RejectionCode::PaymentClosed
            | RejectionCode::AlreadyRecorded
            | RejectionCode::PaymentReferenceTaken
            | RejectionCode::CreditLimitExceeded
            | RejectionCode::ShipmentNotYetKnown
            | RejectionCode::OutcomeNotAllowed
            | RejectionCode::RefundAmount
            | RejectionCode::OwnRefund
            | RejectionCode::Disputed
            | RejectionCode::NotCommanded
            | RejectionCode::NotYetCaptured => Self::new(409, code, rejection.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::order::Reference;

    use super::*;

    fn status(failure: Failure) -> (u16, &'static str) {
        let problem = Problem::from(failure);
        let (status, code) = (problem.status, problem.code);
        let response = problem.into_response();
        let body: serde_json::Value = serde_json::from_str(response.body()).unwrap();
        assert_eq!(body["type"], format!("urn:oms:problem:{code}"));
        assert_eq!(
            (body["status"].as_u64(), body["code"].as_str()),
            (Some(status.into()), Some(code))
        );
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        (status, code)
    }

    #[test]
    fn every_failure_has_its_status_and_code() {
        let rejected = |code| Failure::Rejected(Rejection::new(code, "x", "why"));
        let taken = |reference: fn(String) -> Reference| Failure::Taken(reference("x".to_owned()));
        let expected = [
            (
                rejected(RejectionCode::NothingToCancel),
                409,
                "nothing_to_cancel",
            ),
            (rejected(RejectionCode::WrongStatus), 409, "wrong_status"),
            (rejected(RejectionCode::OnHold), 409, "on_hold"),
            (rejected(RejectionCode::UnknownLine), 422, "unknown_line"),
            (rejected(RejectionCode::BadQuantity), 422, "bad_quantity"),
            (rejected(RejectionCode::UnknownHold), 422, "unknown_hold"),
            (rejected(RejectionCode::InvalidOrder), 422, "invalid_order"),
            (Failure::Malformed("m".into()), 400, "malformed"),
            (Failure::NotFound("n".into()), 404, "not_found"),
            (Failure::KeyReused, 422, "idempotency_key_reused"),
            (Failure::NumberTaken, 409, "number_taken"),
            (Failure::NewerSchema("order".into()), 503, "newer_schema"),
            (taken(Reference::Intent), 409, "payment_intent_taken"),
            (Failure::Contended(9), 503, "contended"),
            (
                Failure::unavailable("the table", "secret-host refused"),
                503,
                "unavailable",
            ),
            (
                Failure::Inconsistent("stack trace".into()),
                500,
                "inconsistent",
            ),
        ];
        for (failure, expected_status, code) in expected {
            assert_eq!(status(failure), (expected_status, code));
        }
    }

    #[test]
    fn a_temporary_failure_says_when_to_retry() {
        for failure in [
            Failure::Contended(3),
            Failure::unavailable("the table", "x"),
        ] {
            let response = Problem::from(failure).into_response();
            assert!(response.headers().contains_key("retry-after"));
        }
    }

    #[test]
    fn no_internal_detail_is_sent() {
        let failures = [
            Failure::unavailable("the table", "secret-host refused"),
            Failure::Inconsistent("secret-host".into()),
            Failure::NotFound("secret-host".into()),
            Failure::Taken(Reference::Intent("secret-host".into())),
        ];
        for failure in failures {
            let body = Problem::from(failure).into_response().into_body();
            assert!(!body.contains("secret-host"), "{body}");
        }
    }
}
