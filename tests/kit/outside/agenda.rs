//! What is going to happen, and when.

use std::collections::BTreeMap;

use app::bus::subscriptions::Consumer;
use jiff::Timestamp;

use super::{
    carrier::CarrierStep, customers::CustomerStep, gateway::GatewayStep, people::PeopleStep,
    warehouse::WarehouseStep,
};

/// Something that is going to happen.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// A customer, by index, or an agent for them.
    Customer(usize, CustomerStep),
    /// The gateway does something for the order of that index.
    Gateway(usize, GatewayStep),
    /// Somebody sees money, or decides about it, for the order of that index.
    People(usize, PeopleStep),
    /// Somebody works at a location.
    Warehouse(&'static str, WarehouseStep),
    /// The carrier of the parcel of that index.
    Carrier(usize, CarrierStep),
    /// A webhook reaches us.
    Arrives(Webhook),
    /// A message is received from a queue.
    Message(Message),
    /// The schedule starts the sweep.
    Sweep,
    /// The schedule has the last days compared with the gateway.
    Reconciliation,
}

/// Who sends a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    Gateway,
    Location(&'static str),
}

/// A webhook on its way.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) sender: Sender,
    /// The sender's id of the message; for the gateway it is in the body.
    pub(super) id: String,
    pub(super) body: String,
    /// What it says, for people, and the name of the choices about it.
    pub(super) label: String,
    /// Messages of a lane are told one after the other: the next when the one before has been handled.
    pub(super) lane: Option<String>,
    /// Which delivery of it this is, from 0.
    pub(super) copy: u32,
}

/// A message on a queue.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) consumer: Consumer,
    pub(super) body: String,
    pub(super) label: String,
    pub(super) lane: Option<String>,
    /// When it was put on the queue.
    pub(super) sent_at: Timestamp,
    /// Times that it was received and not handled.
    pub(super) failures: u32,
}

/// Events by time; those of the same time in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    events: BTreeMap<(Timestamp, u64), Event>,
    added: u64,
}

impl Agenda {
    pub(super) fn add(&mut self, at: Timestamp, event: Event) {
        self.added = self.added.saturating_add(1);
        self.events.insert((at, self.added), event);
    }

    pub(super) fn next(&mut self) -> Option<(Timestamp, Event)> {
        self.events.pop_first().map(|((at, _), event)| (at, event))
    }
}
