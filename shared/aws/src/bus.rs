//! Publishing to EventBridge. `PutEvents` can answer 200 and still refuse entries, so every entry of the answer is
//! checked.

use app::{bus::envelope::BusEntry, failure::Failure};
use aws_sdk_eventbridge::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata},
    types::PutEventsRequestEntry,
};

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

    /// Publishes entries in their order, ten a call. An entry that the bus refuses for good is passed over. At the first
    /// that it refuses for now, publishing stops, so that no later one overtakes it; entries after it in the same call may
    /// have been accepted: they are published again, and consumers treat them as duplicates.
    pub async fn publish(&self, entries: &[BusEntry]) -> Publication {
        let mut publication = Publication::default();
        let mut calls = in_reverse(0, entries, ENTRIES_PER_CALL_MAX);
        while let Some((start, chunk)) = calls.pop() {
            match self.put(chunk).await {
                Ok(codes) => {
                    for (index, code) in codes {
                        let index = start.saturating_add(index);
                        if is_temporary(&code) {
                            let failure = Failure::unavailable(
                                "the bus",
                                format!("it refused an entry: {code}"),
                            );
                            publication.failed = Some((index, failure));
                            return publication;
                        }
                        publication.refused.push((index, code));
                    }
                }
                Err(CallError::Content(code)) if chunk.len() == 1 => {
                    publication.refused.push((start, code));
                }
                // One entry of the call is at fault, or they are too large together: each on its own tells which.
                Err(CallError::Content(_)) => calls.extend(in_reverse(start, chunk, 1)),
                Err(CallError::Failed(failure)) => {
                    publication.failed = Some((start, failure));
                    return publication;
                }
            }
        }
        publication
    }

    /// One call: the index and error code of each entry that was refused.
    async fn put(&self, chunk: &[BusEntry]) -> Result<Vec<(usize, String)>, CallError> {
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
        let answer = put.map_err(|error| match error.code() {
            Some(code @ VALIDATION) => CallError::Content(code.to_owned()),
            _ => CallError::Failed(Failure::unavailable(
                "EventBridge",
                DisplayErrorContext(&error).to_string(),
            )),
        })?;
        if answer.entries().len() != chunk.len() {
            return Err(CallError::Failed(Failure::unavailable(
                "EventBridge",
                "it answered for another number of entries",
            )));
        }
        let refused = answer.entries().iter().enumerate();
        Ok(refused
            .filter_map(|(index, entry)| Some((index, entry.error_code()?.to_owned())))
            .collect())
    }
}

/// What became of entries that were published together, each named by its index.
#[derive(Debug, Default)]
pub struct Publication {
    /// Refused for good, with the bus's error code: the same entry is refused again.
    pub refused: Vec<(usize, String)>,
    /// The first entry that was not published and may be later. Everything before it is published or refused.
    pub failed: Option<(usize, Failure)>,
}

/// The error of a call whose content is at fault, such as entries that are too large together.
const VALIDATION: &str = "ValidationException";

/// Why a whole call failed.
enum CallError {
    /// Its content: the same call fails again.
    Content(String),
    /// Anything else.
    Failed(Failure),
}

/// Whether the same entry may be accepted later. Besides the errors that EventBridge calls retryable, these are the
/// denials: they concern every entry and end when the permission is mended.
fn is_temporary(code: &str) -> bool {
    matches!(
        code,
        "InternalFailure"
            | "InternalException"
            | "ServiceUnavailable"
            | "ThrottlingException"
            | "AccessDeniedException"
            | "InvalidAccountIdException"
    )
}

/// Entries in chunks of a size, each with the index of its first entry, the last chunk first.
fn in_reverse(start: usize, entries: &[BusEntry], size: usize) -> Vec<(usize, &[BusEntry])> {
    let chunks = entries.chunks(size).enumerate();
    let mut chunks: Vec<_> = chunks
        .map(|(n, chunk)| (start.saturating_add(n.saturating_mul(size)), chunk))
        .collect();
    chunks.reverse();
    chunks
}
