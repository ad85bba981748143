//! A fake AWS for the tests of this crate: answers by a rule and records the calls.

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

use crate::runtime::client::Connection;

/// One call: the operation and its input.
pub(crate) type Call = (String, Value);

/// HTTP status and body.
pub(crate) type Response = (u16, Value);

type Rule = dyn Fn(&Call) -> Response + Send + Sync;

#[derive(Clone)]
pub(crate) struct ScriptedAws {
    rule: Arc<Rule>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl ScriptedAws {
    pub(crate) fn new(rule: impl Fn(&Call) -> Response + Send + Sync + 'static) -> Self {
        Self {
            rule: Arc::new(rule),
            calls: Arc::default(),
        }
    }

    /// A connection whose calls come here.
    pub(crate) fn connection(&self) -> Connection {
        let connection =
            Connection::to_endpoint("http://aws.invalid", "us-east-1", "key", "secret");
        connection.with_http_client(aws_smithy_runtime_api::client::http::SharedHttpClient::new(
            self.clone(),
        ))
    }

    /// All calls so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

impl std::fmt::Debug for ScriptedAws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ScriptedAws")
    }
}

impl HttpClient for ScriptedAws {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for ScriptedAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let input =
            serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        let call = (operation, input);
        let (status, answer) = (self.rule)(&call);
        self.calls.lock().unwrap().push(call);
        let response = HttpResponse::new(
            status.try_into().unwrap(),
            SdkBody::from(answer.to_string()),
        );
        HttpConnectorFuture::ready(Ok(response))
    }
}
