//! The locations of the stories, connected as an operator connects a 3PL: signing secrets, then a URL.

use serde_json::{Value, json};

use crate::{
    cloud::SECRETS,
    outcome::Told,
    watch::{self, Look},
    world::World,
};

/// An own warehouse, nearest to customers in Germany.
pub const BERLIN: &str = "berlin";
/// A second warehouse of our own.
pub const LYON: &str = "lyon";
/// A third, which is closed unless a story opens it.
pub const DRESDEN: &str = "dresden";
/// A 3PL.
pub const ROTTERDAM: &str = "rotterdam-3pl";
/// A supplier who ships to the customer.
pub const ATELIER: &str = "atelier-nord";

/// Known to nobody but this machine; a stack that others reach is given other ones.
const SECRET: &str = "whsec_T25seSBmb3IgYSBzdGFjayBvbiBvbmUncyBvd24gbWFjaGluZQ==";

/// Where a location's webhooks go, below `/webhooks`.
pub fn path(location: &str) -> String {
    format!("{}/{location}", connect::vendors::wms::NAME)
}

/// The document of a location that is known to the stories.
fn document(id: &str) -> (&'static str, Value) {
    let warehouse = |name: &str, priority: u32, open: bool| {
        let ships_to = ["DE", "AT", "FR", "NL", "BE"];
        json!({ "name": name, "kind": "warehouse", "priority": priority, "enabled": open, "ships_to": ships_to })
    };
    match id {
        BERLIN => ("locations", warehouse("Own warehouse, Berlin", 1, true)),
        LYON => ("locations", warehouse("Own warehouse, Lyon", 2, true)),
        ATELIER => (
            "suppliers",
            json!({ "name": "Atelier Nord", "kind": "supplier", "priority": 1 }),
        ),
        ROTTERDAM => (
            "locations",
            json!({ "name": "Harbour Logistics, Rotterdam", "kind": "3pl", "priority": 1 }),
        ),
        _ => (
            "locations",
            warehouse("Own warehouse, not open yet", 3, false),
        ),
    }
}

/// Connects the locations of the stories.
pub(crate) fn connect_all(world: &World) -> Told {
    for id in [BERLIN, LYON, DRESDEN, ROTTERDAM, ATELIER] {
        connect(world, id)?;
    }
    Ok(())
}

/// Takes the URLs away again.
pub(crate) fn disconnect_all(world: &World) -> Told {
    for id in [BERLIN, LYON, DRESDEN, ROTTERDAM, ATELIER] {
        put(world, id, None, id != DRESDEN)?;
    }
    Ok(())
}

/// Connects a location: makes its secrets, unless it has some, and gives it its URL.
///
/// # Errors
/// When the stack does not take it.
pub fn connect(world: &World, id: &str) -> Told {
    let told_with = match world.stack.secrets.dispatch.get(id) {
        Some(secret) => secret.clone(),
        None => {
            secret(world, &path(id), "webhooks")?;
            secret(world, id, "dispatch")?;
            world.learn_secret(path(id), SECRET.to_owned());
            SECRET.to_owned()
        }
    };
    let url = world.warehouse.location(id, &told_with);
    put(world, id, Some(&url), id != DRESDEN)
}

/// Takes the URL of a location away again.
///
/// # Errors
/// When the stack does not take it.
pub fn disconnect(world: &World, id: &str) -> Told {
    put(world, id, None, false)
}

/// Opens or closes a location.
///
/// # Errors
/// When the stack does not take it.
pub fn open(world: &World, id: &str, open: bool) -> Told {
    let url = format!("{}/{id}", world.warehouse.url);
    put(world, id, Some(&url), open)
}

fn put(world: &World, id: &str, url: Option<&str>, open: bool) -> Told {
    let (kind, mut body) = document(id);
    body["enabled"] = json!(open);
    if let Some(url) = url {
        body["webhook_url"] = json!(url);
    }
    let path = format!("/api/oms/{kind}/{id}");
    world
        .api("admin", "PUT", &path, Some(&body))?
        .success::<Value>(&format!("PUT {path}"))
        .map(drop)
}

fn secret(world: &World, path: &str, purpose: &str) -> Told {
    let name = format!("{}/{purpose}/{path}", world.stack.secrets_prefix);
    let value = json!({ "secrets": [SECRET] }).to_string();
    let input = json!({ "Name": name, "SecretString": value });
    match world.cloud.ask(SECRETS, "CreateSecret", &input)? {
        Err(refused) if refused.code != "ResourceExistsException" => {
            Err(crate::outcome::Trouble::Broken(refused.to_string()))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

impl World {
    /// So many units of a SKU come in at a location, and the location says so.
    ///
    /// # Errors
    /// When they are not in the books soon.
    pub fn receive(&self, location: &str, sku: &str, quantity: u32) -> Told {
        let before = self.on_hand(sku, location)?;
        let data = json!({ "items": [{ "sku": sku, "quantity": quantity }] });
        self.tell(location, "stock.received", &data)?.send(self)?;
        let expected = before.saturating_add(i64::from(quantity));
        watch::until(
            &format!("{expected} x {sku} at {location}"),
            watch::SOON,
            || {
                let found = self.on_hand(sku, location)?;
                Ok(if found >= expected {
                    Look::There(())
                } else {
                    Look::NotYet(found.to_string())
                })
            },
        )
    }

    /// Stocks a shelf before a story begins.
    ///
    /// # Errors
    /// When the stack does not take it.
    pub fn stock(&self, location: &str, sku: &str, quantity: u32) -> Told {
        let movement = json!({ "kind": "received", "quantity": quantity });
        let body = json!({ "sku": sku, "location": location, "movement": movement });
        let answer = self.api(
            "operator",
            "POST",
            "/api/oms/stock/adjustments",
            Some(&body),
        )?;
        answer.success::<Value>("stocking a shelf").map(drop)
    }

    /// The levels of a SKU and its waiters.
    ///
    /// # Errors
    /// When the API does not show them.
    pub fn levels(&self, sku: &str) -> Told<Value> {
        let path = format!("/api/oms/stock/{}", sku.replace('/', "%2F"));
        self.api("support", "GET", &path, None)?
            .success("GET the stock")
    }

    /// Units on hand, of which reserved, at a location.
    ///
    /// # Errors
    /// When the API does not show them.
    pub fn shelf(&self, sku: &str, location: &str) -> Told<(i64, i64)> {
        let levels = self.levels(sku)?;
        let all = levels["levels"].as_array().cloned().unwrap_or_default();
        let found = all.iter().find(|level| level["location"] == *location);
        let number = |name: &str| found.and_then(|level| level[name].as_i64()).unwrap_or(0);
        Ok((number("on_hand"), number("reserved")))
    }

    fn on_hand(&self, sku: &str, location: &str) -> Told<i64> {
        Ok(self.shelf(sku, location)?.0)
    }
}
