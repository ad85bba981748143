//! Stripe's errors.

use serde_json::{Value, json};

/// An error that the API answers with.
#[derive(Debug, Clone)]
pub(super) struct ApiError {
    pub(super) status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    /// Found before the request was carried out, so that its key is not used up.
    pub(super) is_validation: bool,
}

impl ApiError {
    fn new(status: u16, kind: &'static str, code: Option<&'static str>, message: &str) -> Self {
        Self {
            status,
            kind,
            code,
            message: message.to_owned(),
            param: None,
            is_validation: false,
        }
    }

    /// The request is understood and cannot be carried out.
    pub(super) fn refused(code: &'static str, message: &str) -> Self {
        Self::new(400, "invalid_request_error", Some(code), message)
    }

    /// A refund above what is left; Stripe gives it no code.
    pub(super) fn too_large(message: &str) -> Self {
        Self::new(400, "invalid_request_error", None, message)
    }

    pub(super) fn missing(what: &str) -> Self {
        let message = format!("No such {what}");
        Self::new(
            404,
            "invalid_request_error",
            Some("resource_missing"),
            &message,
        )
    }

    pub(super) fn parameter(code: &'static str, name: &str) -> Self {
        Self {
            is_validation: true,
            ..Self::refused(code, &format!("parameter: {name}"))
        }
    }

    /// A value that must be unique is used already.
    pub(super) fn taken(name: &str) -> Self {
        let message = format!("{name} is used already");
        Self {
            param: Some(name.to_owned()),
            ..Self::new(400, "invalid_request_error", None, &message)
        }
    }

    pub(super) fn not_authorized() -> Self {
        let message = "Invalid API Key provided";
        Self::new(401, "invalid_request_error", None, message)
    }

    pub(super) fn key_in_use() -> Self {
        let message = "There is currently another in-progress request using this Idempotent Key.";
        Self::new(
            409,
            "idempotency_error",
            Some("idempotency_key_in_use"),
            message,
        )
    }

    pub(super) fn key_reused() -> Self {
        let message = "Keys for idempotent requests can only be used with the same parameters.";
        Self::new(400, "idempotency_error", None, message)
    }

    pub(super) fn rate_limited() -> Self {
        let message = "Request rate limit exceeded.";
        Self::new(429, "invalid_request_error", Some("rate_limit"), message)
    }

    pub(super) fn internal() -> Self {
        Self::new(500, "api_error", None, "An unknown error occurred.")
    }

    pub(super) fn unavailable() -> Self {
        Self::new(503, "api_error", None, "The service is unavailable.")
    }

    pub(super) fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = code.into();
        }
        if let Some(param) = &self.param {
            error["param"] = param.as_str().into();
        }
        json!({ "error": error })
    }
}
