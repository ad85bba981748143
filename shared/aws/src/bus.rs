//! Publishing to EventBridge. `PutEvents` can answer 200 and still refuse entries, so every entry of the answer is
//! checked.

use app::{bus::envelope::BusEntry, failure::Failure};
use aws_sdk_eventbridge::{Client, error::DisplayErrorContext, types::PutEventsRequestEntry};

/// Most entries of one call; EventBridge accepts no more.
pub const ENTRIES_PER_CALL_MAX: usize = 10;

#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// Publishes entries in their order, ten a call, and stops at the first that is refused, so that no later one
    /// overtakes it. Returns how many were published before it, and why it was refused. Entries after it in the same
    /// call may have been accepted: they are published again, and consumers treat them as duplicates.
    pub async fn publish(&self, entries: &[BusEntry]) -> (usize, Option<Failure>) {
        let mut published: usize = 0;
        for chunk in entries.chunks(ENTRIES_PER_CALL_MAX) {
            match self.put(chunk).await {
                Ok(None) => published = published.saturating_add(chunk.len()),
                Ok(Some((index, code))) => {
                    let refused =
                        Failure::unavailable("the bus", format!("it refused an entry: {code}"));
                    return (published.saturating_add(index), Some(refused));
                }
                Err(failure) => return (published, Some(failure)),
            }
        }
        (published, None)
    }

    /// One call: the index and error code of the first entry that was refused, if any.
    async fn put(&self, chunk: &[BusEntry]) -> Result<Option<(usize, String)>, Failure> {
        let entries = chunk.iter().map(|entry| {
            PutEventsRequestEntry::builder()
                .event_bus_name(&self.name)
                .source(entry.source)
                .detail_type(entry.detail_type)
                .detail(&entry.detail)
                .time(aws_smithy_types::DateTime::from_millis(
                    entry.at.as_millisecond(),
                ))
                .build()
        });
        let put = self
            .client
            .put_events()
            .set_entries(Some(entries.collect()))
            .send()
            .await;
        let answer = put.map_err(|error| {
            Failure::unavailable("EventBridge", DisplayErrorContext(&error).to_string())
        })?;
        if answer.entries().len() != chunk.len() {
            return Err(Failure::unavailable(
                "EventBridge",
                "it answered for another number of entries",
            ));
        }
        let refused = answer
            .entries()
            .iter()
            .enumerate()
            .find(|(_, entry)| entry.error_code().is_some());
        Ok(
            refused
                .map(|(index, entry)| (index, entry.error_code().unwrap_or_default().to_owned())),
        )
    }
}
