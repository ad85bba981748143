//! Stripe's lists of intents, refunds and disputes, and single ones of them, for reconciliation.

use domain::{
    inbound::Inbound,
    reconciliation::{GatewayObject, ObjectKind},
};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    api::{ApiAnswer, ApiRequest},
    outcome::NoOutcome,
    payloads::ValueList,
    payment::{self, as_of, told_by},
    read,
    write::{self, CommandError},
};
use crate::{
    parse::{ParseError, parse},
    vendors::stripe::{
        disputes, facts,
        payloads::{Dispute, Intent, Refund},
    },
};

/// Objects in a page.
pub const PAGE_OBJECTS: u32 = 100;

/// An object as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Stripe's id.
    pub id: String,
    /// What it says of its order, as webhooks tell of it.
    pub facts: Vec<Inbound>,
}

/// A page of objects, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectPage {
    pub objects: Vec<ListedObject>,
    /// The objects that cannot be read, by their ids.
    pub unreadable: Vec<(String, ParseError)>,
    /// The last object of the page, when there are older ones.
    pub next: Option<String>,
}

/// The request for a page of the objects of a kind that were made from `from` on and before `to`, newest first; `after`: the
/// last object of the page before.
pub fn find_objects(
    kind: ObjectKind,
    (from, to): (Timestamp, Timestamp),
    after: Option<&str>,
) -> ApiRequest {
    let mut query = vec![
        ("created[gte]", from.as_second().to_string()),
        ("created[lt]", to.as_second().to_string()),
        ("limit", PAGE_OBJECTS.to_string()),
    ];
    query.extend(after.map(|id| ("starting_after", id.to_owned())));
    write::get(format!("{}?{}", path(kind), write::form(&query)))
}

/// The request for one object.
///
/// # Errors
/// [`CommandError::Intent`] when the id cannot be one of Stripe's.
pub fn find_object(object: &GatewayObject) -> Result<ApiRequest, CommandError> {
    match object.kind {
        ObjectKind::Payment => payment::find_payment(&object.id),
        kind @ (ObjectKind::Refund | ObjectKind::Dispute) => {
            let id = write::intent_segment(&object.id)?;
            Ok(write::get(format!("{}/{id}", path(kind))))
        }
    }
}

fn path(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Payment => "/v1/payment_intents",
        ObjectKind::Refund => "/v1/refunds",
        ObjectKind::Dispute => "/v1/disputes",
    }
}

/// Reads a page of objects. Each is read for itself, so that one that cannot be read does not hide the others.
///
/// # Errors
/// [`NoOutcome`].
pub fn objects(
    kind: ObjectKind,
    answer: ApiAnswer<'_>,
    asked_at: Timestamp,
) -> Result<ObjectPage, NoOutcome> {
    let list: ValueList = read::body(answer)?;
    let id = |object: &Value| object["id"].as_str().map(str::to_owned);
    let mut page = ObjectPage::default();
    for object in &list.data {
        match read_object(kind, object.to_string().as_bytes(), asked_at) {
            Ok(listed) => page.objects.push(listed),
            Err(error) => page
                .unreadable
                .push((id(object).unwrap_or_default(), error)),
        }
    }
    if list.has_more {
        let last = list.data.last().and_then(id);
        page.next = Some(last.ok_or_else(|| read::unknown(answer, "the last object has no id"))?);
    }
    Ok(page)
}

/// Reads one object. `None`: Stripe has none of that id.
///
/// # Errors
/// [`NoOutcome`].
pub fn object(
    object: &GatewayObject,
    answer: ApiAnswer<'_>,
    asked_at: Timestamp,
) -> Result<Option<ListedObject>, NoOutcome> {
    match read::body::<Value>(answer) {
        Ok(_) => {}
        Err(error) if read::is_missing(&error) => return Ok(None),
        Err(error) => return Err(error),
    }
    let found = read_object(object.kind, answer.body, asked_at)
        .map_err(|error| read::unknown(answer, &error.to_string()))?;
    if found.id == object.id {
        Ok(Some(found))
    } else {
        Err(read::unknown(answer, "it is about another object"))
    }
}

fn read_object(
    kind: ObjectKind,
    body: &[u8],
    asked_at: Timestamp,
) -> Result<ListedObject, ParseError> {
    let (id, told) = match kind {
        ObjectKind::Payment => {
            let intent: Intent = parse(body)?;
            (intent.id.clone(), told_by(&intent)?)
        }
        ObjectKind::Refund => {
            let refund: Refund = parse(body)?;
            let told = facts::refund_updated(&refund)?;
            (facts::id(refund.id.as_deref())?, told.into_iter().collect())
        }
        ObjectKind::Dispute => {
            let dispute: Dispute = parse(body)?;
            let told = disputes::as_it_is(&dispute)?;
            (
                facts::id(dispute.id.as_deref())?,
                told.into_iter().collect(),
            )
        }
    };
    let facts = as_of(asked_at, &id, told);
    Ok(ListedObject { id, facts })
}
