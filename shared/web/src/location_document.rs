//! Writing a location or a supplier: the same document under two paths.

use app::{
    ports::{Clock, HealthStore, Store},
    views::locations::LocationFamily,
};
use connect::registry;
use domain::{
    ids::{LocationId, Sku},
    location::{Location, LocationKind},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    extract,
    problem::Problem,
    response::{Response, json},
};

/// A location or supplier to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocationBody {
    /// The id in the path, if it is repeated here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LocationId>,
    /// The name shown to people.
    pub name: String,
    /// `warehouse` or `3pl`, and `supplier` for suppliers, where it may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<LocationKind>,
    /// Within a tier, a lower number is preferred; 0 by default.
    #[serde(default)]
    pub priority: u32,
    /// Whether it gets new fulfillment orders; `true` by default.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// Countries that it ships to, ISO 3166-1 alpha-2; empty: all countries.
    #[serde(default)]
    pub ships_to: Vec<String>,
    /// SKUs that it carries; empty: every SKU that it has a stock level for.
    #[serde(default)]
    pub carries: Vec<Sku>,
    /// Whether its stock is not counted here: every SKU that it carries is available without limit, and nothing is
    /// reserved or subtracted at this location. For suppliers who make to order. `false` by default: stock is counted.
    #[serde(default)]
    pub untracked: bool,
    /// The vendor whose wire format it uses; `wms`, the default, is our own.
    #[serde(default = "own_format")]
    pub vendor: String,
    /// The URL that fulfillment orders are sent to: HTTPS; plain HTTP only for local use. None: people work the
    /// location through the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// As the lists show it, so that what was read can be written again; ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<serde_json::Value>,
}

fn enabled() -> bool {
    true
}

fn own_format() -> String {
    registry::OWN_FORMAT.to_owned()
}

/// Writes the document in the body under the id in the path.
pub(crate) async fn put(
    call: &Call<'_, impl Store, impl Clock>,
    family: LocationFamily,
) -> Result<Response, Problem> {
    let id: LocationId = call.parameter("id").parse().map_err(|_| {
        Problem::invalid(
            "invalid_location",
            "id",
            "An id is 1 to 48 of A-Z a-z 0-9 and -_.",
        )
    })?;
    let body: LocationBody = extract::document(call.request)?;
    let location = write(call.store, call.env, family, id, body).await?;
    Ok(json(200, &location)?)
}

async fn write(
    store: &impl Store,
    clock: &impl Clock,
    family: LocationFamily,
    id: LocationId,
    body: LocationBody,
) -> Result<Location, Problem> {
    let location = checked(family, id, body)?;
    // An id keeps its family: a warehouse must not turn into a supplier while it has open fulfillment orders.
    let known = store
        .locations()
        .await?
        .into_iter()
        .find(|known| known.id == location.id);
    if let Some(known) = &known
        && LocationFamily::of(known.kind) != family
    {
        let detail = "The id already belongs to a supplier or a location of the other kind.";
        return Err(Problem::new(409, "id_taken", detail).about("id"));
    }
    store.put_location(&location).await?;
    tracing::info!(location = %location.id, "location written");
    if known.is_some_and(|known| known.webhook_url != location.webhook_url) {
        forget_health(store, clock, &location.id).await?;
    }
    Ok(location)
}

/// How often the health is read again when another writer was faster.
const HEALTH_WRITES_MAX: u32 = 4;

/// What is known of the health is about the old address: the new one is tried at once.
async fn forget_health(
    store: &impl HealthStore,
    clock: &impl Clock,
    location: &LocationId,
) -> Result<(), Problem> {
    for _ in 0..HEALTH_WRITES_MAX {
        let known = store.health().await?;
        let known = known.iter().find(|known| known.location == *location);
        let Some(next) = known.and_then(|known| known.at_another_address(clock.now())) else {
            return Ok(());
        };
        if store.put_health(&next).await? {
            tracing::info!(%location, "another address: its health is forgotten");
            return Ok(());
        }
    }
    // Requests that are under way to the old address write it. The next probe finds the new one.
    tracing::warn!(%location, "others are writing the health of this location");
    Ok(())
}

fn checked(
    family: LocationFamily,
    id: LocationId,
    body: LocationBody,
) -> Result<Location, Problem> {
    let refuse = |field: &str, rule: &str| {
        Err(Problem::invalid(
            "invalid_location",
            field,
            format!("`{field}`: {rule}."),
        ))
    };
    let LocationBody {
        id: repeated,
        name,
        kind,
        priority,
        enabled,
        ships_to,
        carries,
        untracked,
        vendor,
        webhook_url,
        health: _,
    } = body;
    if repeated.is_some_and(|repeated| repeated != id) {
        return refuse("id", "the id of the path, or leave it out");
    }
    let kind = match (family, kind) {
        (LocationFamily::Suppliers, None) => LocationKind::Supplier,
        (_, Some(kind)) if LocationFamily::of(kind) == family => kind,
        (LocationFamily::Suppliers, Some(_)) => return refuse("kind", "`supplier`"),
        (LocationFamily::Locations, _) => return refuse("kind", "`warehouse` or `3pl`"),
    };
    if name.trim().is_empty() || name.chars().count() > 120 {
        return refuse("name", "1 to 120 characters");
    }
    if !ships_to
        .iter()
        .all(|country| country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()))
    {
        return refuse("ships_to", "countries of two capital letters, ISO 3166-1");
    }
    if !registry::takes_requests(&vendor) {
        return refuse(
            "vendor",
            "a vendor that takes fulfillment orders, such as `wms`",
        );
    }
    if webhook_url
        .as_deref()
        .is_some_and(|url| !is_web_address(url))
    {
        return refuse(
            "webhook_url",
            "an absolute http or https address without user name or fragment",
        );
    }
    Ok(Location {
        id,
        name,
        kind,
        priority,
        enabled,
        ships_to,
        carries,
        untracked,
        vendor,
        webhook_url,
    })
}

fn is_web_address(url: &str) -> bool {
    let Some(rest) = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
    else {
        return false;
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let plain = url.len() <= 2_000 && url.bytes().all(|b| b.is_ascii_graphic());
    plain && !host.is_empty() && !host.starts_with(':') && !url.contains('#') && !host.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(json: &str) -> LocationBody {
        serde_json::from_str(json).unwrap()
    }

    fn field(family: LocationFamily, json: &str) -> String {
        checked(family, "berlin".parse().unwrap(), body(json))
            .unwrap_err()
            .field
            .unwrap()
    }

    #[test]
    fn every_field_of_a_location_can_be_written() {
        let full = r#"{"id":"berlin","name":"Berlin","kind":"3pl","priority":3,"enabled":false,"ships_to":["DE"],
            "carries":["TEE"],"untracked":true,"vendor":"wms","webhook_url":"https://wms.example.com/hooks?a=b"}"#;
        let location = checked(
            LocationFamily::Locations,
            "berlin".parse().unwrap(),
            body(full),
        )
        .unwrap();
        assert_eq!(location, serde_json::from_str::<Location>(full).unwrap());
    }

    #[test]
    fn a_supplier_needs_no_kind_and_a_location_does() {
        let id = || "berlin".parse().unwrap();
        let supplier = checked(LocationFamily::Suppliers, id(), body(r#"{"name":"S"}"#)).unwrap();
        assert_eq!(
            (supplier.kind, supplier.enabled),
            (LocationKind::Supplier, true)
        );
        assert_eq!(field(LocationFamily::Locations, r#"{"name":"S"}"#), "kind");
        assert_eq!(
            field(
                LocationFamily::Locations,
                r#"{"name":"S","kind":"supplier"}"#
            ),
            "kind"
        );
        assert_eq!(
            field(LocationFamily::Suppliers, r#"{"name":"S","kind":"3pl"}"#),
            "kind"
        );
    }

    #[test]
    fn a_broken_rule_names_its_field() {
        let location = |rest: &str| format!(r#"{{"name":"B","kind":"warehouse",{rest}}}"#);
        assert_eq!(
            field(LocationFamily::Locations, r#"{"name":" ","kind":"3pl"}"#),
            "name"
        );
        assert_eq!(
            field(LocationFamily::Locations, &location(r#""id":"hamburg""#)),
            "id"
        );
        for vendor in ["nobody", "stripe"] {
            let body = location(&format!(r#""vendor":"{vendor}""#));
            assert_eq!(field(LocationFamily::Locations, &body), "vendor");
        }
        assert_eq!(
            field(LocationFamily::Locations, &location(r#""ships_to":["de"]"#)),
            "ships_to"
        );
        for url in [
            "ftp://x",
            "https://",
            "https:///x",
            "//x",
            "https://u:p@x/",
            "https://x/#f",
            "https://x y/",
            "http://:1",
        ] {
            assert_eq!(
                field(
                    LocationFamily::Locations,
                    &location(&format!(r#""webhook_url":"{url}""#))
                ),
                "webhook_url",
                "{url}"
            );
        }
        for url in [
            "https://x",
            "http://127.0.0.1:8080/hooks",
            "https://[::1]/a",
        ] {
            assert!(is_web_address(url), "{url}");
        }
    }
}
