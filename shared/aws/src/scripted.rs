//! An AWS of a few lines for the tests of this crate: answers what it is told to and remembers what it was asked.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::client::Connection;

/// What was asked: the operation and its input.
pub(crate) type Asked = (String, Value);

/// An answer: status and body.
pub(crate) type Answer = (u16, Value);

type Rule = dyn Fn(&Asked) -> Answer + Send + Sync;

/// Answers each request by a rule.
#[derive(Clone)]
pub(crate) struct Scripted {
    rule: Arc<Rule>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Scripted {
    pub(crate) fn new(rule: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self {
            rule: Arc::new(rule),
            asked: Arc::default(),
        }
    }

    /// A connection behind which this answers.
    pub(crate) fn connection(&self) -> Connection {
        let there = Connection::to_endpoint("http://aws.invalid", "us-east-1", "key", "secret");
        there.with_http_client(aws_smithy_runtime_api::client::http::SharedHttpClient::new(
            self.clone(),
        ))
    }

    /// All that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scripted")
    }
}

impl HttpClient for Scripted {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let input =
            serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        let asked = (operation, input);
        let (status, answer) = (self.rule)(&asked);
        self.asked.lock().unwrap().push(asked);
        let response = HttpResponse::new(
            status.try_into().unwrap(),
            SdkBody::from(answer.to_string()),
        );
        HttpConnectorFuture::ready(Ok(response))
    }
}
