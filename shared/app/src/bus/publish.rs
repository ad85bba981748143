//! From commits to entries on the bus.

use domain::{
    ids::OrderId,
    order::{ChainError, Commit, CommitBody},
    stock::StockRecord,
};
use jiff::Timestamp;

use super::{
    catalogue::PublishedEvent,
    envelope::{BusEntry, ORDER_SOURCE, OrderDetail, STOCK_SOURCE, StockDetail},
};
use crate::failure::Failure;

/// Why a stored record is not published. Another attempt fails in the same way until a person repairs the record or a
/// newer build is deployed. It says nothing of the content, which may contain notes of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unpublishable {
    /// It is neither a commit nor a stock movement, or misses an attribute.
    #[error("neither a commit nor a stock movement")]
    Malformed,
    /// The text of a commit does not have its hash: something else has written one of them.
    #[error("the text of a commit does not have its hash")]
    CommitHashMismatch,
    /// The text of a commit has its hash, and this build cannot read it; such as an event of an unknown kind.
    #[error("a commit cannot be read")]
    CommitUnreadable,
    /// The text of a stock movement cannot be read.
    #[error("a stock movement cannot be read")]
    MovementUnreadable,
}

impl Unpublishable {
    /// The stable code, for logs and for messages about what was put aside.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::CommitHashMismatch => "commit_hash_mismatch",
            Self::CommitUnreadable => "commit_unreadable",
            Self::MovementUnreadable => "movement_unreadable",
        }
    }
}

/// The published events of a stored record: of an order's commit, or of a stock movement. `attribute` gives the text of
/// an attribute of its item.
///
/// # Errors
/// Why it cannot be published.
pub fn entries_of_stored<'a>(
    attribute: impl Fn(&str) -> Option<&'a str>,
) -> Result<Vec<BusEntry>, Unpublishable> {
    let (order, record) = (attribute("order_id"), attribute("record"));
    match (order, attribute("text"), attribute("hash"), record) {
        (Some(order), Some(text), Some(hash), _) => entries_of_stored_commit(order, text, hash),
        (.., Some(record)) => entries_of_stored_record(record),
        _ => Err(Unpublishable::Malformed),
    }
}

/// The published events of a commit as it is stored.
///
/// # Errors
/// When the text does not match its hash or is no commit: something else has written it, so it is not published.
pub fn entries_of_stored_commit(
    order: &str,
    text: &str,
    hash: &str,
) -> Result<Vec<BusEntry>, Unpublishable> {
    let order: OrderId = order.parse().map_err(|_| Unpublishable::CommitUnreadable)?;
    let commit = Commit::open(text.to_owned(), hash.to_owned()).map_err(|error| match error {
        ChainError::Edited => Unpublishable::CommitHashMismatch,
        ChainError::Unreadable(_) | ChainError::Gap { .. } | ChainError::Broken(_) => {
            Unpublishable::CommitUnreadable
        }
    })?;
    entries_of_commit(order, &commit.body).map_err(|_| Unpublishable::CommitUnreadable)
}

/// The published events of a stock movement as it is stored.
///
/// # Errors
/// [`Unpublishable::MovementUnreadable`] when it is no such record.
pub fn entries_of_stored_record(text: &str) -> Result<Vec<BusEntry>, Unpublishable> {
    let record: StockRecord =
        serde_json::from_str(text).map_err(|_| Unpublishable::MovementUnreadable)?;
    entries_of_movement(&record).map_err(|_| Unpublishable::MovementUnreadable)
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
