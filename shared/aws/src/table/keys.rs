//! Keys of the items (see [`super`]), and back from a key to what it names.

use app::{failure::Failure, ports::AccessEntry};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    ids::{AccountId, LocationId, OrderId, Sku},
    inbound::PaymentKey,
    order::Reference,
    order::{Cause, Phase},
    stock::Backorder,
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, civil::Date};
use sha2::{Digest, Sha256};

use super::limits::KEY_VALUE_BYTES_MAX;

pub(super) const PLACED: &str = "PLACED";
pub(super) const CONTACT: &str = "CONTACT#";
/// Entries of the access log, in the table of personal data.
pub(super) const ACCESS: &str = "ACCESS#";
/// The `pk` of the entries that are about payments that no order names.
const PAYMENTS: &str = "PAYMENTS";
pub(super) const STATE: &str = "STATE";
pub(super) const COMMIT: &str = "COMMIT#";
/// Begins the `pk` of a stock movement.
pub(super) const INBOX: &str = "INBOX#";
/// Sorts after `STATE`, so that reading an order (`PLACED` to `STATE`) does not meet it.
const UNCHANGED: &str = "UNCHANGED#";
pub(super) const CONFIG: &str = "CONFIG";
pub(super) const LOCATION: &str = "LOCATION#";
pub(super) const RULES: &str = "RULES#";
/// The one partition key of the health of all locations; apart from `CONFIG`, so that a role may write the one and not
/// the other.
pub(super) const HEALTH: &str = "HEALTH";
/// The one partition key of positions in lists that others keep; apart, so that a role may write them and nothing else.
pub(super) const CURSOR: &str = "CURSOR";
/// The one partition key of the results of reconciliation; apart, so that a role may write them and nothing else.
pub(super) const RECONCILIATION: &str = "RECONCILIATION";
/// The one partition key of the index `by-exceptions`.
pub(super) const OPEN_EXCEPTIONS: &str = "OPEN";
/// The partition key of the unmatched payments in the index `by-exceptions` that are open, and of those that are closed.
pub(super) const UNMATCHED: &str = "UNMATCHED";
pub(super) const UNMATCHED_CLOSED: &str = "UNMATCHED_CLOSED";
/// The one partition key of the index `by-due`.
pub(super) const DUE: &str = "DUE";
/// The one partition key of the index `by-backordered-sku`.
pub(super) const BACKORDERED: &str = "BACKORDERED";

/// The one partition key of the exceptions about stock.
pub(super) const STOCK_EXCEPTIONS: &str = "STOCK_EXCEPTIONS";

pub(super) const ORDER: &str = "ORDER#";
const SKU: &str = "SKU#";
const STOCK: &str = "STOCK#";
const BACKORDER: &str = "BACKORDER#";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    pub(super) fn placed(order: OrderId) -> Self {
        Self::new(order_pk(order), PLACED)
    }

    pub(super) fn contact(order: OrderId, version: u32) -> Self {
        Self::new(order_pk(order), format!("{CONTACT}{version:06}"))
    }

    /// Sorting the keys of an order's entries sorts them by time.
    pub(super) fn access(entry: &AccessEntry) -> Self {
        let pk = entry.order.map_or_else(|| PAYMENTS.to_owned(), order_pk);
        Self::new(pk, format!("{ACCESS}{}#{}", sortable(entry.at), entry.id))
    }

    pub(super) fn state(order: OrderId) -> Self {
        Self::new(order_pk(order), STATE)
    }

    pub(super) fn commit(order: OrderId, seq: u64) -> Self {
        Self::new(order_pk(order), commit_sk(seq))
    }

    /// A request that changed nothing. Its key is chosen by the caller, so it is hashed.
    pub(super) fn unchanged(order: OrderId, request: &Cause) -> Self {
        let hash = hex::encode(Sha256::digest(request.key().as_bytes()));
        Self::new(order_pk(order), format!("{UNCHANGED}{hash}"))
    }

    pub(super) fn reference(reference: &Reference) -> Self {
        let (kind, value) = match reference {
            Reference::Intent(value) => ("intent", value),
            Reference::IdempotencyKey(value) => ("key", value),
            Reference::Tracking(value) => ("tracking", value),
            Reference::Transfer(value) => ("transfer", value),
        };
        Self::new(format!("REF#{kind}#{}", bounded(value)), "REF")
    }

    /// A payment: that of an intent has the key of the reference that leads to its order.
    pub(super) fn payment(payment: &PaymentKey) -> Self {
        match payment {
            PaymentKey::Intent(intent) => Self::reference(&Reference::Intent(intent.clone())),
            PaymentKey::Order(name) => Self::new(format!("REF#payment#{}", bounded(name)), "REF"),
        }
    }

    /// A basket, by its hash.
    pub(super) fn basket(hash: &str) -> Self {
        Self::new(format!("REF#basket#{hash}"), "REF")
    }

    pub(super) fn account(id: &AccountId) -> Self {
        Self::new(format!("ACCOUNT#{id}"), "ACCOUNT")
    }

    pub(super) fn stock(sku: &Sku, location: &LocationId) -> Self {
        Self::new(sku_pk(sku), format!("{STOCK}{location}"))
    }

    pub(super) fn stock_exception(sku: &Sku, location: &LocationId) -> Self {
        Self::new(STOCK_EXCEPTIONS.to_owned(), format!("{location}#{sku}"))
    }

    /// Sorting the keys of a SKU sorts its queue.
    pub(super) fn backorder(backorder: &Backorder) -> Self {
        let Backorder {
            priority,
            placed_at,
            order,
            line,
            sku,
            ..
        } = backorder;
        Self::new(
            sku_pk(sku),
            format!(
                "{BACKORDER}{priority:03}#{}#{order}#{line}",
                sortable(*placed_at)
            ),
        )
    }

    pub(super) fn inbox(cause: &Cause) -> Self {
        Self::new(
            format!("{INBOX}{}#{}", cause.source, bounded(&cause.id)),
            "INBOX",
        )
    }

    /// A key that no item has.
    pub(super) fn nothing() -> Self {
        Self::new(CONFIG.to_owned(), "NOTHING")
    }

    pub(super) fn health(location: &LocationId) -> Self {
        Self::new(HEALTH.to_owned(), format!("{LOCATION}{location}"))
    }

    /// The position in the payment gateway's list of events.
    pub(super) fn gateway_events() -> Self {
        Self::new(CURSOR.to_owned(), "GATEWAY_EVENTS")
    }

    /// The result of reconciling a day.
    pub(super) fn reconciliation(day: Date) -> Self {
        Self::new(RECONCILIATION.to_owned(), day.to_string())
    }

    pub(super) fn location(id: &LocationId) -> Self {
        Self::new(CONFIG.to_owned(), format!("{LOCATION}{id}"))
    }
}

pub(super) fn order_pk(order: OrderId) -> String {
    format!("{ORDER}{order}")
}

/// The `sk` of a commit.
pub(super) fn commit_sk(seq: u64) -> String {
    format!("{COMMIT}{seq:06}")
}

pub(super) fn sku_pk(sku: &Sku) -> String {
    format!("{SKU}{sku}")
}

/// The order that a key's `pk` names.
pub(super) fn order_of(pk: &str) -> Result<OrderId, Failure> {
    let id = pk.strip_prefix(ORDER).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Failure::Inconsistent(format!("an index names `{pk}`, which is no order")))
}

/// The kinds of item under a SKU.
pub(super) enum SkuItem {
    StockLevel,
    Backorder,
}

pub(super) fn sku_item(sk: &str) -> Option<SkuItem> {
    if sk.starts_with(STOCK) {
        Some(SkuItem::StockLevel)
    } else if sk.starts_with(BACKORDER) {
        Some(SkuItem::Backorder)
    } else {
        None
    }
}

/// The partition key of the index `by-phase-day`.
pub(super) fn phase_day(phase: Phase, day: Date) -> String {
    format!("{}#{day}", phase.as_str())
}

/// The partition key in the index `by-phase-day` of the commits that the payment gateway must agree with.
pub(super) fn money_day(day: Date) -> String {
    format!("money#{day}")
}

/// A time as text of fixed width, so that sorting the text sorts the times.
pub(super) fn sortable(time: Timestamp) -> String {
    format!("{time:.9}")
}

/// The partition key of the index `by-customer`: without the secret nobody can find out whose address it is.
pub(super) fn customer(secret: &[u8], email: &str) -> Result<String, Failure> {
    keyed_hash(secret, &email.trim().to_lowercase())
}

/// The hash of a text with personal data: without the secret nobody can find out what it says.
pub(super) fn keyed_hash(secret: &[u8], text: &str) -> Result<String, Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|error| {
        Failure::Inconsistent(format!("the customer key cannot be used: {error}"))
    })?;
    mac.update(text.as_bytes());
    Ok(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A value that others choose, short enough for a key.
fn bounded(value: &str) -> String {
    if value.len() <= KEY_VALUE_BYTES_MAX {
        value.to_owned()
    } else {
        format!("sha256-{}", hex::encode(Sha256::digest(value.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::ShopId;

    use super::*;

    fn backorder(priority: u8, placed_at: &str, entropy: u8, line: &str) -> Backorder {
        Backorder {
            priority,
            placed_at: placed_at.parse().unwrap(),
            order: OrderId::of(&ShopId::default(), &entropy.to_string().parse().unwrap()),
            line: line.parse().unwrap(),
            sku: "TEE/M".parse().unwrap(),
            units: 1,
        }
    }

    #[test]
    fn sorting_the_keys_sorts_the_queue() {
        let mut queue = vec![
            backorder(5, "2026-11-22T10:00:00.5Z", 1, "1"),
            backorder(5, "2026-11-22T10:00:00Z", 9, "1"),
            backorder(5, "2026-11-22T10:00:00.500001Z", 0, "1"),
            backorder(10, "2026-11-21T10:00:00Z", 0, "1"),
            backorder(5, "2026-11-22T10:00:00Z", 2, "2"),
            backorder(5, "2026-11-22T10:00:00Z", 2, "10"),
        ];
        let mut by_key = queue.clone();
        queue.sort_by(|a, b| a.position().cmp(&b.position()));
        by_key.sort_by_key(|b| Key::backorder(b).sk);
        assert_eq!(queue, by_key);
    }

    #[test]
    fn a_value_of_any_length_fits_a_key() {
        let long = Reference::Tracking("9".repeat(5000));
        assert!(Key::reference(&long).pk.len() < 2048);
        assert_eq!(
            Key::reference(&Reference::Intent("pi_1".to_owned())).pk,
            "REF#intent#pi_1"
        );
    }

    #[test]
    fn one_customer_has_one_hash_however_the_address_is_written() {
        let hash = |email| customer(b"secret", email).unwrap();
        assert_eq!(hash(" Jane@Example.com "), hash("jane@example.com"));
        assert_ne!(
            hash("jane@example.com"),
            customer(b"other", "jane@example.com").unwrap()
        );
    }
}
