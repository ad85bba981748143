//! Publishing to EventBridge, and noticing what it did not take: `PutEvents` can answer 200 and refuse entries.

use app::{bus::envelope::BusEntry, failure::Failure};
use aws_sdk_eventbridge::{Client, error::DisplayErrorContext, types::PutEventsRequestEntry};

/// Most entries that one call takes.
const ENTRIES_MAX: usize = 10;

/// One event bus.
#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    /// The bus of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// Publishes entries in their order, ten a call, and stops at the first that is not taken, so that nothing
    /// overtakes it. Returns how many were taken, and why the next was not. Entries of the same call as a refused
    /// one may have been taken too: they come again, and whoever reads them has seen that before.
    pub async fn publish(&self, entries: &[BusEntry]) -> (usize, Option<Failure>) {
        let mut taken: usize = 0;
        for chunk in entries.chunks(ENTRIES_MAX) {
            match self.put(chunk).await {
                Ok(None) => taken = taken.saturating_add(chunk.len()),
                Ok(Some((place, code))) => {
                    let refused =
                        Failure::unavailable("the bus", format!("it refused an entry: {code}"));
                    return (taken.saturating_add(place), Some(refused));
                }
                Err(failure) => return (taken, Some(failure)),
            }
        }
        (taken, None)
    }

    /// One call: the place and error code of the first entry that was refused, if any.
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
                .map(|(place, entry)| (place, entry.error_code().unwrap_or_default().to_owned())),
        )
    }
}
