//! An HTTP client that stands between the SDK and the table and lets through what it likes: transactions are
//! cancelled by conflicts or throttles, requests are throttled, and answers are lost after the request was
//! carried out.

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

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The transaction is cancelled: another one holds its item at this place. Nothing is written.
    Conflict(usize),
    /// The transaction is cancelled for lack of capacity. Nothing is written.
    Throttled,
    /// The whole request is turned away. Nothing is written.
    Refused,
    /// The request is carried out, and its answer is lost.
    AnswerLost,
}

/// Says what goes wrong with the nth attempt at a transaction, counted from 0, over all and of this one.
pub(crate) type Plan = Arc<dyn Fn(u64, u64) -> Option<Fault> + Send + Sync>;

/// The client.
#[derive(Clone)]
pub(crate) struct Faulty {
    behind: SharedHttpClient,
    plan: Plan,
    forgets_tokens: bool,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    seen: u64,
    injected: u64,
    by_content: HashMap<String, u64>,
}

impl Faulty {
    pub(crate) fn new(
        behind: SharedHttpClient,
        plan: impl Fn(u64, u64) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        Self {
            behind,
            plan: Arc::new(plan),
            forgets_tokens: false,
            counts: Arc::default(),
        }
    }

    /// Takes the token off every transaction, as if it were sent long after DynamoDB has forgotten it.
    pub(crate) fn forgetting_tokens(self) -> Self {
        Self {
            forgets_tokens: true,
            ..self
        }
    }

    /// How many attempts were made at transactions, and with how many something went wrong.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let counts = self.counts.lock().unwrap();
        (counts.seen, counts.injected)
    }

    /// What goes wrong with an attempt at the transaction of this content.
    fn next(&self, content: String) -> Option<Fault> {
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

impl std::fmt::Debug for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Faulty")
    }
}

impl HttpClient for Faulty {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        parts: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let behind = self.behind.http_connector(settings, parts);
        SharedHttpConnector::new(Between {
            behind,
            faulty: self.clone(),
        })
    }
}

#[derive(Debug)]
struct Between {
    behind: SharedHttpConnector,
    faulty: Faulty,
}

impl HttpConnector for Between {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target");
        if !target.is_some_and(|target| target.ends_with(".TransactWriteItems")) {
            return self.behind.call(request);
        }
        let mut body: serde_json::Value =
            serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let items = body["TransactItems"].as_array().unwrap().len();
        let fault = self.faulty.next(body["TransactItems"].to_string());
        if self.faulty.forgets_tokens {
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
            Fault::Conflict(place) => cancelled(items, place, "TransactionConflict"),
            Fault::Throttled => cancelled(items, 0, "ThrottlingError"),
            Fault::Refused => answer("com.amazonaws.dynamodb.v20120810#ThrottlingException", ""),
            Fault::AnswerLost => {
                let carried_out = self.behind.call(request);
                HttpConnectorFuture::new(async move {
                    carried_out.await?;
                    Err(ConnectorError::timeout("the answer was lost".into()))
                })
            }
        }
    }
}

fn cancelled(items: usize, place: usize, code: &str) -> HttpConnectorFuture {
    let reason = |item| {
        let code = if item == place % items { code } else { "None" };
        serde_json::json!({ "Code": code })
    };
    let reasons: Vec<_> = (0..items).map(reason).collect();
    let reasons = format!(
        r#","CancellationReasons":{}"#,
        serde_json::Value::from(reasons)
    );
    answer(
        "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        &reasons,
    )
}

fn answer(kind: &str, more: &str) -> HttpConnectorFuture {
    let body = format!(r#"{{"__type":"{kind}","message":"injected"{more}}}"#);
    let mut response = HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body));
    response
        .headers_mut()
        .insert("content-type", "application/x-amz-json-1.0");
    HttpConnectorFuture::ready(Ok(response))
}
