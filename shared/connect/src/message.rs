//! The envelope of our own scheme, the same in both directions.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// The version of the scheme. It changes only when a field changes its meaning; new fields and new types do not
/// change it.
pub const VERSION: u32 = 1;

/// One message: `{"type":"shipment.shipped","version":1,"timestamp":"2026-11-22T09:30:00Z","data":{...}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message<T> {
    /// What happened, or what is asked.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version of the scheme; 1 unless told.
    #[serde(default = "current")]
    pub version: u32,
    /// When it happened (not when it was sent), RFC 3339 with its offset from UTC.
    pub timestamp: Timestamp,
    /// The particulars.
    pub data: T,
}

fn current() -> u32 {
    VERSION
}

impl<T> Message<T> {
    /// A message of the current version.
    pub fn new(kind: impl Into<String>, timestamp: Timestamp, data: T) -> Self {
        Self {
            kind: kind.into(),
            version: VERSION,
            timestamp,
            data,
        }
    }
}

impl<T: Serialize> Message<T> {
    /// The body to sign and send.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// The JSON Schema (2020-12) of the messages of one type.
pub(crate) fn schema<T: JsonSchema>(kind: &str) -> serde_json::Value {
    let mut schema = schemars::schema_for!(Message<T>).to_value();
    schema["title"] = kind.into();
    schema["properties"]["type"]["const"] = kind.into();
    schema["properties"]["version"]["const"] = VERSION.into();
    schema
}

/// For optional fields: many serialisers write `null` for what is not there.
pub(crate) fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
