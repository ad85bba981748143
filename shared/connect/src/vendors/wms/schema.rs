//! JSON Schemas of messages, and how optional fields are read.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::message::{VERSION, WireMessage};

/// The JSON Schema (2020-12) of the messages of one type.
pub(super) fn schema<T: JsonSchema>(kind: &str) -> serde_json::Value {
    let mut schema = schemars::schema_for!(WireMessage<T>).to_value();
    schema["title"] = kind.into();
    schema["properties"]["type"]["const"] = kind.into();
    schema["properties"]["version"]["const"] = VERSION.into();
    schema
}

/// For optional fields: many serializers write `null` for a value that is missing.
pub(super) fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
