//! What a story runs in: the stack under test, clients of its APIs as any of its users, the
//! warehouse server and the double of Stripe.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::Value;

use crate::{
    cloud::Cloud,
    http::{Http, Response},
    locations,
    outcome::{Outcome, StoryError, expect},
    queues,
    reporter::Reporter,
    shop::Basket,
    stack::Stack,
    stripe::{Delivery, Stripe},
    users::Users,
    wait,
    warehouse::Warehouse,
};

#[derive(Debug)]
pub struct Environment {
    pub stack: Stack,
    /// AWS APIs, with the stack's own keys.
    pub cloud: Cloud,
    /// Serves the webhook URLs of all locations.
    pub warehouse: Warehouse,
    /// The payment gateway; it tells the stack at once what happens.
    pub stripe: Stripe,
    pub users: Users,
    /// Messages in dead-letter queues when the environment was opened, by queue.
    pub dead_letters_before: BTreeMap<String, u64>,
    http: Http,
    reporter: Reporter,
    secrets: Mutex<BTreeMap<String, String>>,
    /// Part of every name, so that runs on one stack do not meet.
    run: String,
    count: AtomicU32,
}

impl Environment {
    /// Starts the warehouse server and connects its locations to the stack.
    ///
    /// # Errors
    /// When the stack does not respond as it should.
    pub fn open(stack: Stack, reporter: Reporter) -> Outcome<Self> {
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
        let stripe = Stripe::open(stack.payment_gateway.trim_start_matches("http://"))?;
        let webhooks = format!("{}/webhooks/stripe", stack.api);
        stripe.send_webhooks(&webhooks, &stack.secrets.stripe, Delivery::AtOnce);
        let mut env = Self {
            cloud,
            users: Users::new(http.clone(), &stack),
            dead_letters_before: BTreeMap::new(),
            warehouse: Warehouse::open()?,
            stripe,
            http,
            reporter,
            secrets: Mutex::new(secrets),
            run: run_name(),
            count: AtomicU32::new(0),
            stack,
        };
        env.dead_letters_before = queues::dead_letters(&env)?;
        locations::connect_all(&env)?;
        Ok(env)
    }

    /// Removes the locations' URLs, which end with this process.
    ///
    /// # Errors
    /// When the stack does not respond as it should, or the warehouse has rejected a request.
    pub fn close(&self) -> Outcome {
        locations::disconnect_all(self)?;
        expect(
            "requests that the warehouse rejected",
            self.warehouse.rejected(),
            Vec::<String>::new(),
        )
    }

    pub fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    pub fn basket(&self) -> Basket<'_> {
        Basket::new(self)
    }

    /// A unique name.
    pub fn name(&self, prefix: &str) -> String {
        format!("{prefix}{}{}", self.run, self.next())
    }

    /// A SKU that no other story uses.
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

    /// Calls the API as a user of this group.
    ///
    /// # Errors
    /// When there is no response.
    pub fn api(
        &self,
        group: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Outcome<Response> {
        self.api_with_key(group, method, path, body, &self.name("key-"))
    }

    /// The same, with this idempotency key.
    ///
    /// # Errors
    /// When there is no response.
    pub fn api_with_key(
        &self,
        group: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
        key: &str,
    ) -> Outcome<Response> {
        let bearer = format!("Bearer {}", self.users.token(group)?);
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

    /// Posts to the HTTP API with these headers only.
    ///
    /// # Errors
    /// When there is no response.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Outcome<Response> {
        self.http.send("POST", &self.url(path), headers, Some(body))
    }

    /// Gets from the HTTP API with these headers only.
    ///
    /// # Errors
    /// When there is no response.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Outcome<Response> {
        self.http.send("GET", &self.url(path), headers, None)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stack.api)
    }

    /// The secret that signs webhooks to this path below `/webhooks`.
    ///
    /// # Errors
    /// When there is none.
    pub fn secret_of(&self, path: &str) -> Outcome<String> {
        let none = || StoryError::Failed(format!("no secret is known for /webhooks/{path}"));
        lock(&self.secrets).get(path).cloned().ok_or_else(none)
    }

    pub(crate) fn remember_secret(&self, path: String, secret: String) {
        lock(&self.secrets).insert(path, secret);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Four letters and digits from the time in seconds: repeats after about 19 days.
fn run_name() -> String {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut left = usize::try_from(wait::now().as_second()).unwrap_or(0);
    let mut name = String::new();
    for _ in 0..4 {
        let digit = DIGITS[left.rem_euclid(DIGITS.len())];
        name.insert(0, char::from(digit));
        left = left.div_euclid(DIGITS.len());
    }
    name
}
