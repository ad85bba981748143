//! An HTTP client between the SDK and DynamoDB that injects faults into transactions: conflicts, throttling, and
//! responses lost after the request was carried out.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The transaction is cancelled by a conflict at the item of this index (modulo its items). Nothing is written.
    Conflict(usize),
    /// The transaction is cancelled by throttling. Nothing is written.
    TransactionThrottled,
    /// The request is refused by throttling. Nothing is written.
    RequestThrottled,
    /// The request is carried out, and its response is lost.
    ResponseLost,
}

/// Chooses the fault of an attempt at a transaction, by the number of attempts before it: over all, and of this one.
pub(crate) type FaultPlan = Arc<dyn Fn(u64, u64) -> Option<Fault> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct FaultInjector {
    behind: SharedHttpClient,
    plan: FaultPlan,
    removes_tokens: bool,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    seen: u64,
    injected: u64,
    by_content: HashMap<String, u64>,
}

impl FaultInjector {
    pub(crate) fn new(
        behind: SharedHttpClient,
        plan: impl Fn(u64, u64) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        Self {
            behind,
            plan: Arc::new(plan),
            removes_tokens: false,
            counts: Arc::default(),
        }
    }

    /// Removes the token of every transaction, as if it were sent after DynamoDB has forgotten it.
    pub(crate) fn removing_tokens(self) -> Self {
        Self {
            removes_tokens: true,
            ..self
        }
    }

    /// Attempts at transactions, and injected faults.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let counts = self.counts.lock().unwrap();
        (counts.seen, counts.injected)
    }

    /// The fault of the next attempt at the transaction of this content.
    fn next_fault(&self, content: String) -> Option<Fault> {
        let mut counts = self.counts.lock().unwrap();
        let of_this_one = counts.by_content.entry(content).or_default();
        let attempt = *of_this_one;
        *of_this_one += 1;
        let fault = (self.plan)(counts.seen, attempt);
        counts.seen += 1;
        counts.injected += u64::from(fault.is_some());
        fault
    }
}

impl std::fmt::Debug for FaultInjector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FaultInjector")
    }
}

impl HttpClient for FaultInjector {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        parts: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let behind = self.behind.http_connector(settings, parts);
        SharedHttpConnector::new(InjectingConnector {
            behind,
            injector: self.clone(),
        })
    }
}

#[derive(Debug)]
struct InjectingConnector {
    behind: SharedHttpConnector,
    injector: FaultInjector,
}

impl HttpConnector for InjectingConnector {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target");
        if !target.is_some_and(|target| target.ends_with(".TransactWriteItems")) {
            return self.behind.call(request);
        }
        let mut body: serde_json::Value =
            serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let items = body["TransactItems"].as_array().unwrap().len();
        let fault = self.injector.next_fault(body["TransactItems"].to_string());
        if self.injector.removes_tokens {
            body.as_object_mut().unwrap().remove("ClientRequestToken");
            let body = body.to_string();
            request
                .headers_mut()
                .insert("content-length", body.len().to_string());
            *request.body_mut() = SdkBody::from(body);
        }
        let Some(fault) = fault else {
            return self.behind.call(request);
        };
        match fault {
            Fault::Conflict(index) => cancelled(items, index, "TransactionConflict"),
            Fault::TransactionThrottled => cancelled(items, 0, "ThrottlingError"),
            Fault::RequestThrottled => {
                error_response("com.amazonaws.dynamodb.v20120810#ThrottlingException", "")
            }
            Fault::ResponseLost => {
                let carried_out = self.behind.call(request);
                HttpConnectorFuture::new(async move {
                    carried_out.await?;
                    Err(ConnectorError::timeout("the response was lost".into()))
                })
            }
        }
    }
}

fn cancelled(items: usize, index: usize, code: &str) -> HttpConnectorFuture {
    let reason = |item| {
        let code = if item == index % items { code } else { "None" };
        serde_json::json!({ "Code": code })
    };
    let reasons: Vec<_> = (0..items).map(reason).collect();
    let reasons = format!(
        r#","CancellationReasons":{}"#,
        serde_json::Value::from(reasons)
    );
    error_response(
        "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        &reasons,
    )
}

fn error_response(kind: &str, more: &str) -> HttpConnectorFuture {
    let body = format!(r#"{{"__type":"{kind}","message":"injected"{more}}}"#);
    let mut response = HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body));
    response
        .headers_mut()
        .insert("content-type", "application/x-amz-json-1.0");
    HttpConnectorFuture::ready(Ok(response))
}
