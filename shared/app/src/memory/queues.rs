//! Queues in memory.

use std::sync::Mutex;

use domain::{
    ids::{OrderId, Sku},
    order::Owed,
};

use super::sync::lock;
use crate::{bus::message, failure::Failure, ports::Redrive};

/// Queues that keep what the sweep sends.
#[derive(Debug, Default)]
pub struct MemoryRedrive {
    orders: Mutex<Vec<(Owed, String)>>,
    skus: Mutex<Vec<String>>,
}

impl MemoryRedrive {
    /// Takes the messages that were sent to the functions that orders owe progress to.
    pub fn take_orders(&self) -> Vec<(Owed, String)> {
        std::mem::take(&mut lock(&self.orders))
    }

    /// Takes the messages that were sent to the replenishment queue.
    pub fn take_skus(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.skus))
    }
}

impl Redrive for MemoryRedrive {
    async fn order(&self, id: OrderId, owed: Owed) -> Result<(), Failure> {
        lock(&self.orders).push((owed, message::redrive(id)));
        Ok(())
    }

    async fn sku(&self, sku: &Sku) -> Result<(), Failure> {
        lock(&self.skus).push(message::drain(sku));
        Ok(())
    }

    async fn sweep(&self, after: &str) -> Result<(), Failure> {
        lock(&self.skus).push(message::sweep_after(after));
        Ok(())
    }
}
