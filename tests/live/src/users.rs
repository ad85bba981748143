//! The users of the stack, one of each group, as they log in.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    http::Http,
    outcome::{Outcome, StoryError},
    stack::{LogIn, Stack},
};

#[derive(Debug)]
pub struct Users {
    http: Http,
    /// The URL of all AWS APIs.
    endpoint: String,
    client_id: String,
    /// By group.
    log_ins: BTreeMap<String, LogIn>,
    /// Those who have logged in, by group.
    logged_in: Mutex<BTreeMap<String, User>>,
}

#[derive(Debug)]
struct User {
    /// As commits name who has acted.
    subject: String,
    tokens: Tokens,
}

/// The result of a log-in.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tokens {
    pub access_token: String,
    pub id_token: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(***)")
    }
}

impl Users {
    pub(crate) fn new(http: Http, stack: &Stack) -> Self {
        Self {
            http,
            endpoint: stack.endpoint.clone(),
            client_id: stack.user_pool_client_id.clone(),
            log_ins: stack.users.clone(),
            logged_in: Mutex::default(),
        }
    }

    /// The access token of the group's user, fetched once.
    ///
    /// # Errors
    /// When the group has no user, or the log-in fails.
    pub fn token(&self, group: &str) -> Outcome<String> {
        if let Some(user) = self.logged_in().get(group) {
            return Ok(user.tokens.access_token.clone());
        }
        let tokens = self.log_in(group)?;
        let token = tokens.access_token.clone();
        let subject = subject(&token)?;
        let user = User { subject, tokens };
        self.logged_in().insert(group.to_owned(), user);
        Ok(token)
    }

    /// The group of the user of this id; none, when no such user has a token from here.
    pub fn group_of(&self, subject: &str) -> Option<String> {
        let users = self.logged_in();
        let found = users.iter().find(|(_, user)| user.subject == subject);
        found.map(|(group, _)| group.clone())
    }

    /// Logs the group's user in.
    ///
    /// # Errors
    /// When the group has no user, or the log-in fails.
    pub fn log_in(&self, group: &str) -> Outcome<Tokens> {
        #[derive(Deserialize)]
        struct LogInResult {
            #[serde(rename = "AuthenticationResult")]
            tokens: Tokens,
        }
        let no_user = || StoryError::Failed(format!("group {group} has no user"));
        let user = self.log_ins.get(group).ok_or_else(no_user)?;
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.client_id,
            "AuthParameters": { "USERNAME": user.username, "PASSWORD": user.password },
        });
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            (
                "x-amz-target",
                "AWSCognitoIdentityProviderService.InitiateAuth",
            ),
        ];
        let text = body.to_string();
        let response = self
            .http
            .send("POST", &self.endpoint, &headers, Some(text.as_bytes()))?;
        Ok(response.success::<LogInResult>("logging in")?.tokens)
    }

    fn logged_in(&self) -> MutexGuard<'_, BTreeMap<String, User>> {
        self.logged_in
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The user's id in the pool, as an access token claims it.
fn subject(token: &str) -> Outcome<String> {
    let unreadable = |problem: &str| StoryError::failed("the claims of a token", problem);
    let claims = token.split('.').nth(1).unwrap_or_default();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims);
    let claims = claims.map_err(|error| unreadable(&error.to_string()))?;
    let claims: Value =
        serde_json::from_slice(&claims).map_err(|error| unreadable(&error.to_string()))?;
    let subject = claims["sub"].as_str().map(str::to_owned);
    subject.ok_or_else(|| unreadable("no sub"))
}
