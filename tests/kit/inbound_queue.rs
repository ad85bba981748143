//! A queue, as a function sends to it.

use std::sync::{Mutex, PoisonError};

use app::{
    bus::message,
    failure::Failure,
    ports::{InboundQueue, ReconciliationQueue},
};
use jiff::civil::Date;

/// Keeps what is sent until it is taken.
#[derive(Debug, Default)]
pub struct SentQueue {
    bodies: Mutex<Vec<String>>,
}

impl SentQueue {
    /// Takes what was sent.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.bodies.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl InboundQueue for SentQueue {
    async fn send(&self, body: &str) -> Result<(), Failure> {
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        bodies.push(body.to_owned());
        Ok(())
    }
}

impl ReconciliationQueue for SentQueue {
    async fn reconcile(&self, day: Date) -> Result<(), Failure> {
        self.send(&message::reconcile(day)).await
    }
}
