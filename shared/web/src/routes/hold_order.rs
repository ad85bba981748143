//! Places a hold on an order.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::hold::{HoldRequest, place_hold},
    views::holds::{PlacedHold, PlacedHoldView},
};
use domain::{
    ids::OrderId,
    order::{Cause, HoldKind},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    response::{Response, json, mark_replayed},
    route::{Body, Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::HoldOrder,
    name: "holdOrder",
    path: "/api/oms/orders/{id}/hold",
    permissions: &[Permission::HoldOrders],
    summary: "Place a hold on an order",
    body: Some(Body {
        name: "HoldOrder",
        schema: schema::<HoldBody>,
        example: examples::HOLD,
    }),
    answer: schema::<PlacedHoldView>,
    refusals: &[
        (404, &["not_found"]),
        (409, &["wrong_status"]),
        (422, &["invalid_hold"]),
    ],
    ..WRITE
};

/// A hold to place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldBody {
    /// The kind of hold.
    pub kind: HoldKind,
    /// The hold's name, needed to release it: 1 to 64 of A-Z a-z 0-9 and -_.: By default, one is generated.
    #[serde(default)]
    pub handle: Option<String>,
    /// When the hold expires, UTC; none: never.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl HoldBody {
    /// The hold to place. A handle is generated from the request's key, so that a repeated request has the same
    /// handle, and another request another one.
    fn request(self, key: &Cause, now: Timestamp) -> Result<HoldRequest, Problem> {
        if self.until.is_some_and(|until| until <= now) {
            return Err(Problem::invalid(
                "invalid_hold",
                "until",
                "`until` is in the past.",
            ));
        }
        if !self.kind.is_known() {
            return Err(extract::unknown("kind", HoldKind::KNOWN));
        }
        let handle = match self.handle {
            Some(handle) => checked(handle)?,
            None => format!(
                "{}-{}",
                self.kind.as_str(),
                hex::encode(&Sha256::digest(key.key())[..4])
            ),
        };
        Ok(HoldRequest {
            kind: self.kind,
            handle,
            until: self.until,
        })
    }
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let key = extract::key(&call.principal, call.request)?;
    let body: HoldBody = extract::document(call.request)?;
    let hold = body.request(&key.cause(), call.env.now())?;
    let actor = call.principal.actor();
    let held = place_hold(call.store, call.env, id, &hold, &key, &actor).await?;
    // The order may have had a hold of that handle before, with another end.
    let existing = held
        .value
        .state
        .holds
        .iter()
        .find(|existing| existing.handle == hold.handle);
    let (kind, until) = match existing {
        Some(existing) if !held.replayed => (existing.kind.clone(), existing.until),
        Some(_) | None => (hold.kind, hold.until),
    };
    let view = PlacedHoldView {
        order: id,
        hold: PlacedHold {
            kind,
            handle: hold.handle,
            until,
        },
    };
    Ok(mark_replayed(json(200, &view)?, held.replayed))
}

/// A handle is published and shown, so it must be a name and no text about a person.
fn checked(handle: String) -> Result<String, Problem> {
    let fits = (1..=64).contains(&handle.len());
    let plain = handle
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
    if fits && plain {
        Ok(handle)
    } else {
        Err(Problem::invalid(
            "invalid_hold",
            "handle",
            "`handle` is 1 to 64 of A-Z a-z 0-9 and -_.:",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(json: &str, key: &str) -> Result<HoldRequest, Problem> {
        let body: HoldBody = serde_json::from_str(json).unwrap();
        body.request(&Cause::new("api", key), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_hold_without_a_handle_gets_one_from_its_key() {
        let hold = |key| request(r#"{"kind":"manual"}"#, key).unwrap();
        assert_eq!(hold("k-1"), hold("k-1"));
        assert_ne!(hold("k-1"), hold("k-2"));
        assert!(hold("k-1").handle.starts_with("manual-"));
    }

    #[test]
    fn a_handle_is_a_name_and_the_end_is_in_the_future() {
        let refused = |json| request(json, "k").unwrap_err().field.unwrap();
        assert_eq!(
            refused(r#"{"kind":"manual","handle":"call Jane Doe"}"#),
            "handle"
        );
        assert_eq!(
            refused(r#"{"kind":"manual","until":"1969-01-01T00:00:00Z"}"#),
            "until"
        );
    }
}
