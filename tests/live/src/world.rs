//! Everyone in a story, and the ways between them: the stack, the shop, Stripe, the warehouse, who logs in.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    cloud::Cloud,
    http::{Answer, Http},
    locations,
    narrator::Narrator,
    outcome::{Told, Trouble, expect},
    shop::Basket,
    stack::Stack,
    table,
    warehouse::Warehouse,
    watch,
};

/// Everyone in a story.
#[derive(Debug)]
pub struct World {
    /// The stack.
    pub stack: Stack,
    /// AWS, as the operator.
    pub cloud: Cloud,
    /// The warehouse behind all locations.
    pub warehouse: Warehouse,
    /// Messages that had been given up before, by queue.
    pub given_up_before: BTreeMap<String, u64>,
    http: Http,
    narrator: Narrator,
    tokens: Mutex<BTreeMap<String, String>>,
    secrets: Mutex<BTreeMap<String, String>>,
    run: String,
    count: AtomicU32,
}

impl World {
    /// Opens the warehouse and connects its locations to the stack.
    ///
    /// # Errors
    /// When the stack does not answer as it should.
    pub fn open(stack: Stack, narrator: Narrator) -> Told<Self> {
        let http = Http::default();
        let cloud = Cloud::new(http.clone(), &stack, &stack.credentials);
        let mut secrets: BTreeMap<String, String> = stack
            .secrets
            .webhooks
            .iter()
            .map(|(id, secret)| (locations::path(id), secret.clone()))
            .collect();
        secrets.insert(
            connect::vendors::stripe::NAME.to_owned(),
            stack.secrets.stripe.clone(),
        );
        let mut world = Self {
            cloud,
            given_up_before: BTreeMap::new(),
            warehouse: Warehouse::open()?,
            http,
            narrator,
            tokens: Mutex::default(),
            secrets: Mutex::new(secrets),
            run: run_name(),
            count: AtomicU32::new(0),
            stack,
        };
        world.given_up_before = table::given_up(&world)?;
        locations::connect_all(&world)?;
        Ok(world)
    }

    /// Disconnects the locations: nothing is left that leads to a warehouse which is not there any more.
    ///
    /// # Errors
    /// When the stack does not answer as it should.
    pub fn close(&self) -> Told {
        locations::disconnect_all(self)?;
        expect(
            "requests that the warehouse could not take",
            self.warehouse.complaints(),
            Vec::<String>::new(),
        )
    }

    /// The teller.
    pub fn narrator(&self) -> &Narrator {
        &self.narrator
    }

    /// A new basket in the shop.
    pub fn basket(&self) -> Basket<'_> {
        Basket::new(self)
    }

    /// A name that nothing had before.
    pub fn name(&self, prefix: &str) -> String {
        format!("{prefix}{}{}", self.run, self.next())
    }

    /// A SKU that no other story knows.
    pub fn sku(&self, name: &str) -> String {
        format!("{name}.{}-{}", self.run, self.next())
    }

    pub(crate) fn order_number(&self) -> String {
        format!("{}-{}", self.run, self.next())
    }

    fn next(&self) -> u32 {
        self.count
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(101)
    }

    /// Calls the API as someone of a group.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn api(&self, group: &str, method: &str, path: &str, body: Option<&Value>) -> Told<Answer> {
        self.api_with_key(group, method, path, body, &self.name("key-"))
    }

    /// The same, under an idempotency key of the caller's choice.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn api_with_key(
        &self,
        group: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
        key: &str,
    ) -> Told<Answer> {
        let bearer = format!("Bearer {}", self.token(group)?);
        let mut headers = vec![("authorization", bearer.as_str())];
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        if method == "POST" {
            headers.push(("idempotency-key", key));
        }
        let text = body.map(Value::to_string);
        self.http.send(
            method,
            &self.url(path),
            &headers,
            text.as_deref().map(str::as_bytes),
        )
    }

    /// Posts something to the HTTP API without logging in.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Told<Answer> {
        self.http.send("POST", &self.url(path), headers, Some(body))
    }

    /// Gets something from the HTTP API with these headers.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Told<Answer> {
        self.http.send("GET", &self.url(path), headers, None)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stack.api)
    }

    /// A token of someone of that group, got once and kept.
    ///
    /// # Errors
    /// When nobody of the group may log in.
    pub fn token(&self, group: &str) -> Told<String> {
        if let Some(token) = lock(&self.tokens).get(group) {
            return Ok(token.clone());
        }
        let token = self.log_in(group)?.access_token;
        lock(&self.tokens).insert(group.to_owned(), token.clone());
        Ok(token)
    }

    /// Logs someone of a group in.
    ///
    /// # Errors
    /// When nobody of the group may.
    pub fn log_in(&self, group: &str) -> Told<Tokens> {
        #[derive(Deserialize)]
        struct Logged {
            #[serde(rename = "AuthenticationResult")]
            tokens: Tokens,
        }
        let nobody = || Trouble::Broken(format!("there is no log-in of group {group}"));
        let person = self.stack.users.get(group).ok_or_else(nobody)?;
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.stack.user_pool_client_id,
            "AuthParameters": { "USERNAME": person.username, "PASSWORD": person.password },
        });
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            (
                "x-amz-target",
                "AWSCognitoIdentityProviderService.InitiateAuth",
            ),
        ];
        let text = body.to_string();
        let answer = self.http.send(
            "POST",
            &self.stack.endpoint,
            &headers,
            Some(text.as_bytes()),
        )?;
        Ok(answer.success::<Logged>("logging in")?.tokens)
    }

    /// The secret that whoever posts to this path below `/webhooks` signs with.
    ///
    /// # Errors
    /// When there is none.
    pub fn secret_of(&self, path: &str) -> Told<String> {
        let none = || Trouble::Broken(format!("no secret is known for /webhooks/{path}"));
        lock(&self.secrets).get(path).cloned().ok_or_else(none)
    }

    pub(crate) fn learn_secret(&self, path: String, secret: String) {
        lock(&self.secrets).insert(path, secret);
    }
}

/// What a log-in gives.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tokens {
    /// For the API.
    pub access_token: String,
    /// Tells who it is.
    pub id_token: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(***)")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Four letters and digits that no earlier run on this stack had.
fn run_name() -> String {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut left = usize::try_from(watch::now().as_second()).unwrap_or(0);
    let mut name = String::new();
    for _ in 0..4 {
        let digit = DIGITS[left.rem_euclid(DIGITS.len())];
        name.insert(0, char::from(digit));
        left = left.div_euclid(DIGITS.len());
    }
    name
}
