//! Signed calls of AWS APIs: for what an operator would do on the console, and to read the table and the queues
//! directly.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use serde_json::{Value, json};

use crate::{
    http::{Http, Response},
    outcome::{Outcome, StoryError},
    stack::{Keys, Stack},
};

/// A client of all AWS APIs with one set of keys.
#[derive(Debug, Clone)]
pub struct Cloud {
    http: Http,
    endpoint: String,
    region: String,
    identity: Identity,
}

/// A service: its name in signatures, the prefix of its operations, and its JSON protocol version.
#[derive(Debug, Clone, Copy)]
pub struct Service(&'static str, &'static str, &'static str);

pub const DYNAMODB: Service = Service("dynamodb", "DynamoDB_20120810", "1.0");
pub const SQS: Service = Service("sqs", "AmazonSQS", "1.0");
pub const EVENTS: Service = Service("events", "AWSEvents", "1.1");
pub const LOGS: Service = Service("logs", "Logs_20140328", "1.1");
pub const SECRETS: Service = Service("secretsmanager", "secretsmanager", "1.1");

/// An error response of AWS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {code}: {message}")]
pub struct AwsError {
    pub operation: String,
    /// Such as `AccessDeniedException`.
    pub code: String,
    pub message: String,
}

impl Cloud {
    pub fn new(http: Http, stack: &Stack, keys: &Keys) -> Self {
        let credentials = Credentials::new(
            keys.access_key_id.clone(),
            keys.secret_access_key.clone(),
            keys.session_token.clone(),
            None,
            "stack",
        );
        let (endpoint, region) = (stack.endpoint.clone(), stack.region.clone());
        Self {
            http,
            endpoint,
            region,
            identity: credentials.into(),
        }
    }

    /// Calls an operation; an error response is a value.
    ///
    /// # Errors
    /// When there is no response.
    pub fn request(
        &self,
        service: Service,
        operation: &str,
        input: &Value,
    ) -> Outcome<Result<Value, AwsError>> {
        let Service(name, prefix, version) = service;
        let content_type = format!("application/x-amz-json-{version}");
        let target = format!("{prefix}.{operation}");
        let headers = [
            ("content-type", content_type.as_str()),
            ("x-amz-target", target.as_str()),
        ];
        let response = self.send(name, "POST", "/", &headers, &input.to_string())?;
        Ok(error_of(operation, &response).map_or_else(|| Ok(response.json()), Err))
    }

    /// Calls an operation that must succeed.
    ///
    /// # Errors
    /// When there is an error response, or none.
    pub fn call(&self, service: Service, operation: &str, input: &Value) -> Outcome<Value> {
        self.request(service, operation, input)?
            .map_err(|error| StoryError::Failed(error.to_string()))
    }

    /// Calls Lambda; an error response is a value.
    ///
    /// # Errors
    /// When there is no response.
    pub fn request_lambda(
        &self,
        method: &str,
        path: &str,
        input: &Value,
    ) -> Outcome<Result<Value, AwsError>> {
        let path = format!("/2015-03-31/{path}");
        let headers = [("content-type", "application/json")];
        let body = if method == "GET" {
            String::new()
        } else {
            input.to_string()
        };
        let response = self.send("lambda", method, &path, &headers, &body)?;
        Ok(error_of(&format!("{method} {path}"), &response)
            .map_or_else(|| Ok(response.json()), Err))
    }

    /// Calls an operation of Lambda that must succeed.
    ///
    /// # Errors
    /// When there is an error response, or none.
    pub fn call_lambda(&self, method: &str, path: &str, input: &Value) -> Outcome<Value> {
        self.request_lambda(method, path, input)?
            .map_err(|error| StoryError::Failed(error.to_string()))
    }

    /// Invokes a function with an event and gives its response.
    ///
    /// # Errors
    /// When Lambda refuses.
    pub fn invoke(&self, function: &str, event: &Value) -> Outcome<Value> {
        let path = format!("functions/{function}/invocations");
        self.call_lambda("POST", &path, event)
    }

    /// Sends a message to a queue.
    ///
    /// # Errors
    /// When SQS refuses.
    pub fn send_message(&self, queue: &str, body: &Value) -> Outcome {
        let input = json!({ "QueueUrl": queue, "MessageBody": body.to_string() });
        self.call(SQS, "SendMessage", &input).map(drop)
    }

    /// Messages of a queue: visible, in flight and delayed.
    ///
    /// # Errors
    /// When SQS refuses.
    pub fn depth(&self, queue: &str) -> Outcome<u64> {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ];
        let response = self.call(
            SQS,
            "GetQueueAttributes",
            &json!({ "QueueUrl": queue, "AttributeNames": names }),
        )?;
        let count = |name: &&str| {
            response["Attributes"][*name]
                .as_str()
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0)
        };
        Ok(names.iter().map(count).fold(0, u64::saturating_add))
    }

    fn send(
        &self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Outcome<Response> {
        let unsigned =
            |why: String| StoryError::Failed(format!("signing a call of {service}: {why}"));
        let url = format!("{}{path}", self.endpoint);
        let settings = SigningSettings::default();
        #[expect(
            clippy::disallowed_methods,
            reason = "a signature contains the current time"
        )]
        let time = SystemTime::now();
        let params = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(service)
            .time(time)
            .settings(settings)
            .build()
            .map_err(|e| unsigned(e.to_string()))?;
        let bytes = SignableBody::Bytes(body.as_bytes());
        let request = SignableRequest::new(method, &url, headers.iter().copied(), bytes)
            .map_err(|e| unsigned(e.to_string()))?;
        let (signature, _) = sign(request, &params.into())
            .map_err(|e| unsigned(e.to_string()))?
            .into_parts();
        let all: Vec<(&str, &str)> = headers.iter().copied().chain(signature.headers()).collect();
        self.http.send(
            method,
            &url,
            &all,
            (method != "GET").then_some(body.as_bytes()),
        )
    }
}

/// The error of a response. The services write it in several ways.
fn error_of(operation: &str, response: &Response) -> Option<AwsError> {
    if (200..300).contains(&response.status) {
        return None;
    }
    let body = response.json();
    let text = |names: [&str; 3]| {
        names
            .iter()
            .find_map(|name| body[*name].as_str())
            .map(str::to_owned)
    };
    let code = text(["__type", "Code", "code"])
        .or_else(|| response.header("x-amzn-errortype").map(str::to_owned));
    let code = code.unwrap_or_else(|| response.status.to_string());
    Some(AwsError {
        operation: operation.to_owned(),
        code: code.rsplit('#').next().unwrap_or_default().to_owned(),
        message: text(["message", "Message", "errorMessage"])
            .unwrap_or_else(|| response.body.clone()),
    })
}
