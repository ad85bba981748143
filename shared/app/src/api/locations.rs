//! Locations and suppliers: the same document under two names.

use domain::{
    ids::{LocationId, Sku},
    location::{Location, LocationKind},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::ports::ConfigStore;

/// Whether the document is a location or a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// An own warehouse or a 3PL.
    Locations,
    /// A supplier who ships to the customer.
    Suppliers,
}

impl Family {
    fn of(kind: LocationKind) -> Self {
        match kind {
            LocationKind::Warehouse | LocationKind::ThirdParty => Self::Locations,
            LocationKind::Supplier => Self::Suppliers,
        }
    }
}

/// A location or supplier as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocationBody {
    /// The id in the path, if it is repeated here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LocationId>,
    /// Shown to people.
    pub name: String,
    /// `warehouse` or `3pl`, and `supplier` for suppliers, where it may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<LocationKind>,
    /// Within a tier, a lower number is preferred; 0 unless told.
    #[serde(default)]
    pub priority: u32,
    /// Whether it takes new work; yes unless told.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Countries that it ships to, ISO 3166-1 alpha-2; empty: everywhere.
    #[serde(default)]
    pub ships_to: Vec<String>,
    /// SKUs that it carries; empty: every SKU that it has a stock level for.
    #[serde(default)]
    pub carries: Vec<Sku>,
    /// Whether its shelves are unknown to us, so that what it carries counts as available without limit.
    #[serde(default)]
    pub untracked: bool,
    /// Where fulfillment orders are sent. HTTPS; plain HTTP is for local use, and dispatch refuses it elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

fn yes() -> bool {
    true
}

/// Locations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Locations {
    /// All of them, by id.
    pub locations: Vec<Location>,
}

/// Suppliers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suppliers {
    /// All of them, by id.
    pub suppliers: Vec<Location>,
}

/// All documents of a family.
pub(super) async fn list(
    store: &impl ConfigStore,
    family: Family,
) -> Result<Vec<Location>, Problem> {
    let all = store.locations().await?;
    Ok(all
        .into_iter()
        .filter(|location| Family::of(location.kind) == family)
        .collect())
}

/// Writes a document.
pub(super) async fn put(
    store: &impl ConfigStore,
    family: Family,
    id: LocationId,
    body: LocationBody,
) -> Result<Location, Problem> {
    let location = checked(family, id, body)?;
    // One id names one place: a warehouse must not turn into a supplier under its open orders.
    let known = store
        .locations()
        .await?
        .into_iter()
        .find(|known| known.id == location.id);
    if known.is_some_and(|known| Family::of(known.kind) != family) {
        let detail = "The id belongs to a supplier or a location of the other kind already.";
        return Err(Problem::new(409, "id_taken", detail).about("id"));
    }
    store.put_location(&location).await?;
    tracing::info!(location = %location.id, "location written");
    Ok(location)
}

fn checked(family: Family, id: LocationId, body: LocationBody) -> Result<Location, Problem> {
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
        webhook_url,
    } = body;
    if repeated.is_some_and(|repeated| repeated != id) {
        return refuse("id", "the id of the path, or leave it out");
    }
    let kind = match (family, kind) {
        (Family::Suppliers, None) => LocationKind::Supplier,
        (_, Some(kind)) if Family::of(kind) == family => kind,
        (Family::Suppliers, Some(_)) => return refuse("kind", "`supplier`"),
        (Family::Locations, _) => return refuse("kind", "`warehouse` or `3pl`"),
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

    fn field(family: Family, json: &str) -> String {
        checked(family, "berlin".parse().unwrap(), body(json))
            .unwrap_err()
            .field
            .unwrap()
    }

    #[test]
    fn every_field_of_a_location_can_be_written() {
        let full = r#"{"id":"berlin","name":"Berlin","kind":"3pl","priority":3,"enabled":false,"ships_to":["DE"],
            "carries":["TEE"],"untracked":true,"webhook_url":"https://wms.example.com/hooks?a=b"}"#;
        let location = checked(Family::Locations, "berlin".parse().unwrap(), body(full)).unwrap();
        assert_eq!(location, serde_json::from_str::<Location>(full).unwrap());
    }

    #[test]
    fn a_supplier_needs_no_kind_and_a_location_does() {
        let id = || "berlin".parse().unwrap();
        let supplier = checked(Family::Suppliers, id(), body(r#"{"name":"S"}"#)).unwrap();
        assert_eq!(
            (supplier.kind, supplier.enabled),
            (LocationKind::Supplier, true)
        );
        assert_eq!(field(Family::Locations, r#"{"name":"S"}"#), "kind");
        assert_eq!(
            field(Family::Locations, r#"{"name":"S","kind":"supplier"}"#),
            "kind"
        );
        assert_eq!(
            field(Family::Suppliers, r#"{"name":"S","kind":"3pl"}"#),
            "kind"
        );
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        let location = |rest: &str| format!(r#"{{"name":"B","kind":"warehouse",{rest}}}"#);
        assert_eq!(
            field(Family::Locations, r#"{"name":" ","kind":"3pl"}"#),
            "name"
        );
        assert_eq!(
            field(Family::Locations, &location(r#""id":"hamburg""#)),
            "id"
        );
        assert_eq!(
            field(Family::Locations, &location(r#""ships_to":["de"]"#)),
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
                    Family::Locations,
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
