//! From commits to entries on the bus.

use domain::{
    ids::OrderId,
    order::{Commit, CommitBody},
    stock::StockRecord,
};
use jiff::Timestamp;

use super::{
    catalogue::PublishedEvent,
    envelope::{BusEntry, ORDER_SOURCE, OrderDetail, STOCK_SOURCE, StockDetail},
};
use crate::failure::Failure;

/// The published events of a commit as it is stored.
///
/// # Errors
/// [`Failure::Inconsistent`] when the text does not match its hash or is no commit: something else has written it,
/// so it is not published.
pub fn entries_of_stored_commit(
    order: &str,
    text: &str,
    hash: &str,
) -> Result<Vec<BusEntry>, Failure> {
    let broken =
        |error: &dyn std::fmt::Display| Failure::Inconsistent(format!("a stored commit: {error}"));
    let order: OrderId = order.parse().map_err(|error| broken(&error))?;
    let commit = Commit::open(text.to_owned(), hash.to_owned()).map_err(|error| broken(&error))?;
    entries_of_commit(order, &commit.body)
}

/// The published events of a stock movement as it is stored.
///
/// # Errors
/// [`Failure::Inconsistent`] when it is no such record.
pub fn entries_of_stored_record(text: &str) -> Result<Vec<BusEntry>, Failure> {
    let broken = |error| Failure::Inconsistent(format!("a stored stock movement: {error}"));
    let record: StockRecord = serde_json::from_str(text).map_err(broken)?;
    entries_of_movement(&record)
}

/// The published events of a commit, in order.
///
/// # Errors
/// [`Failure::Inconsistent`] when an event cannot be written as JSON.
pub fn entries_of_commit(order: OrderId, body: &CommitBody) -> Result<Vec<BusEntry>, Failure> {
    let events = body
        .events
        .iter()
        .enumerate()
        .filter_map(|(n, event)| Some((n, PublishedEvent::of_event(event)?)));
    events
        .map(|(n, published)| {
            let detail = published.detail(|version, data| OrderDetail {
                // Counted over all events of the commit, so that an id does not change when another event of the commit is published later.
                id: format!("{order}:{}:{n}", body.seq),
                version,
                order_id: order,
                seq: body.seq,
                at: body.at,
                actor_kind: body.actor.kind.clone(),
                cause: body.cause.key(),
                correlation_id: order.to_string(),
                data,
            });
            entry(ORDER_SOURCE, &published, detail, body.at)
        })
        .collect()
}

/// The published events of a stock movement, in order.
///
/// # Errors
/// [`Failure::Inconsistent`] when an event cannot be written as JSON.
pub fn entries_of_movement(record: &StockRecord) -> Result<Vec<BusEntry>, Failure> {
    let cause = record.cause.key();
    let events = PublishedEvent::of_stock_record(record).into_iter();
    events
        .enumerate()
        .map(|(n, published)| {
            let detail = published.detail(|version, data| StockDetail {
                id: format!("{cause}:{n}"),
                version,
                at: record.at,
                actor_kind: record.actor.kind.clone(),
                cause: cause.clone(),
                correlation_id: cause.clone(),
                data,
            });
            entry(STOCK_SOURCE, &published, detail, record.at)
        })
        .collect()
}

fn entry(
    source: &'static str,
    published: &PublishedEvent,
    detail: Result<String, serde_json::Error>,
    at: Timestamp,
) -> Result<BusEntry, Failure> {
    let detail = detail
        .map_err(|error| Failure::Inconsistent(format!("an event cannot be written: {error}")))?;
    Ok(BusEntry {
        source,
        detail_type: published.name(),
        detail,
        at,
    })
}
