//! Our own scheme, for any warehouse, 3PL or supplier: what they tell us. What we ask of them is in
//! [`outgoing`](crate::outgoing).
//!
//! A location posts to `/webhooks/wms/<location id>`, signed with its own secret by Standard Webhooks (see
//! [`signature::standard`](crate::signature::standard)). The `webhook-id` names the event: a second message of the
//! same id from the same location is the same event, and has no second effect. Order of arrival does not matter.
//!
//! ```json
//! {
//!   "type": "shipment.shipped",
//!   "version": 1,
//!   "timestamp": "2026-11-22T09:30:00Z",
//!   "data": {
//!     "order_id": "ord_01a2027bd6807a1b2c3d4e5f60718293",
//!     "fulfillment_order_id": "ful_01a2027be6207b2c3d4e5f60718293a4",
//!     "shipment_reference": "BOX-1",
//!     "carrier": "DHL",
//!     "tracking_number": "00340434161094042557",
//!     "lines": [{ "line": "1", "quantity": 2 }],
//!     "last": true
//!   }
//! }
//! ```
//!
//! | type | data |
//! |---|---|
//! | `fulfillment_order.accepted`, `.picking`, `.packed` | [`Progress`] |
//! | `fulfillment_order.rejected`, `.cancel_refused` | [`Declined`] |
//! | `fulfillment_order.cancelled` | [`Cancelled`] |
//! | `shipment.shipped` | [`Shipped`] |
//! | `shipment.in_transit`, `.out_for_delivery`, `.delivered`, `.returned_to_sender` | [`Parcel`] |
//! | `shipment.exception` | [`Trouble`] |
//! | `stock.received` | [`Received`] |
//! | `stock.counted` | [`Counted`] |
//!
//! Types that are not listed are answered with 2xx and ignored; fields that are not listed are ignored. A sender
//! may leave out steps: what it does not track it does not tell.

use std::collections::BTreeMap;

use domain::{
    facts::{Fact, FactLine, FulfillmentFact, Inbound, ParcelFact, StockFact, StockMovement},
    ids::{LineId, LocationId, Sku},
    place::UNITS_MAX,
};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

mod kind;
mod payload;

pub use self::{
    kind::Kind,
    payload::{
        Cancelled, Counted, CountedItem, Declined, Parcel, Progress, Received, ReceivedItem,
        Shipped, Trouble,
    },
};
use crate::{
    message::{Message, VERSION},
    read::{ReadError, Reading, Unused, code, name, parse},
    signature::VerifiedMessage,
};

/// The name of the source.
pub const NAME: &str = "wms";
/// Most SKUs in one message about stock: what it moves is one transaction.
pub const ITEMS_MAX: usize = 50;
/// Most entries that a list may have before equal ones are added up.
const ENTRIES_MAX: usize = 500;
/// Most units on a shelf that we believe.
const ON_HAND_MAX: u32 = 1_000_000_000;
/// Longest name of a parcel, a carrier, a tracking number.
const NAME_MAX: usize = 100;

/// Reads a message of the location that signed it.
///
/// # Errors
/// [`ReadError`] with the path of the field that is wrong.
pub fn read(
    message: VerifiedMessage<'_>,
    location: &LocationId,
    received_at: Timestamp,
) -> Result<Reading, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "type")]
        kind: String,
    }
    #[derive(Deserialize)]
    struct Versioned {
        version: Option<u32>,
    }
    let body = message.body().bytes();
    let head: Head = parse(body)?;
    let Some(kind) = Kind::named(&head.kind) else {
        return Ok(Reading::ignored(&head.kind, Unused::Type));
    };
    // Before anything else of it: another version may mean something else by the same names.
    if let Some(version) = parse::<Versioned>(body)?
        .version
        .filter(|version| *version != VERSION)
    {
        return Err(ReadError::Version(version));
    }
    let (occurred_at, fact) = fact(kind, body)?;
    Ok(Reading::Fact(Box::new(Inbound {
        source: NAME.to_owned(),
        id: message.id().to_owned(),
        location: Some(location.clone()),
        occurred_at: whole_milliseconds(occurred_at),
        received_at,
        fact,
    })))
}

/// Senders write nanoseconds; they mean milliseconds, and every byte of an order's state is paid for.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn fact(kind: Kind, body: &[u8]) -> Result<(Timestamp, Fact), ReadError> {
    match kind {
        Kind::Accepted => tell(body, |p| Ok(progress(&p, FulfillmentFact::Accepted))),
        Kind::Picking => tell(body, |p| Ok(progress(&p, FulfillmentFact::Picking))),
        Kind::Packed => tell(body, |p| Ok(progress(&p, FulfillmentFact::Packed))),
        Kind::Rejected => tell(body, |d| {
            Ok(declined(&d, |reason| FulfillmentFact::Rejected { reason }))
        }),
        Kind::CancelRefused => tell(body, |d| {
            Ok(declined(&d, |reason| FulfillmentFact::CancelRefused {
                reason,
            }))
        }),
        Kind::Cancelled => tell(body, cancelled),
        Kind::Shipped => tell(body, shipped),
        Kind::InTransit => tell(body, |p| parcel(&p, ParcelFact::InTransit)),
        Kind::OutForDelivery => tell(body, |p| parcel(&p, ParcelFact::OutForDelivery)),
        Kind::Delivered => tell(body, |p| parcel(&p, ParcelFact::Delivered)),
        Kind::ReturnedToSender => tell(body, |p| parcel(&p, ParcelFact::ReturnedToSender)),
        Kind::Exception => tell(body, trouble),
        Kind::StockReceived => tell(body, received),
        Kind::StockCounted => tell(body, counted),
    }
}

fn tell<T: DeserializeOwned>(
    body: &[u8],
    fact: impl FnOnce(T) -> Result<Fact, ReadError>,
) -> Result<(Timestamp, Fact), ReadError> {
    let message: Message<T> = parse(body)?;
    Ok((message.timestamp, fact(message.data)?))
}

fn progress(progress: &Progress, fact: FulfillmentFact) -> Fact {
    Fact::Fulfillment {
        order: progress.order_id,
        fulfillment_order: progress.fulfillment_order_id,
        fact,
    }
}

fn declined(declined: &Declined, fact: impl FnOnce(String) -> FulfillmentFact) -> Fact {
    let reason = declined
        .reason
        .as_deref()
        .and_then(code)
        .unwrap_or_else(|| "unspecified".to_owned());
    Fact::Fulfillment {
        order: declined.order_id,
        fulfillment_order: declined.fulfillment_order_id,
        fact: fact(reason),
    }
}

fn cancelled(cancelled: Cancelled) -> Result<Fact, ReadError> {
    // An empty list may be a sender's way to say that nothing was cancelled, so it never means everything.
    let lines = cancelled.lines.map(lines).transpose()?.unwrap_or_default();
    Ok(Fact::Fulfillment {
        order: cancelled.order_id,
        fulfillment_order: cancelled.fulfillment_order_id,
        fact: FulfillmentFact::Cancelled { lines },
    })
}

fn shipped(shipped: Shipped) -> Result<Fact, ReadError> {
    let optional = |path: &str, text: Option<String>| match text {
        Some(text) if !text.trim().is_empty() => name(path, &text, NAME_MAX).map(Some),
        _ => Ok(None),
    };
    Ok(Fact::Fulfillment {
        order: shipped.order_id,
        fulfillment_order: shipped.fulfillment_order_id,
        fact: FulfillmentFact::Shipped {
            reference: parcel_name(&shipped.shipment_reference)?,
            carrier: optional("data.carrier", shipped.carrier)?,
            tracking: optional("data.tracking_number", shipped.tracking_number)?,
            lines: lines(shipped.lines)?,
            last: shipped.last,
        },
    })
}

fn parcel(parcel: &Parcel, fact: ParcelFact) -> Result<Fact, ReadError> {
    Ok(Fact::Parcel {
        order: parcel.order_id,
        reference: parcel_name(&parcel.shipment_reference)?,
        fact,
    })
}

fn trouble(trouble: Trouble) -> Result<Fact, ReadError> {
    Ok(Fact::Parcel {
        order: trouble.order_id,
        reference: parcel_name(&trouble.shipment_reference)?,
        fact: ParcelFact::Exception {
            reason: trouble.reason.as_deref().and_then(code),
        },
    })
}

fn parcel_name(reference: &str) -> Result<String, ReadError> {
    name("data.shipment_reference", reference, NAME_MAX)
}

/// Units by line. A sender may list one line in several entries (one a pallet, one a serial number) and lines of
/// which there are no units.
fn lines(entries: Vec<FactLine>) -> Result<Vec<FactLine>, ReadError> {
    let sums = sums::<LineId>(
        "data.lines",
        entries.into_iter().map(|e| (e.line, e.quantity)).collect(),
    )?;
    Ok(sums
        .into_iter()
        .map(|(line, quantity)| FactLine { line, quantity })
        .collect())
}

fn received(received: Received) -> Result<Fact, ReadError> {
    let entries = received
        .items
        .into_iter()
        .map(|e| (e.sku, e.quantity))
        .collect();
    let sums = few(sums::<Sku>("data.items", entries)?)?;
    let fact = |(sku, quantity)| StockFact {
        sku,
        movement: StockMovement::Received { quantity },
    };
    Ok(Fact::Stock(sums.into_iter().map(fact).collect()))
}

fn counted(counted: Counted) -> Result<Fact, ReadError> {
    let mut counts = BTreeMap::new();
    for (place, item) in counted.items.into_iter().enumerate() {
        let wrong = |field: &str, problem: &str| {
            Err(ReadError::field(
                format!("data.items[{place}].{field}"),
                problem.to_owned(),
            ))
        };
        if item.on_hand > ON_HAND_MAX {
            return wrong("on_hand", "at most 1000000000 units");
        }
        if counts.insert(item.sku, item.on_hand).is_some() {
            return wrong("sku", "one count a SKU");
        }
    }
    if counts.is_empty() {
        return Err(ReadError::field("data.items", "at least one SKU"));
    }
    let fact = |(sku, on_hand)| StockFact {
        sku,
        movement: StockMovement::Counted { on_hand },
    };
    Ok(Fact::Stock(few(counts)?.into_iter().map(fact).collect()))
}

fn few(items: BTreeMap<Sku, u32>) -> Result<BTreeMap<Sku, u32>, ReadError> {
    if items.len() <= ITEMS_MAX {
        Ok(items)
    } else {
        Err(ReadError::field(
            "data.items",
            format!("at most {ITEMS_MAX} SKUs; send more in further messages"),
        ))
    }
}

/// Adds up equal entries and leaves out those of no units.
fn sums<K: Ord>(path: &str, entries: Vec<(K, u32)>) -> Result<BTreeMap<K, u32>, ReadError> {
    if entries.len() > ENTRIES_MAX {
        return Err(ReadError::field(
            path,
            format!("at most {ENTRIES_MAX} entries"),
        ));
    }
    let mut sums = BTreeMap::new();
    for (place, (key, quantity)) in entries.into_iter().enumerate() {
        if quantity == 0 {
            continue;
        }
        let sum: &mut u32 = sums.entry(key).or_default();
        *sum = sum.saturating_add(quantity);
        if *sum > UNITS_MAX {
            return Err(ReadError::field(
                format!("{path}[{place}].quantity"),
                format!("at most {UNITS_MAX} units"),
            ));
        }
    }
    if sums.is_empty() {
        Err(ReadError::field(path, "at least one unit"))
    } else {
        Ok(sums)
    }
}
