//! AWS calls, signed and sent as they are: what an operator does on the console, and a look straight into the
//! store and the queues.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use serde_json::{Value, json};

use crate::{
    http::{Answer, Http},
    outcome::{Told, Trouble},
    stack::{Keys, Stack},
};

/// Calls AWS as someone.
#[derive(Debug, Clone)]
pub struct Cloud {
    http: Http,
    endpoint: String,
    region: String,
    identity: Identity,
}

/// A service: its name in signatures, the prefix of its operations, and the version of its JSON.
#[derive(Debug, Clone, Copy)]
pub struct Service(&'static str, &'static str, &'static str);

/// DynamoDB.
pub const DYNAMODB: Service = Service("dynamodb", "DynamoDB_20120810", "1.0");
/// SQS.
pub const SQS: Service = Service("sqs", "AmazonSQS", "1.0");
/// EventBridge.
pub const EVENTS: Service = Service("events", "AWSEvents", "1.1");
/// CloudWatch Logs.
pub const LOGS: Service = Service("logs", "Logs_20140328", "1.1");
/// Secrets Manager.
pub const SECRETS: Service = Service("secretsmanager", "secretsmanager", "1.1");

/// Why AWS refused a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {code}: {message}")]
pub struct Refused {
    /// What was asked.
    pub operation: String,
    /// The code, such as `AccessDeniedException`.
    pub code: String,
    /// In words.
    pub message: String,
}

impl Cloud {
    /// Calls as the holder of these keys.
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

    /// Calls an operation and tells a refusal from trouble.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn ask(
        &self,
        service: Service,
        operation: &str,
        input: &Value,
    ) -> Told<Result<Value, Refused>> {
        let Service(name, prefix, version) = service;
        let content_type = format!("application/x-amz-json-{version}");
        let target = format!("{prefix}.{operation}");
        let headers = [
            ("content-type", content_type.as_str()),
            ("x-amz-target", target.as_str()),
        ];
        let answer = self.send(name, "POST", "/", &headers, &input.to_string())?;
        Ok(refusal(operation, &answer).map_or_else(|| Ok(answer.json()), Err))
    }

    /// Calls an operation that must not be refused.
    ///
    /// # Errors
    /// When it is.
    pub fn call(&self, service: Service, operation: &str, input: &Value) -> Told<Value> {
        self.ask(service, operation, input)?
            .map_err(|refused| Trouble::Broken(refused.to_string()))
    }

    /// Calls Lambda, and tells a refusal from trouble.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn lambda(&self, method: &str, path: &str, input: &Value) -> Told<Result<Value, Refused>> {
        let path = format!("/2015-03-31/{path}");
        let headers = [("content-type", "application/json")];
        let body = if method == "GET" {
            String::new()
        } else {
            input.to_string()
        };
        let answer = self.send("lambda", method, &path, &headers, &body)?;
        Ok(refusal(&format!("{method} {path}"), &answer).map_or_else(|| Ok(answer.json()), Err))
    }

    /// Runs a function with an event: what it answers.
    ///
    /// # Errors
    /// When Lambda refuses.
    pub fn invoke(&self, function: &str, event: &Value) -> Told<Value> {
        let path = format!("functions/{function}/invocations");
        self.lambda("POST", &path, event)?
            .map_err(|refused| Trouble::Broken(refused.to_string()))
    }

    /// Puts a message on a queue.
    ///
    /// # Errors
    /// When SQS refuses.
    pub fn put_on(&self, queue: &str, body: &Value) -> Told {
        let input = json!({ "QueueUrl": queue, "MessageBody": body.to_string() });
        self.call(SQS, "SendMessage", &input).map(drop)
    }

    /// Messages on a queue, those in work included.
    ///
    /// # Errors
    /// When SQS refuses.
    pub fn depth(&self, queue: &str) -> Told<u64> {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ];
        let answer = self.call(
            SQS,
            "GetQueueAttributes",
            &json!({ "QueueUrl": queue, "AttributeNames": names }),
        )?;
        let count = |name: &&str| {
            answer["Attributes"][*name]
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
    ) -> Told<Answer> {
        let unsigned = |why: String| Trouble::Broken(format!("signing a call of {service}: {why}"));
        let url = format!("{}{path}", self.endpoint);
        let settings = SigningSettings::default();
        #[expect(
            clippy::disallowed_methods,
            reason = "a signature names the time at which it was made"
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

/// What an answer refuses, in the several ways in which services write it.
fn refusal(operation: &str, answer: &Answer) -> Option<Refused> {
    if (200..300).contains(&answer.status) {
        return None;
    }
    let body = answer.json();
    let text = |names: [&str; 3]| {
        names
            .iter()
            .find_map(|name| body[*name].as_str())
            .map(str::to_owned)
    };
    let code = text(["__type", "Code", "code"])
        .or_else(|| answer.header("x-amzn-errortype").map(str::to_owned));
    let code = code.unwrap_or_else(|| answer.status.to_string());
    Some(Refused {
        operation: operation.to_owned(),
        code: code.rsplit('#').next().unwrap_or_default().to_owned(),
        message: text(["message", "Message", "errorMessage"])
            .unwrap_or_else(|| answer.body.clone()),
    })
}
