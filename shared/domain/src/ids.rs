//! Typed identifiers.
//!
//! Ids that we make are UUIDs behind a prefix that says what they name: v7 (sortable by time) for what is minted, v8
//! for an order, whose id is a hash. Names that others choose (SKU, location, line) are text, checked once on the way
//! in. Minting takes the time and the randomness as arguments: the domain has no clock and no random numbers.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Why a text is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid {kind}: {rule}")]
pub struct InvalidId {
    /// What the text should have named, e.g. "order id".
    pub kind: &'static str,
    /// The text as it came, cut to 80 characters.
    pub text: String,
    /// The rule that it breaks.
    pub rule: &'static str,
}

impl InvalidId {
    fn new(kind: &'static str, text: &str, rule: &'static str) -> Self {
        Self {
            kind,
            text: text.chars().take(80).collect(),
            rule,
        }
    }
}

macro_rules! minted_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        uuid_id!($(#[$doc])* $name, $prefix, $kind);

        impl $name {
            /// Mints an id from the time (ms, UTC) and ten random bytes.
            pub fn mint(now: Timestamp, entropy: [u8; 10]) -> Self {
                let ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(ms, &entropy).into_uuid())
            }

            /// When it was minted, UTC, whole milliseconds.
            pub fn minted_at(&self) -> Timestamp {
                // A UUID v7 begins with its time: 48 bits of milliseconds since 1970.
                let ms = i64::try_from(self.0.as_u128() >> 80).unwrap_or(i64::MAX);
                Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The text before the UUID.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let rule = concat!("`", $prefix, "` and 32 lower-case hexadecimal digits");
                let invalid = || InvalidId::new($kind, text, rule);
                let digits = text.strip_prefix($prefix).ok_or_else(invalid)?;
                // One spelling only: an id that also parses in capitals would be two keys in the table.
                if digits.len() != 32 || digits.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(invalid());
                }
                Uuid::try_parse(digits).map(Self).map_err(|_| invalid())
            }
        }

        text_traits!($name, $kind);
    };
}

macro_rules! text_traits {
    ($name:ident, $kind:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $kind })
            }
        }
    };
}

macro_rules! named_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal, $extra:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // `#` separates the parts of a table key, so it may be in none of them.
                let allowed = |c: char| c.is_ascii_alphanumeric() || $extra.contains(c);
                if text.is_empty() || text.len() > $max || !text.chars().all(allowed) {
                    let rule = concat!("1 to ", $max, " of A-Z a-z 0-9 and ", $extra);
                    return Err(InvalidId::new($kind, text, rule));
                }
                Ok(Self(text.to_owned()))
            }
        }

        text_traits!($name, $kind);
    };
}

uuid_id!(
    /// One order. Follows from the shop and the shop's own number, so that a number is placed once.
    OrderId, "ord_", "order id"
);

impl OrderId {
    /// The id of the order that a shop calls by this number: a UUID v8 of the SHA-256 of `shop/number`.
    pub fn of(shop: &ShopId, number: &OrderNumber) -> Self {
        // A shop's id holds no `/`, so no two pairs give the same text.
        let digest = Sha256::digest(format!("{shop}/{number}").as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

minted_id!(
    /// Units of one order assigned to one location or supplier.
    FulfillmentOrderId, "ful_", "fulfillment order id"
);
minted_id!(
    /// One shipment.
    ShipmentId, "shp_", "shipment id"
);

minted_id!(
    /// One reading of personal data, in the access log.
    AccessId, "acc_", "access id"
);

named_id!(
    /// A stock keeping unit, as the merchant names it.
    Sku, "SKU", 64, "-_.:/+"
);
named_id!(
    /// A warehouse, a 3PL's building or a supplier, as the merchant names it.
    LocationId, "location id", 48, "-_."
);
named_id!(
    /// A line of an order; unique within its order.
    LineId, "line id", 40, "-_."
);
named_id!(
    /// A customer who buys on account, as the merchant names them; no personal data.
    AccountId, "account id", 64, "-_."
);
named_id!(
    /// The shop's own number of an order, e.g. `1001` or `EU-1001`; unique within its shop.
    OrderNumber, "order number", 40, "-_./"
);
named_id!(
    /// The shop (sales channel) that an order came from.
    ShopId, "shop id", 40, "-_."
);

impl Default for ShopId {
    /// The shop of orders that name none: `default`.
    fn default() -> Self {
        Self("default".to_owned())
    }
}
