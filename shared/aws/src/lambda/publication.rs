//! Stored records to the bus: what the stream's relay and a person's request to publish again have in common.

use app::{
    bus::{envelope::BusEntry, publish::Unpublishable},
    failure::Failure,
};

use crate::bus::Bus;

/// Why a record cannot be published, now or later, as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// It cannot be read.
    Unreadable(Unpublishable),
    /// The bus refuses one of its events for good, with this error code.
    RefusedByBus(String),
}

impl Reason {
    /// The stable code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(why) => why.code(),
            Self::RefusedByBus(_) => "refused_by_bus",
        }
    }

    /// The bus's error code.
    pub(super) fn bus_error(&self) -> Option<String> {
        match self {
            Self::Unreadable(_) => None,
            Self::RefusedByBus(code) => Some(code.clone()),
        }
    }
}

/// What became of records that were published together, each named by its index.
#[derive(Debug)]
pub(super) struct Published {
    /// Events that the bus accepted.
    pub(super) events: usize,
    /// Records that cannot be published, in their order.
    pub(super) unpublishable: Vec<(usize, Reason)>,
    /// The first record that was not published and may be later: nothing after it was tried.
    pub(super) failed: Option<(usize, Failure)>,
}

/// Publishes the events of records in their order. A record that cannot be published is passed over; nothing is published
/// past an event that the bus refuses for now.
pub(super) async fn publish(
    bus: &Bus,
    records: impl Iterator<Item = Result<Vec<BusEntry>, Unpublishable>>,
) -> Published {
    let mut entries: Vec<BusEntry> = Vec::new();
    // For each entry, the index of its record.
    let mut record_indexes: Vec<usize> = Vec::new();
    let mut unpublishable: Vec<(usize, Reason)> = Vec::new();
    for (index, record) in records.enumerate() {
        match record {
            Ok(read) => {
                record_indexes.extend(std::iter::repeat_n(index, read.len()));
                entries.extend(read);
            }
            Err(why) => unpublishable.push((index, Reason::Unreadable(why))),
        }
    }
    let publication = bus.publish(&entries).await;
    let record_of = |entry: usize| record_indexes.get(entry).copied().unwrap_or_default();
    let tried = publication
        .failed
        .as_ref()
        .map_or(entries.len(), |(entry, _)| *entry);
    let events = tried.saturating_sub(publication.refused.len());
    for (entry, code) in publication.refused {
        unpublishable.push((record_of(entry), Reason::RefusedByBus(code)));
    }
    let failed = publication.failed;
    let failed = failed.map(|(entry, failure)| (record_of(entry), failure));
    if let Some((first, _)) = &failed {
        unpublishable.retain(|(index, _)| index < first);
    }
    unpublishable.sort_by_key(|(index, _)| *index);
    Published {
        events,
        unpublishable,
        failed,
    }
}
