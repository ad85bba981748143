//! An order's history for people: one entry per event, with who, why and a sentence.

use domain::{
    evolve::evolve,
    order::Context,
    order::{Actor, Event, Order, Status},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{commits::commits_of, sentences::sentence};
use crate::ports::OrderHistory;

/// One event of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimelineEntry {
    /// The number of its commit in the order's history; events of one commit happened together.
    pub seq: u64,
    /// When it happened, UTC.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// What caused it: `source:id`.
    pub cause: String,
    /// The event's name.
    pub event: &'static str,
    /// The event as a sentence.
    pub text: String,
    /// The order's status afterwards; left out after a commit that cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Free text of a person, for callers who have asked for personal data with a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The timeline, oldest first. Notes only for a caller who has asked for personal data with a reason (`clear`).
pub(super) fn timeline(order: &Order, history: &OrderHistory, clear: bool) -> Vec<TimelineEntry> {
    let gap = history.unreadable.first().map(|unreadable| unreadable.seq);
    let mut entries = Vec::new();
    let mut state = Order::unplaced(order.placed.clone());
    for commit in commits_of(order, history) {
        let body = &commit.body;
        let complete = gap.is_none_or(|gap| body.seq < gap);
        let context = Context {
            now: body.at,
            actor: body.actor.clone(),
            cause: body.cause.clone(),
        };
        for event in &body.events {
            let text = sentence(&state, event);
            state = evolve(state, event, &context);
            entries.push(TimelineEntry {
                seq: body.seq,
                at: body.at,
                actor: body.actor.clone(),
                cause: body.cause.key(),
                event: event.name(),
                text,
                status: complete.then_some(state.state.status),
                note: note(event).filter(|_| clear),
            });
        }
    }
    entries
}

fn note(event: &Event) -> Option<String> {
    if let Event::UnitsCancelled { note, .. }
    | Event::ExceptionClosed { note, .. }
    | Event::RefundGranted { note, .. }
    | Event::RefundProposed { note, .. }
    | Event::PaymentRecorded { note, .. }
    | Event::EffectRequested { note, .. } = event
    {
        note.clone()
    } else {
        None
    }
}
