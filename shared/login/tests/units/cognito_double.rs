//! A double of Cognito on this machine: the pool's keys and the hosted UI's token and revocation endpoints.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

use serde_json::{Value, json};
use tiny_http::{Response, Server};

use crate::signed::{self, jwks};

pub(crate) const CLIENT: &str = "console-client";
pub(crate) const ISSUER: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Pool";
/// When the tests begin, in seconds since 1970.
pub(crate) const NOW: i64 = 1_796_000_000;

pub(crate) struct CognitoDouble {
    pub(crate) url: String,
    server: Arc<Server>,
    state: Arc<Mutex<State>>,
    running: Option<JoinHandle<()>>,
}

struct State {
    /// Path and body of every request.
    requests: Vec<(String, String)>,
    /// Status and body, by path.
    answers: BTreeMap<String, (u16, Value)>,
}

impl CognitoDouble {
    /// One that gives an agent's tokens to everybody who asks.
    pub(crate) fn start() -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let url = format!("http://{}", server.server_addr());
        let tokens = json!({
            "access_token": signed::token(&signed::access()), "id_token": signed::token(&signed::id()),
            "refresh_token": "refresh-1", "token_type": "Bearer", "expires_in": 900,
        });
        let answers = BTreeMap::from([
            ("/keys".to_owned(), (200, jwks(signed::KEY_ID))),
            ("/oauth2/token".to_owned(), (200, tokens)),
            ("/oauth2/revoke".to_owned(), (200, json!({}))),
        ]);
        let state = Arc::new(Mutex::new(State {
            requests: vec![],
            answers,
        }));
        let running = {
            let (server, state) = (Arc::clone(&server), Arc::clone(&state));
            std::thread::spawn(move || {
                for mut request in server.incoming_requests() {
                    let mut body = String::new();
                    request.as_reader().read_to_string(&mut body).unwrap();
                    let path = request.url().to_owned();
                    let (status, answer) = {
                        let mut state = state.lock().unwrap();
                        state.requests.push((path.clone(), body));
                        state
                            .answers
                            .get(&path)
                            .cloned()
                            .unwrap_or((404, json!({})))
                    };
                    let response = Response::from_string(answer.to_string());
                    let _ = request.respond(response.with_status_code(status));
                }
            })
        };
        Self {
            url,
            server,
            state,
            running: Some(running),
        }
    }

    /// From now on it answers so at a path.
    pub(crate) fn answers(&self, path: &str, status: u16, body: Value) {
        let mut state = self.state.lock().unwrap();
        state.answers.insert(path.to_owned(), (status, body));
    }

    /// The bodies of the requests to a path.
    pub(crate) fn asked(&self, path: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let to_path = state.requests.iter().filter(|(known, _)| known == path);
        to_path.map(|(_, body)| body.clone()).collect()
    }
}

impl Drop for CognitoDouble {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(running) = self.running.take() {
            running.join().unwrap();
        }
    }
}
