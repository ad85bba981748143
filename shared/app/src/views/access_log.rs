//! The access log, for auditors.

use schemars::JsonSchema;
use serde::Serialize;

use crate::ports::AccessEntry;

/// One page of the access log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccessLogPage {
    /// The entries, newest first.
    pub entries: Vec<AccessEntry>,
    /// The cursor of the next page; none: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
