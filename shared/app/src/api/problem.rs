//! Refusals as the caller sees them: RFC 9457 problem documents with a stable code.
//!
//! A problem says what the caller can do about it and nothing of our insides: causes go to the log, at the edge.
//! It repeats no value that was sent, for a value may be personal data.

use domain::rejection::{Rejection, RejectionCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::{http::Response, orders::cancel::LineView};
use crate::failure::Failure;

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code; what a program branches on.
    pub code: &'static str,
    /// What was wrong with this request.
    pub detail: String,
    /// The field, parameter or header that it is about.
    pub field: Option<String>,
    /// What only some problems have.
    pub more: Box<More>,
}

/// What only some problems have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct More {
    /// Why nothing of a cancellation can be done, line by line.
    pub lines: Option<Vec<LineView>>,
    /// Seconds after which the same request may succeed.
    pub retry_after: Option<u32>,
    /// Methods that the path has.
    pub allow: Option<String>,
    /// What went wrong inside, for the log only.
    pub cause: Option<String>,
}

/// A refused request as the caller sees it (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Document<'a> {
    /// Names the kind of problem: `urn:oms:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: String,
    /// HTTP status.
    status: u16,
    /// What was wrong with this request.
    detail: &'a str,
    /// Stable code; what a program branches on.
    code: &'a str,
    /// The field, parameter or header that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// Why nothing of a cancellation can be done, line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<&'a [LineView]>,
}

impl Problem {
    /// A problem.
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            field: None,
            more: Box::default(),
        }
    }

    /// The problem, about a field.
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

    /// What was asked for is not here.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, "not_found", detail)
    }

    /// The answer that it is.
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
        let mut response = Response::of(self.status, "application/problem+json", body);
        if let Some(seconds) = self.more.retry_after {
            response = response.with_header("retry-after", seconds.to_string());
        }
        if let Some(methods) = self.more.allow {
            response = response.with_header("allow", methods);
        }
        if self.status == 401 {
            response = response.with_header("www-authenticate", "Bearer");
        }
        response
    }

    /// The problem with what only some have.
    #[must_use]
    pub(super) fn with(mut self, more: More) -> Self {
        *self.more = more;
        self
    }
}

/// `number_taken` as a title: `Number taken`.
fn title(code: &str) -> String {
    let mut words = code.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

impl From<Failure> for Problem {
    /// Every failure is named, so that a new one cannot slip past the question what its caller sees.
    fn from(failure: Failure) -> Self {
        let code = failure.code();
        let cause = Some(failure.chain());
        match failure {
            Failure::Rejected(rejection) => Self::from(rejection),
            Failure::Malformed(detail) => Self::new(400, code, detail),
            Failure::NotFound(_) => Self::not_found("There is nothing of that name."),
            Failure::KeyReused => Self::invalid(
                code,
                "idempotency-key",
                "The key came with another request before. Use a new one.",
            ),
            Failure::Taken(_) => Self::new(409, code, "The name belongs to another order already."),
            Failure::NothingToCancel(answer) => {
                let detail =
                    "Nothing of what was asked for can be cancelled any more; the lines say why.";
                Self::new(409, code, detail).with(More {
                    lines: Some(LineView::all(&answer)),
                    ..More::default()
                })
            }
            Failure::Contended(_) => {
                let detail =
                    "Many others are changing the same thing. Nothing was done; ask again.";
                Self::new(503, code, detail).with(More {
                    retry_after: Some(1),
                    cause,
                    ..More::default()
                })
            }
            Failure::Unavailable { .. } => {
                let detail =
                    "Something that we depend on does not answer. Ask again with the same key.";
                Self::new(503, code, detail).with(More {
                    retry_after: Some(2),
                    cause,
                    ..More::default()
                })
            }
            Failure::Inconsistent(_) => {
                let detail =
                    "Something is wrong on our side; it has been logged for a person to look at.";
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
            // Found names the field.
            RejectionCode::InvalidOrder => Self::invalid(code, rejection.found, rejection.message),
            RejectionCode::UnknownLine | RejectionCode::BadQuantity => {
                Self::invalid(code, "lines", rejection.message)
            }
            RejectionCode::UnknownHold => Self::invalid(code, "handle", rejection.message),
            RejectionCode::UnknownFulfillmentOrder
            | RejectionCode::WrongLocation
            | RejectionCode::CurrencyMismatch => Self::new(422, code, rejection.message),
            RejectionCode::NothingToCancel
            | RejectionCode::WrongStatus
            | RejectionCode::OnHold
            | RejectionCode::StalePlan
            | RejectionCode::ParcelNotYetKnown
            | RejectionCode::NotYetCaptured => Self::new(409, code, rejection.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::change::Reference;

    use super::*;

    fn status(failure: Failure) -> (u16, &'static str) {
        let problem = Problem::from(failure);
        let (status, code) = (problem.status, problem.code);
        let response = problem.into_response();
        let body: serde_json::Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(body["type"], format!("urn:oms:problem:{code}"));
        assert_eq!(
            (body["status"].as_u64(), body["code"].as_str()),
            (Some(status.into()), Some(code))
        );
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
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
            (taken(Reference::Number), 409, "number_taken"),
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
    fn a_failure_that_may_pass_says_when_to_ask_again() {
        for failure in [
            Failure::Contended(3),
            Failure::unavailable("the table", "x"),
        ] {
            let response = Problem::from(failure).into_response();
            assert!(response.header("retry-after").is_some());
        }
    }

    #[test]
    fn nothing_of_our_insides_is_told() {
        let failures = [
            Failure::unavailable("the table", "secret-host refused"),
            Failure::Inconsistent("secret-host".into()),
            Failure::NotFound("secret-host".into()),
            Failure::Taken(Reference::Number("secret-host".into())),
        ];
        for failure in failures {
            let body = Problem::from(failure).into_response().body;
            assert!(!body.contains("secret-host"), "{body}");
        }
    }
}
