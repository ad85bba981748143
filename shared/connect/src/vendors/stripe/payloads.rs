//! Stripe's objects: the fields that we use.

use std::fmt;

use domain::money::Currency;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// What decides how the rest is parsed.
#[derive(Deserialize)]
pub(super) struct Head {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) object: Option<String>,
}

/// An event around an object.
#[derive(Deserialize)]
pub(super) struct Event<T> {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) data: Data<T>,
}

#[derive(Deserialize)]
pub(super) struct Data<T> {
    pub(super) object: T,
}

/// What the shop has stored with an object.
#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) order_id: Option<String>,
    /// The effect that one of our commands has written.
    pub(super) oms_effect: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: Option<String>,
    pub(super) amount_capturable: Option<i64>,
    pub(super) amount_received: Option<i64>,
    pub(super) currency: Option<Currency>,
    pub(super) metadata: Option<Metadata>,
    pub(super) last_payment_error: Option<PaymentError>,
    pub(super) latest_charge: Option<Expandable<Charge>>,
}

/// A charge: the authorization behind an intent, and what was captured of it.
#[derive(Deserialize)]
pub(super) struct Charge {
    pub(super) captured: Option<bool>,
    pub(super) payment_intent: Option<Link>,
    pub(super) metadata: Option<Metadata>,
    pub(super) payment_method_details: Option<PaymentMethod>,
}

/// How it was paid: with a card, or with one that was there.
#[derive(Deserialize)]
pub(super) struct PaymentMethod {
    pub(super) card: Option<Card>,
    pub(super) card_present: Option<Card>,
}

#[derive(Deserialize)]
pub(super) struct Card {
    pub(super) capture_before: Option<i64>,
    pub(super) multicapture: Option<Availability>,
}

#[derive(Deserialize)]
pub(super) struct Availability {
    pub(super) status: Option<String>,
}

/// Another object where Stripe has expanded it; otherwise its id.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Expandable<T> {
    Object(Box<T>),
    Id(de::IgnoredAny),
}

#[derive(Deserialize)]
pub(super) struct PaymentError {
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) id: Option<String>,
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<Currency>,
    pub(super) status: Option<String>,
    pub(super) payment_intent: Option<Link>,
    pub(super) metadata: Option<Metadata>,
}

#[derive(Deserialize)]
pub(super) struct Dispute {
    pub(super) id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<Currency>,
    pub(super) reason: Option<String>,
    pub(super) evidence_details: Option<EvidenceDetails>,
    pub(super) balance_transactions: Option<Vec<BalanceTransaction>>,
    pub(super) payment_intent: Option<Link>,
    pub(super) metadata: Option<Metadata>,
}

/// Money of a dispute that has moved at Stripe, in the currency of the shop's account there, which need not be the dispute's.
#[derive(Deserialize)]
pub(super) struct BalanceTransaction {
    /// Without fees: less than 0 when it was taken from the shop, more when it was given back.
    pub(super) amount: Option<i64>,
    /// As Stripe writes it; it may be one that no order can have.
    pub(super) currency: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct EvidenceDetails {
    /// Seconds since 1970; none or 0 when no evidence can be sent.
    pub(super) due_by: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Review {
    pub(super) id: Option<String>,
    pub(super) payment_intent: Option<Link>,
    pub(super) closed_reason: Option<String>,
    pub(super) reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Session {
    pub(super) mode: Option<String>,
    pub(super) payment_status: Option<String>,
    pub(super) amount_total: Option<i64>,
    pub(super) currency: Option<Currency>,
    pub(super) payment_intent: Option<Link>,
    pub(super) client_reference_id: Option<String>,
    pub(super) metadata: Option<Metadata>,
}

/// Another object: its id or, where Stripe has expanded it, the object itself.
pub(super) struct Link {
    pub(super) id: String,
    pub(super) order_id: Option<String>,
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdOrObject;

        #[derive(Deserialize)]
        struct Expanded {
            id: String,
            metadata: Option<Metadata>,
        }

        impl<'de> Visitor<'de> for IdOrObject {
            type Value = Link;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id or an object")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Link, E> {
                Ok(Link {
                    id: id.to_owned(),
                    order_id: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Link, A::Error> {
                let object = Expanded::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Link {
                    id: object.id,
                    order_id: object.metadata.and_then(|m| m.order_id),
                })
            }
        }

        deserializer.deserialize_any(IdOrObject)
    }
}
