//! A api at which requests are put to the API, as callers of every role.

use app::{
    memory::{ManualClock, MemoryDeadLetters, MemoryProvider, MemoryRedrive, MemoryStore},
    ports::Clock,
    usecases::{apply_inbound, breaker::GuardedProvider},
};
use domain::{
    ids::{FulfillmentOrderId, LocationId, OrderId},
    inbound::{Fact, FulfillmentFact, Inbound, OrderReference, PaymentFact},
    order::ShownAfter,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use stories::{gateway::GatewayDouble, inbound_queue::SentQueue};
use web::{Env, Request, Response, Scope, Settings, serve};

/// The API over a store in memory, with a clock that stands still.
pub(crate) struct ApiHarness {
    pub(crate) store: MemoryStore,
    pub(crate) clock: ManualClock,
    pub(crate) queues: MemoryDeadLetters,
    /// What orders get that say nothing.
    pub(crate) settings: Settings,
}

/// A response and its JSON.
#[derive(Debug)]
pub(crate) struct ApiResponse {
    pub(crate) response: Response,
    pub(crate) json: Value,
}

impl ApiResponse {
    /// The JSON, when the status is the one expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(
            self.response.status().as_u16(),
            status,
            "{}",
            self.response.body()
        );
        self.json
    }

    /// The problem's code, when the status is the one expected.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> String {
        assert_eq!(
            self.response
                .headers()
                .get("content-type")
                .and_then(|value| value.to_str().ok()),
            Some("application/problem+json"),
            "{:?}",
            self.response
        );
        let problem = self.expect(status);
        assert_eq!(problem["status"], status);
        assert_eq!(
            problem["type"],
            format!("urn:oms:problem:{}", problem["code"].as_str().unwrap())
        );
        assert!(
            !problem["title"].as_str().unwrap().is_empty()
                && !problem["detail"].as_str().unwrap().is_empty()
        );
        problem["code"].as_str().unwrap().to_owned()
    }
}

/// A request as the gateway passes it on for a user of a group.
pub(crate) fn request(
    group: &str,
    method: &str,
    target: &str,
    body: &str,
    key: Option<&str>,
) -> Request {
    let mut request = http::Request::builder()
        .method(method)
        .uri(target)
        .header("content-type", "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key.as_bytes());
    }
    let claims = json!({ "sub": format!("user-{}", group.replace(' ', "-")), "username": "jane", "cognito:groups": format!("[{group}]") });
    request
        .extension(app::access::Claims(claims.as_object().cloned().unwrap()))
        .body(body.as_bytes().to_vec())
        .unwrap()
}

impl ApiHarness {
    /// A api on 22 November 2026 with a warehouse in Berlin.
    pub(crate) async fn new() -> Self {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let api = Self {
            store: MemoryStore::default(),
            clock: ManualClock::new(now, 7),
            queues: MemoryDeadLetters::default(),
            settings: Settings::default(),
        };
        api.put(
            "/api/oms/locations/berlin",
            &json!({ "name": "Berlin", "kind": "warehouse" }),
        )
        .await
        .expect(200);
        api
    }

    /// Sends a request to the function that serves it.
    pub(crate) async fn send(&self, request: &Request) -> ApiResponse {
        let scope = if request.uri().path().ends_with("/cancel") {
            Scope::Cancellation
        } else {
            Scope::Api
        };
        let env = Env {
            clock: &self.clock,
            queues: &self.queues,
        };
        let response = serve(&self.store, &env, &self.settings, request, scope).await;
        let json = serde_json::from_str(response.body()).unwrap();
        ApiResponse { response, json }
    }

    pub(crate) async fn get(&self, group: &str, target: &str) -> ApiResponse {
        self.send(&request(group, "GET", target, "", None)).await
    }

    pub(crate) async fn post(
        &self,
        group: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> ApiResponse {
        self.send(&request(group, "POST", path, &body.to_string(), Some(key)))
            .await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> ApiResponse {
        self.put_as("admin", path, body).await
    }

    pub(crate) async fn put_as(&self, group: &str, path: &str, body: &Value) -> ApiResponse {
        self.send(&request(group, "PUT", path, &body.to_string(), None))
            .await
    }

    /// Receives units at a location.
    pub(crate) async fn receive(&self, key: &str, sku: &str, location: &str, units: u32) {
        let movement = json!({ "kind": "received", "quantity": units });
        let body = json!({ "sku": sku, "location": location, "movement": movement });
        self.post("operator", "/api/oms/stock/adjustments", key, &body)
            .await
            .expect(200);
    }

    /// Places an order; gives its id.
    pub(crate) async fn place(&self, order: &Value) -> OrderId {
        let key = format!("place-{}", order["number"].as_str().unwrap());
        let placed = self
            .post("agent", "/api/oms/orders", &key, order)
            .await
            .expect(201);
        placed["id"].as_str().unwrap().parse().unwrap()
    }

    /// The payment provider reports a capture.
    pub(crate) async fn pay(&self, order: OrderId, amount: i64) {
        let fact = PaymentFact::Captured {
            amount,
            currency: "EUR".parse().unwrap(),
        };
        let reference = OrderReference {
            order: Some(order.to_string()),
            intent: Some(format!("pi_{order}")),
        };
        self.receives_webhook(
            &format!("evt_pay_{order}"),
            None,
            Fact::Payment {
                order: reference,
                fact,
            },
        )
        .await;
    }

    /// Routes and dispatches an order.
    pub(crate) async fn route(&self, order: OrderId) {
        let redrive = json!({ "redrive": { "order": order } }).to_string();
        app::usecases::route::on_message(&self.store, &self.clock, &redrive)
            .await
            .unwrap();
        app::usecases::dispatch::on_message(
            &self.store,
            &GuardedProvider::new(&MemoryProvider::default()),
            &self.clock,
            &redrive,
        )
        .await
        .unwrap();
    }

    /// Releases the backorders of a SKU.
    pub(crate) async fn drain(&self, sku: &str) {
        let drain = json!({ "drain": { "sku": sku } }).to_string();
        app::usecases::release_backorders::on_message(
            &self.store,
            &self.clock,
            &MemoryRedrive::default(),
            ShownAfter::default(),
            &drain,
            jiff::Timestamp::MAX,
        )
        .await
        .unwrap();
    }

    /// Performs what the payment gateway is asked to do for an order.
    pub(crate) async fn perform_effects(&self, gateway: &GatewayDouble, order: OrderId) {
        let redrive = json!({ "redrive": { "order": order } }).to_string();
        let (inbound, own) = (&SentQueue::default(), &SentQueue::default());
        app::usecases::payments::on_message(
            &self.store,
            gateway,
            &app::usecases::payments::Queues { inbound, own },
            &self.clock,
            &redrive,
            Timestamp::MAX,
        )
        .await
        .unwrap();
    }

    /// The location reports on its fulfillment order that is not shipped yet.
    pub(crate) async fn reports(
        &self,
        id: &str,
        order: OrderId,
        location: &str,
        fact: FulfillmentFact,
    ) {
        let view = self
            .get("admin", &format!("/api/oms/orders/{order}"))
            .await
            .expect(200);
        let found = view["fulfillment_orders"].as_array().unwrap();
        let found = found
            .iter()
            .find(|f| f["location"] == location && f["status"] != "shipped")
            .unwrap();
        let fulfillment_order: FulfillmentOrderId = found["id"].as_str().unwrap().parse().unwrap();
        let fact = Fact::Fulfillment {
            order,
            fulfillment_order,
            fact,
        };
        self.receives_webhook(id, Some(location.parse().unwrap()), fact)
            .await;
    }

    pub(crate) async fn receives_webhook(
        &self,
        id: &str,
        location: Option<LocationId>,
        fact: Fact,
    ) {
        let source = if location.is_some() { "wms" } else { "stripe" };
        let now = self.clock.now();
        let inbound = Inbound {
            source: source.to_owned(),
            id: id.to_owned(),
            location,
            occurred_at: now,
            received_at: now,
            fact,
        };
        apply_inbound::apply(
            &self.store,
            &self.clock,
            apply_inbound::CLOSING_GRACE_S,
            &inbound,
        )
        .await
        .unwrap();
    }

    /// The order as a role sees it that gives a reason to see personal data.
    pub(crate) async fn revealed(&self, group: &str, order: OrderId) -> Value {
        let path = format!("/api/oms/orders/{order}?personal_data=a%20test");
        self.get(group, &path).await.expect(200)
    }

    /// The order as a role sees it.
    pub(crate) async fn order(&self, group: &str, order: OrderId) -> Value {
        self.get(group, &format!("/api/oms/orders/{order}"))
            .await
            .expect(200)
    }
}
