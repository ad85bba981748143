//! What the relay cannot publish: put aside on the queue of relay failures, so that it stops nothing else.

use app::failure::Failure;
use aws_lambda_events::dynamodb::EventRecord;
use lambda_runtime::tracing;
use serde::Serialize;

use super::publication::Reason;
use crate::queue::Queue;

/// The message about a record that was put aside. It says where the record is in the table, not what it contains: that is
/// enough to publish it again (see [`super::republish`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct PutAside {
    /// Why: `malformed`, `commit_hash_mismatch`, `commit_unreadable`, `movement_unreadable` or `refused_by_bus`.
    reason_code: &'static str,
    /// The order, when the record is a commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    /// The number of the commit in the order's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// The `pk` of the record, when it is no commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pk: Option<String>,
    /// The `sk` of the record, when it is no commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    sk: Option<String>,
    /// The bus's error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    bus_error: Option<String>,
    /// The record's place in the stream, which keeps it for 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_sequence_number: Option<String>,
}

impl PutAside {
    /// Named by the record's key and not by its content, which may be what is wrong.
    pub(super) fn new(record: &EventRecord, reason: &Reason) -> Self {
        let key = |name: &str| match record.change.keys.inner().get(name) {
            Some(serde_dynamo::AttributeValue::S(text)) => Some(text.as_str()),
            _ => None,
        };
        let (pk, sk) = (key("pk").unwrap_or_default(), key("sk").unwrap_or_default());
        let order_id = pk.strip_prefix("ORDER#").map(str::to_owned);
        let seq = sk
            .strip_prefix("COMMIT#")
            .and_then(|number| number.parse().ok());
        let is_commit = order_id.is_some() && seq.is_some();
        let key_of_other = |key: &str| (!is_commit && !key.is_empty()).then(|| key.to_owned());
        Self {
            reason_code: reason.code(),
            seq,
            pk: key_of_other(pk),
            sk: key_of_other(sk),
            order_id,
            bus_error: reason.bus_error(),
            stream_sequence_number: record.change.sequence_number.clone(),
        }
    }

    /// Sends it to the queue of relay failures. When this returns, the record counts as done.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]: the record has to be given again.
    pub(super) async fn send(&self, failures: &Queue) -> Result<(), Failure> {
        let body = serde_json::to_string(self).map_err(|error| {
            Failure::Inconsistent(format!("a relay failure cannot be written: {error}"))
        })?;
        failures.put(&body).await?;
        tracing::error!(
            code = self.reason_code,
            order = self.order_id.as_deref().unwrap_or_default(),
            seq = self.seq.unwrap_or_default(),
            pk = self.pk.as_deref().unwrap_or_default(),
            bus.error = self.bus_error.as_deref().unwrap_or_default(),
            "put aside on the queue of relay failures"
        );
        Ok(())
    }
}
