//! A receiver of the gateway's webhooks.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

use connect::{Headers, ParsedWebhook, Secrets, SignedRequest, WebhookRejection, registry};
use domain::{
    inbound::{Fact, PaymentFact},
    order::RefundStatus,
};
use live::wait;

/// The secret that webhooks are signed with.
pub(crate) const SECRET: &str = "whsec_double";

/// A webhook as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) signature: String,
    pub(crate) body: String,
}

/// Receives webhooks as intake does, and keeps them.
#[derive(Clone)]
pub(crate) struct Intake {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    down: Arc<Mutex<bool>>,
}

impl Intake {
    pub(crate) fn open() -> Self {
        let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
        let intake = Self {
            url: format!("http://{}/webhooks/stripe", server.server_addr()),
            received: Arc::default(),
            down: Arc::default(),
        };
        let receiver = intake.clone();
        thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let status = if *receiver.down() {
                    503
                } else {
                    let webhook = received(&mut request);
                    receiver.received.lock().unwrap().push(webhook);
                    202
                };
                request.respond(tiny_http::Response::empty(status)).unwrap();
            }
        });
        intake
    }

    pub(crate) fn down(&self) -> MutexGuard<'_, bool> {
        self.down.lock().unwrap()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The facts of those about payments.
    pub(crate) fn facts(&self) -> Vec<PaymentFact> {
        let received = self.received();
        received.iter().filter_map(payment_fact).collect()
    }

    /// The effects and statuses of the refunds that it was told of.
    pub(crate) fn refunds(&self) -> Vec<(Option<u32>, RefundStatus)> {
        let told = self.facts().into_iter().filter_map(|fact| match fact {
            PaymentFact::Refund { effect, status, .. } => Some((effect, status)),
            _ => None,
        });
        told.collect()
    }
}

fn received(request: &mut tiny_http::Request) -> Received {
    let mut body = String::new();
    request.as_reader().read_to_string(&mut body).unwrap();
    let mut headers = request.headers().iter();
    let signature = headers.find(|header| header.field.equiv("Stripe-Signature"));
    Received {
        signature: signature.map_or_else(String::new, |found| found.value.to_string()),
        body,
    }
}

/// Reads a webhook as intake does.
pub(crate) fn read(webhook: &Received, secret: &str) -> Result<ParsedWebhook, WebhookRejection> {
    let headers = [("Stripe-Signature", webhook.signature.as_str())];
    let headers: Headers<'_> = headers.into_iter().collect();
    let signed = SignedRequest {
        headers: &headers,
        body: webhook.body.as_bytes(),
    };
    let endpoint = registry::find(&["stripe"]).unwrap();
    endpoint.receive(&signed, &Secrets::new([secret]), wait::now())
}

/// Its fact, if it is about a payment.
fn payment_fact(webhook: &Received) -> Option<PaymentFact> {
    match read(webhook, SECRET) {
        Ok(ParsedWebhook::Fact(inbound)) => match inbound.fact {
            Fact::Payment { fact, .. } => Some(fact),
            other => panic!("{other:?}"),
        },
        Ok(ParsedWebhook::Ignored { .. }) => None,
        Err(rejection) => panic!("{rejection:?}"),
    }
}
