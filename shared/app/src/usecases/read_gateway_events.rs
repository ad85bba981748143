//! Reads the payment gateway's list of events: webhooks are lost, and what they tell of is in the list for weeks.
//!
//! What an event says goes the way of a webhook whose signature was checked: onto the inbound queue, under the event's id. So
//! an event that a webhook has brought has no effect again, and neither has one that is read twice. An event may appear in the
//! list later than its time, therefore the last minutes are read again each time.
//!
//! The list is read from its newest event back. The position is written after each page, over the one that was read, so a
//! function that dies has the page read again, and of two that read at the same time one stops.

use jiff::{SignedDuration, Timestamp};

use crate::{
    failure::Failure,
    ports::{Clock, EventsCursor, EventsCursorStore, InboundQueue, PaymentGateway},
};

/// How far before the position the list is read again, in seconds.
pub const EVENTS_REREAD_S: i64 = 600;
/// How far back the list is read when it was never read before, in seconds.
pub const EVENTS_FIRST_READ_S: i64 = 86_400;
/// Pages of events that one message reads; the next one goes on.
pub const EVENT_PAGES_MAX: u32 = 100;
/// After how long a way back through the list is given up and begun again from its newest event, in seconds.
pub const EVENTS_WALK_S_MAX: i64 = 86_400;

/// Puts what the gateway has recorded since the last time on the inbound queue. From `stop_at` on no page is begun.
///
/// # Errors
/// When the gateway, the queue or the store does not answer; the pages before are done.
pub async fn read_gateway_events(
    store: &impl EventsCursorStore,
    gateway: &impl PaymentGateway,
    inbound: &impl InboundQueue,
    clock: &impl Clock,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let now = clock.now();
    let stored = store.events_cursor().await?;
    let mut cursor = stored
        .unwrap_or_else(|| EventsCursor::first(before(now, EVENTS_FIRST_READ_S)))
        .without_walk_older_than(SignedDuration::from_secs(EVENTS_WALK_S_MAX), now);
    let (mut pages, mut facts) = (0_u32, 0_usize);
    loop {
        let since = before(cursor.read_until, EVENTS_REREAD_S);
        let walk = cursor.walk.as_ref();
        let begun_at = walk.map_or(now, |walk| walk.begun_at);
        let after = walk.map(|walk| walk.after.as_str());
        let Some(page) = gateway.events(since, after).await? else {
            tracing::info!("no payment gateway is connected");
            return Ok(());
        };
        for (event, code) in &page.unreadable {
            // A webhook of it is answered with an error, which the gateway shows.
            tracing::error!(%event, code, "an event of the gateway cannot be read");
        }
        for fact in &page.facts {
            let body =
                serde_json::to_string(fact).map_err(|e| Failure::Malformed(e.to_string()))?;
            inbound.send(&body).await?;
        }
        pages = pages.saturating_add(1);
        facts = facts.saturating_add(page.facts.len());
        cursor = cursor.after_page(begun_at, page.next);
        if !store.put_events_cursor(&cursor).await? {
            tracing::info!(pages, facts, "another run reads the gateway's events");
            return Ok(());
        }
        if cursor.walk.is_none() && begun_at == now {
            break;
        }
        if pages == EVENT_PAGES_MAX || clock.now() >= stop_at {
            tracing::warn!(pages, facts, "out of time; the next run goes on");
            return Ok(());
        }
    }
    tracing::info!(pages, facts, "the gateway's events are read");
    Ok(())
}

fn before(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_sub(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::UNIX_EPOCH)
}
