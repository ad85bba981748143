//! A double of Stripe that others wrote, as a process of its own: our client speaks the form encoding that it reads, and
//! our door accepts what it signs. It forgets idempotency keys and refunds more than was paid, so it proves nothing about
//! that a command happens once.

use std::{
    net::TcpListener,
    process::{Child, Stdio},
    time::Duration,
};

use app::ports::PaymentGateway;
use domain::order::{Effect, EffectAction, EffectOutcome, RefundStatus};
use egress::HttpsGateway;
use live::{
    http::{Http, Response},
    wait::{self, Poll},
};

use crate::{
    intake::{Intake, SECRET, read},
    python::program,
    support::{Noon, SecretsDouble, cancel, capture, command, is_refund, order, refund},
};

const KEY: &str = "sk_test_localstripe";

/// The process, which ends with this.
struct LocalStripe {
    process: Child,
    url: String,
    http: Http,
    gateway: HttpsGateway<SecretsDouble, Noon>,
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl LocalStripe {
    fn start() -> Self {
        // It cannot choose a free port itself.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let process = program("localstripe")
            .args(["--from-scratch", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let secrets = SecretsDouble::default();
        secrets.store(KEY);
        let gateway = HttpsGateway::new(&url, secrets, Noon, true).unwrap();
        let started = Self {
            process,
            url,
            http: Http::default(),
            gateway,
        };
        let answers = || {
            let answer = started.http.send("GET", &started.url, &[], None);
            Ok(answer.map_or_else(
                |error| Poll::Pending(error.to_string()),
                |_| Poll::Ready(()),
            ))
        };
        wait::until("localstripe", Duration::from_secs(30), answers).unwrap();
        started
    }

    fn post(&self, path: &str, form: &str) -> Response {
        let authorization = format!("Bearer {KEY}");
        let headers = [
            ("Authorization", authorization.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let url = format!("{}{path}", self.url);
        let answer = self
            .http
            .send("POST", &url, &headers, Some(form.as_bytes()));
        let answer = answer.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer
    }

    /// An intent of 20.00 that names our order and is confirmed with a test card; its id.
    fn pay(&self, capture: &str) -> String {
        let form = format!(
            "amount=2000&currency=eur&payment_method=pm_card_visa&capture_method={capture}&metadata[order_id]={}",
            order()
        );
        let intent = self.post("/v1/payment_intents", &form).text("/id");
        self.post(&format!("/v1/payment_intents/{intent}/confirm"), "");
        intent
    }

    fn get(&self, path: &str) -> Response {
        let authorization = format!("Bearer {KEY}");
        let headers = [("Authorization", authorization.as_str())];
        let url = format!("{}{path}", self.url);
        self.http.send("GET", &url, &headers, None).unwrap()
    }

    /// Whether the charge of an intent is captured, and what of it was released or given back.
    fn charge(&self, intent: &str) -> (bool, i64) {
        let intent = self.get(&format!("/v1/payment_intents/{intent}")).json();
        let charge = &intent["latest_charge"];
        let released = charge["amount_refunded"].as_i64();
        (charge["captured"] == true, released.unwrap())
    }

    async fn perform(&self, effect: &Effect) -> EffectOutcome {
        let performed = self.gateway.perform(&command(effect)).await.unwrap();
        performed.unwrap()
    }
}

/// The effect, about this intent.
fn of(intent: &str, effect: Effect) -> Effect {
    let intent = intent.to_owned();
    let action = match effect.action {
        EffectAction::Refund { amount, .. } => EffectAction::Refund { intent, amount },
        EffectAction::Capture {
            amount,
            captured_before,
            ..
        } => EffectAction::Capture {
            intent,
            amount,
            captured_before,
            keeps_rest: false,
        },
        EffectAction::ReleaseRest { .. } => EffectAction::ReleaseRest { intent },
        EffectAction::CancelIntent { .. } => EffectAction::CancelIntent { intent },
        reversal @ EffectAction::ReverseTax(_) => reversal,
    };
    Effect { action, ..effect }
}

#[tokio::test]
async fn another_double_understands_captures_cancellations_and_refunds() {
    let stripe = LocalStripe::start();
    let intent = stripe.pay("manual");
    let captured = of(&intent, capture(1, 1500, 0));
    // It captures, and answers in an API version that does not say how much: that is not taken for an outcome.
    let failure = stripe.gateway.perform(&command(&captured)).await;
    assert_eq!(failure.unwrap_err().code(), "gateway_unavailable");
    let (captured, released) = stripe.charge(&intent);
    assert_eq!((captured, released), (true, 500));
    let first = stripe.perform(&of(&intent, refund(2, 400))).await;
    assert!(is_refund(&first, 400, RefundStatus::Succeeded), "{first:?}");
    let second = stripe.perform(&of(&intent, refund(3, 400))).await;
    assert_ne!(first, second, "two equal refunds are two");
    // Each is found by the effect that it names.
    for (effect, outcome) in [(2, first), (3, second)] {
        let effect = of(&intent, refund(effect, 400));
        let found = stripe.gateway.find(&command(&effect)).await.unwrap();
        assert_eq!(found, Some(outcome));
    }
    let unknown = of(&intent, refund(4, 400));
    let found = stripe.gateway.find(&command(&unknown)).await.unwrap();
    assert_eq!(found, None);
    let other = stripe.pay("manual");
    let outcome = stripe.perform(&of(&other, cancel(1))).await;
    assert_eq!(outcome, EffectOutcome::Cancelled);
}

#[tokio::test]
async fn webhooks_that_another_double_signs_are_accepted() {
    let (stripe, intake) = (LocalStripe::start(), Intake::open());
    let config = format!("url={}&secret={SECRET}", intake.url);
    stripe.post("/_config/webhooks/oms", &config);
    stripe.pay("automatic");
    let received = || {
        let first = intake.received().into_iter().next();
        Ok(first.map_or_else(|| Poll::Pending("no webhook".to_owned()), Poll::Ready))
    };
    let webhook = wait::until("a webhook", Duration::from_secs(30), received).unwrap();
    // Its signature is good. What it signs is of an API version that does not say what was received.
    let rejection = read(&webhook, SECRET).unwrap_err();
    assert!(
        rejection.to_string().contains("amount_received"),
        "{rejection}"
    );
    let rejection = read(&webhook, "whsec_other").unwrap_err();
    assert_eq!(rejection.code(), "wrong_signature");
}
