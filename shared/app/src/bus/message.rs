//! Messages on the queues of the consumers.
//!
//! A queue behind a bus rule carries the whole EventBridge event, whose `detail` is our published envelope. The
//! sweep and long drains send small documents to the same queues:
//!
//! | body | on the queue of | meaning |
//! |---|---|---|
//! | `{"redrive":{"order":"ord_..."}}` | routing, dispatch, cancellation | do what this order still owes |
//! | `{"drain":{"sku":"..."}}` | replenishment | release this SKU's backorders |
//! | `{"sweep":true}` | replenishment | find overdue work |
//! | `{"sweep":{"after":"..."}}` | replenishment | go on with the backordered SKUs |
//! | `{"poll":true}` | payments | read what the payment gateway has recorded |
//! | `{"reconcile":true}` | payments | compare the last days with the payment gateway |
//! | `{"reconcile":{"day":"2026-11-22"}}` | payments | compare this day, or go on with it |
//!
//! Consumers read the order again, so of an event only its order and its id matter; replenishment also reads the SKUs
//! in `data`. Unknown fields are ignored.

use domain::{
    ids::{OrderId, Sku},
    order::Cause,
};
use jiff::civil::Date;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::failure::Failure;

/// A message as a consumer reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueMessage {
    /// An event from the bus.
    Event(BusEvent),
    /// Do what this order still owes.
    Redrive(OrderId),
    /// Release this SKU's backorders.
    Drain(Sku),
    /// Find overdue work; with a cursor, go on with the backordered SKUs after it.
    Sweep(Option<String>),
    /// Read what the payment gateway has recorded.
    Poll,
    /// Compare a UTC day with the payment gateway; none: the last days.
    Reconcile(Option<Date>),
}

/// An event from the bus, with the fields that consumers use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEvent {
    /// Its name: the `detail-type`.
    pub name: String,
    /// Its id, `<order>:<seq>:<n>` for an order's.
    pub id: String,
    /// The order; none for stock.
    pub order: Option<OrderId>,
    /// Its fields.
    pub data: Value,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type")]
    name: String,
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    id: String,
    #[serde(default)]
    order_id: Option<OrderId>,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct OfOrder {
    order: OrderId,
}

#[derive(Deserialize)]
struct OfSku {
    sku: Sku,
}

#[derive(Deserialize)]
struct OfDay {
    day: Date,
}

impl QueueMessage {
    /// Reads the body of a message.
    ///
    /// # Errors
    /// [`Failure::Malformed`] when it is none of these.
    pub fn read(body: &str) -> Result<Self, Failure> {
        let value: Value = parse(body)?;
        if let Some(redrive) = value.get("redrive") {
            Ok(Self::Redrive(field::<OfOrder>(redrive)?.order))
        } else if let Some(drain) = value.get("drain") {
            Ok(Self::Drain(field::<OfSku>(drain)?.sku))
        } else if let Some(sweep) = value.get("sweep") {
            let after = sweep.get("after").and_then(Value::as_str);
            Ok(Self::Sweep(after.map(str::to_owned)))
        } else if value.get("poll").is_some() {
            Ok(Self::Poll)
        } else if let Some(reconcile) = value.get("reconcile") {
            let is_day = reconcile.is_object();
            let day = is_day.then(|| field::<OfDay>(reconcile)).transpose()?;
            Ok(Self::Reconcile(day.map(|OfDay { day }| day)))
        } else {
            let Envelope { name, detail } = field(&value)?;
            Ok(Self::Event(BusEvent {
                name,
                id: detail.id,
                order: detail.order_id,
                data: detail.data,
            }))
        }
    }

    /// Whether it is the event of that name.
    pub fn is_event(&self, name: &str) -> bool {
        matches!(self, Self::Event(event) if event.name == name)
    }

    /// The order of the message, and the cause of what is done about it.
    ///
    /// # Errors
    /// [`Failure::Malformed`] when it names no order.
    pub fn about_order(&self) -> Result<(OrderId, Cause), Failure> {
        match self {
            Self::Event(BusEvent {
                order: Some(order),
                id,
                ..
            }) => Ok((*order, Cause::new("bus", id.as_str()))),
            Self::Redrive(order) => Ok((*order, Cause::new("sweep", order.to_string()))),
            Self::Event(BusEvent {
                order: None, name, ..
            }) => Err(Failure::Malformed(format!(
                "an event `{name}` without `detail.order_id`"
            ))),
            Self::Drain(_) | Self::Sweep(_) | Self::Poll | Self::Reconcile(_) => {
                Err(Failure::Malformed(
                    "a message that is about no order, on the queue of another function".to_owned(),
                ))
            }
        }
    }
}

impl BusEvent {
    /// The SKUs that the event names, each once: of the stock level that changed, of the units or lines concerned, and
    /// of the order's backordered units.
    ///
    /// # Errors
    /// [`Failure::Malformed`] when the value of a SKU field is not a SKU.
    pub fn skus(&self) -> Result<Vec<Sku>, Failure> {
        let mut found = Vec::new();
        for key in ["lines", "units"] {
            let items = self
                .data
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            found.extend(items.filter_map(|item| item.get("sku")));
        }
        found.extend(
            self.data
                .get("backordered_skus")
                .and_then(Value::as_array)
                .into_iter()
                .flatten(),
        );
        found.extend(self.data.get("sku"));
        let mut skus = found
            .into_iter()
            .map(field::<Sku>)
            .collect::<Result<Vec<_>, _>>()?;
        skus.sort();
        skus.dedup();
        Ok(skus)
    }
}

/// The message to do what an order owes.
pub fn redrive(order: OrderId) -> String {
    json!({ "redrive": { "order": order } }).to_string()
}

/// The message to release a SKU's backorders.
pub fn drain(sku: &Sku) -> String {
    json!({ "drain": { "sku": sku } }).to_string()
}

/// The message to go on with the sweep of the backordered SKUs.
pub fn sweep_after(cursor: &str) -> String {
    json!({ "sweep": { "after": cursor } }).to_string()
}

/// The message to compare a day with the payment gateway, or what is left of it.
pub fn reconcile(day: Date) -> String {
    json!({ "reconcile": { "day": day } }).to_string()
}

/// Reads JSON. The error names the position and no content, because a body may contain personal data.
pub(crate) fn parse<T: DeserializeOwned>(body: &str) -> Result<T, Failure> {
    serde_json::from_str(body).map_err(|error| {
        Failure::Malformed(format!(
            "not the JSON expected, line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

fn field<T: DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    T::deserialize(value).map_err(|error| Failure::Malformed(error.to_string()))
}
