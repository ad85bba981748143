//! A bus that refuses entries.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use live::{
    cloud::{Cloud, EVENTS},
    environment::Environment,
    outcome::{Outcome, StoryError},
};
use serde_json::{Value, json};
use tiny_http::{Response, Server};

/// A proxy between the relay and the bus that refuses the first entries. Until it is dropped, the relay's endpoint
/// setting points to it.
pub(super) struct RefusingBus<'e> {
    env: &'e Environment,
    function: String,
    original_settings: Value,
    refused: Arc<AtomicU32>,
    server: Arc<Server>,
}

impl<'e> RefusingBus<'e> {
    /// Refuses the first entry of each of the first `refuses` calls, with an error code.
    pub(super) fn open(env: &'e Environment, refuses: u32, code: &'static str) -> Outcome<Self> {
        let server =
            Server::http("127.0.0.1:0").map_err(|e| StoryError::failed("starting the proxy", e))?;
        let server = Arc::new(server);
        let refused = Arc::new(AtomicU32::new(0));
        let function = env.stack.function_name("relay")?.to_owned();
        let path = format!("functions/{function}/configuration");
        let settings =
            env.cloud.call_lambda("GET", &path, &Value::Null)?["Environment"]["Variables"].clone();
        let bus = Self {
            env,
            function,
            original_settings: settings.clone(),
            refused,
            server,
        };
        let (server, refused, cloud) = (
            Arc::clone(&bus.server),
            Arc::clone(&bus.refused),
            env.cloud.clone(),
        );
        thread::spawn(move || serve(&server, &cloud, &refused, refuses, code));
        let mut settings = settings;
        settings["AWS_ENDPOINT_URL_EVENTBRIDGE"] =
            json!(format!("http://{}", bus.server.server_addr()));
        bus.set(&settings)?;
        Ok(bus)
    }

    /// Entries refused so far.
    pub(super) fn refused(&self) -> u32 {
        self.refused.load(Ordering::SeqCst)
    }

    fn set(&self, settings: &Value) -> Outcome {
        let path = format!("functions/{}/configuration", self.function);
        let input = json!({ "Environment": { "Variables": settings } });
        self.env.cloud.call_lambda("PUT", &path, &input).map(drop)
    }
}

impl Drop for RefusingBus<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.set(&self.original_settings) {
            eprintln!("restoring the relay's settings: {error}");
        }
        self.server.unblock();
    }
}

/// Serves `PutEvents` like an EventBridge that refuses the first entry of each of the first `refuses` calls.
fn serve(server: &Server, cloud: &Cloud, refused: &AtomicU32, refuses: u32, code: &str) {
    while let Ok(mut request) = server.recv() {
        let mut body = String::new();
        if request.as_reader().read_to_string(&mut body).is_err() {
            continue;
        }
        let mut input: Value = serde_json::from_str(&body).unwrap_or_default();
        let refusing = refused.load(Ordering::SeqCst) < refuses;
        if refusing {
            refused.fetch_add(1, Ordering::SeqCst);
            if let Some(entries) = input["Entries"]
                .as_array_mut()
                .filter(|entries| !entries.is_empty())
            {
                entries.remove(0);
            }
        }
        let none_left = input["Entries"].as_array().is_none_or(Vec::is_empty);
        let accepted = if none_left {
            json!({ "Entries": [] })
        } else {
            cloud.call(EVENTS, "PutEvents", &input).unwrap_or_default()
        };
        let mut entries = accepted["Entries"].as_array().cloned().unwrap_or_default();
        if refusing {
            entries.insert(0, json!({ "ErrorCode": code, "ErrorMessage": "refused" }));
        }
        let response = json!({ "FailedEntryCount": u32::from(refusing), "Entries": entries });
        drop(request.respond(Response::from_string(response.to_string())));
    }
}
