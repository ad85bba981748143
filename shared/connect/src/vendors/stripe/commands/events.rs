//! Stripe's list of events: what webhooks tell of, for those that did not arrive. Stripe keeps it for 30 days.

use domain::inbound::Inbound;
use jiff::Timestamp;
use serde_json::Value;

use super::{
    api::{ApiAnswer, ApiRequest},
    outcome::NoOutcome,
    payloads::ValueList,
    read, write,
};
use crate::{
    parse::ParseError,
    vendors::stripe::{VENDOR, webhooks},
    webhook::ParsedWebhook,
};

/// Events in a page.
pub const PAGE_EVENTS: u32 = 50;

// Stripe takes no more types in one request.
const _: () = assert!(VENDOR.events.len() <= 20);

/// A page of events, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventPage {
    /// What they say of orders.
    pub facts: Vec<Inbound>,
    /// The events that cannot be read, by their ids.
    pub unreadable: Vec<(String, ParseError)>,
    /// The last event of the page, when there are older ones.
    pub next: Option<String>,
}

/// The request for a page of the events of the types that are read, recorded at `since` or later, newest first; `after`:
/// the last event of the page before.
pub fn find_events(since: Timestamp, after: Option<&str>) -> ApiRequest {
    let mut query = vec![
        ("created[gte]", since.as_second().to_string()),
        ("limit", PAGE_EVENTS.to_string()),
    ];
    let types = VENDOR.events.iter();
    query.extend(types.map(|kind| ("types[]", kind.name.to_owned())));
    query.extend(after.map(|id| ("starting_after", id.to_owned())));
    write::get(format!("/v1/events?{}", write::form(&query)))
}

/// Reads a page of events, each as a webhook is read whose signature was checked.
///
/// # Errors
/// [`NoOutcome`].
pub fn events(answer: ApiAnswer<'_>, received_at: Timestamp) -> Result<EventPage, NoOutcome> {
    let list: ValueList = read::body(answer)?;
    let id = |event: &Value| event["id"].as_str().map(str::to_owned);
    let mut page = EventPage::default();
    for event in &list.data {
        match webhooks::read_event(event.to_string().as_bytes(), received_at) {
            Ok(ParsedWebhook::Fact(inbound)) => page.facts.push(*inbound),
            Ok(ParsedWebhook::Ignored { .. }) => {}
            Err(error) => page.unreadable.push((id(event).unwrap_or_default(), error)),
        }
    }
    if list.has_more {
        let last = list.data.last().and_then(id);
        page.next = Some(last.ok_or_else(|| read::unknown(answer, "the last event has no id"))?);
    }
    Ok(page)
}
