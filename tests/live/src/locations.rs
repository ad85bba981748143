//! The locations of the stories, connected as an operator connects a 3PL: first signing secrets, then a URL.
//! Also their stock, as the API and the locations' webhooks change and show it.

use serde_json::{Value, json};

use crate::{
    cloud::SECRETS,
    environment::Environment,
    outcome::Outcome,
    wait::{self, Poll},
};

/// Our own warehouse with the highest priority.
pub const BERLIN: &str = "berlin";
/// Our own warehouse with the second highest priority.
pub const LYON: &str = "lyon";
/// Our own warehouse; disabled unless a story enables it.
pub const DRESDEN: &str = "dresden";
/// A third-party logistics provider.
pub const ROTTERDAM: &str = "rotterdam-3pl";
/// A supplier that ships to the customer.
pub const ATELIER: &str = "atelier-nord";

/// For stacks without secrets of their own. Public, so only for stacks that nobody else can reach.
const SECRET: &str = "whsec_T25seSBmb3IgYSBzdGFjayBvbiBvbmUncyBvd24gbWFjaGluZQ==";

/// The path of a location's webhooks below `/webhooks`.
pub fn path(location: &str) -> String {
    format!("{}/{location}", connect::vendors::wms::NAME)
}

/// The API resource of a location, and its body.
fn document(id: &str) -> (&'static str, Value) {
    let warehouse = |name: &str, priority: u32, enabled: bool| {
        let ships_to = ["DE", "AT", "FR", "NL", "BE"];
        json!({ "name": name, "kind": "warehouse", "priority": priority, "enabled": enabled, "ships_to": ships_to })
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

pub(crate) fn connect_all(env: &Environment) -> Outcome {
    for id in [BERLIN, LYON, DRESDEN, ROTTERDAM, ATELIER] {
        connect(env, id)?;
    }
    Ok(())
}

pub(crate) fn disconnect_all(env: &Environment) -> Outcome {
    for id in [BERLIN, LYON, DRESDEN, ROTTERDAM, ATELIER] {
        put(env, id, None, id != DRESDEN)?;
    }
    Ok(())
}

/// Connects a location: creates its secrets, unless the stack has some, and sets its URL.
///
/// # Errors
/// When the stack refuses.
pub fn connect(env: &Environment, id: &str) -> Outcome {
    let dispatch_secret = match env.stack.secrets.dispatch.get(id) {
        Some(secret) => secret.clone(),
        None => {
            secret(env, &path(id), "webhooks")?;
            secret(env, id, "dispatch")?;
            env.remember_secret(path(id), SECRET.to_owned());
            SECRET.to_owned()
        }
    };
    let url = env.warehouse.location(id, &dispatch_secret);
    put(env, id, Some(&url), id != DRESDEN)
}

/// Removes a location's URL and disables it.
///
/// # Errors
/// When the stack refuses.
pub fn disconnect(env: &Environment, id: &str) -> Outcome {
    put(env, id, None, false)
}

/// Enables or disables a location.
///
/// # Errors
/// When the stack refuses.
pub fn set_enabled(env: &Environment, id: &str, enabled: bool) -> Outcome {
    let url = format!("{}/{id}", env.warehouse.url);
    put(env, id, Some(&url), enabled)
}

fn put(env: &Environment, id: &str, url: Option<&str>, enabled: bool) -> Outcome {
    let (kind, mut body) = document(id);
    body["enabled"] = json!(enabled);
    if let Some(url) = url {
        body["webhook_url"] = json!(url);
    }
    let path = format!("/api/oms/{kind}/{id}");
    env.api("admin", "PUT", &path, Some(&body))?
        .success::<Value>(&format!("PUT {path}"))
        .map(drop)
}

fn secret(env: &Environment, path: &str, purpose: &str) -> Outcome {
    let name = format!("{}/{purpose}/{path}", env.stack.secrets_prefix);
    let value = json!({ "secrets": [SECRET] }).to_string();
    let input = json!({ "Name": name, "SecretString": value });
    match env.cloud.request(SECRETS, "CreateSecret", &input)? {
        Err(error) if error.code != "ResourceExistsException" => {
            Err(crate::outcome::StoryError::Failed(error.to_string()))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

impl Environment {
    /// The location reports received units, and the stock level shows them.
    ///
    /// # Errors
    /// When the level does not show them within [`wait::SHORT`].
    pub fn receive_stock(&self, location: &str, sku: &str, quantity: u32) -> Outcome {
        let before = self.on_hand(sku, location)?;
        let data = json!({ "items": [{ "sku": sku, "quantity": quantity }] });
        self.provider_webhook(location, "stock.received", &data)?
            .send(self)?;
        let expected = before.saturating_add(i64::from(quantity));
        wait::until(
            &format!("{expected} x {sku} at {location}"),
            wait::SHORT,
            || {
                let found = self.on_hand(sku, location)?;
                Ok(if found >= expected {
                    Poll::Ready(())
                } else {
                    Poll::Pending(found.to_string())
                })
            },
        )
    }

    /// Adds units as an operator.
    ///
    /// # Errors
    /// When the stack refuses.
    pub fn add_stock(&self, location: &str, sku: &str, quantity: u32) -> Outcome {
        let movement = json!({ "kind": "received", "quantity": quantity });
        let body = json!({ "sku": sku, "location": location, "movement": movement });
        let response = self.api(
            "operator",
            "POST",
            "/api/oms/stock/adjustments",
            Some(&body),
        )?;
        response.success::<Value>("adding stock").map(drop)
    }

    /// Stock levels and backorders of a SKU.
    ///
    /// # Errors
    /// When the API does not return them.
    pub fn stock_of_sku(&self, sku: &str) -> Outcome<Value> {
        let path = format!("/api/oms/stock/{}", sku.replace('/', "%2F"));
        self.api("support", "GET", &path, None)?
            .success("GET the stock")
    }

    /// Units on hand and, of these, reserved.
    ///
    /// # Errors
    /// When the API does not return them.
    pub fn stock_level(&self, sku: &str, location: &str) -> Outcome<(i64, i64)> {
        let levels = self.stock_of_sku(sku)?;
        let all = levels["levels"].as_array().cloned().unwrap_or_default();
        let found = all.iter().find(|level| level["location"] == *location);
        let number = |name: &str| found.and_then(|level| level[name].as_i64()).unwrap_or(0);
        Ok((number("on_hand"), number("reserved")))
    }

    fn on_hand(&self, sku: &str, location: &str) -> Outcome<i64> {
        Ok(self.stock_level(sku, location)?.0)
    }
}
