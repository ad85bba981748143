//! The double tells of what has happened as Stripe does: signed, at once or late, once or twice, naming the effect.

use std::{
    sync::{Arc, Mutex},
    thread,
};

use connect::{Headers, ParsedWebhook, Secrets, SignedRequest, registry};
use domain::{
    inbound::{Fact, PaymentFact},
    order::RefundStatus,
};
use live::{stripe::Delivery, wait};

use crate::support::{World, cancel, capture, refund};

const SECRET: &str = "whsec_double";

/// Receives webhooks as intake does, and keeps their facts.
#[derive(Clone)]
struct Intake {
    url: String,
    facts: Arc<Mutex<Vec<PaymentFact>>>,
    down: Arc<Mutex<bool>>,
}

impl Intake {
    fn open() -> Self {
        let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
        let intake = Self {
            url: format!("http://{}/webhooks/stripe", server.server_addr()),
            facts: Arc::default(),
            down: Arc::default(),
        };
        let receiver = intake.clone();
        thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let status = if *receiver.down.lock().unwrap() {
                    503
                } else {
                    let fact = fact(&mut request);
                    receiver.facts.lock().unwrap().push(fact);
                    202
                };
                request.respond(tiny_http::Response::empty(status)).unwrap();
            }
        });
        intake
    }

    fn facts(&self) -> Vec<PaymentFact> {
        self.facts.lock().unwrap().clone()
    }

    /// The effects and statuses of the refunds that it was told of.
    fn refunds(&self) -> Vec<(Option<u32>, RefundStatus)> {
        let told = self.facts().into_iter().filter_map(|fact| match fact {
            PaymentFact::Refund { effect, status, .. } => Some((effect, status)),
            _ => None,
        });
        told.collect()
    }
}

fn fact(request: &mut tiny_http::Request) -> PaymentFact {
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body).unwrap();
    let headers: Headers<'_> = request
        .headers()
        .iter()
        .map(|header| (header.field.as_str().as_str(), header.value.as_str()))
        .collect();
    let signed = SignedRequest {
        headers: &headers,
        body: &body,
    };
    let endpoint = registry::find(&["stripe"]).unwrap();
    match endpoint.receive(&signed, &Secrets::new([SECRET]), wait::now()) {
        Ok(ParsedWebhook::Fact(inbound)) => match inbound.fact {
            Fact::Payment { fact, .. } => fact,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refund_is_told_of_with_the_effect_that_wanted_it() {
    let (world, intake) = (World::paid(), Intake::open());
    world.stripe.refunds_take_time();
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::AtOnce);
    world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(intake.refunds(), [(Some(3), RefundStatus::Pending)]);
    world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(intake.refunds().len(), 1, "a replay is no event");
    let id = world.stripe.ledger().refunds[0].id.clone();
    world.stripe.end_refund(&id, true).unwrap();
    world.stripe.end_refund(&id, false).unwrap();
    let told = [
        RefundStatus::Pending,
        RefundStatus::Succeeded,
        RefundStatus::Failed,
    ];
    assert_eq!(intake.refunds(), told.map(|status| (Some(3), status)));
}

#[tokio::test]
async fn captures_and_cancellations_are_told_of() {
    let (world, intake) = (World::authorized(), Intake::open());
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::Twice);
    world.perform(&capture(1, 1500, 0)).await.unwrap();
    let captured = PaymentFact::Captured {
        amount: 1500,
        currency: "EUR".parse().unwrap(),
    };
    assert_eq!(intake.facts(), [captured.clone(), captured]);
    let (world, intake) = (World::authorized(), Intake::open());
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::AtOnce);
    world.perform(&cancel(1)).await.unwrap();
    assert_eq!(intake.facts(), [PaymentFact::Cancelled]);
}

#[tokio::test]
async fn webhooks_come_late_or_never_and_again_when_they_were_not_taken() {
    let (world, intake) = (World::paid(), Intake::open());
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::Late);
    world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(intake.facts(), []);
    *intake.down.lock().unwrap() = true;
    assert!(world.stripe.send_late().is_err());
    *intake.down.lock().unwrap() = false;
    world.stripe.send_late().unwrap();
    world.stripe.send_late().unwrap();
    assert_eq!(intake.refunds(), [(Some(3), RefundStatus::Succeeded)]);
    world
        .stripe
        .send_webhooks(&intake.url, SECRET, Delivery::Never);
    world.perform(&refund(4, 500)).await.unwrap();
    world.stripe.send_late().unwrap();
    assert_eq!(intake.refunds().len(), 1);
}
