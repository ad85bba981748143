//! The envelope of our own scheme, the same in both directions.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the scheme. It changes only when a field changes its meaning; new fields and new types do not
/// change it.
pub const VERSION: u32 = 1;

/// One message: `{"type":"shipment.shipped","version":1,"timestamp":"2026-11-22T09:30:00Z","data":{...}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WireMessage<T> {
    /// What happened, or what is requested.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version of the scheme; 1 when left out.
    #[serde(default = "current")]
    pub version: u32,
    /// When it happened (not when it was sent), RFC 3339 with its offset from UTC.
    pub timestamp: Timestamp,
    pub data: T,
}

fn current() -> u32 {
    VERSION
}

impl<T> WireMessage<T> {
    /// A message of the current [`VERSION`].
    pub fn new(kind: impl Into<String>, timestamp: Timestamp, data: T) -> Self {
        Self {
            kind: kind.into(),
            version: VERSION,
            timestamp,
            data,
        }
    }
}

impl<T: Serialize> WireMessage<T> {
    /// The body to sign and send.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}
