//! The shop: builds the request that places an order.

use serde_json::{Value, json};

use crate::{
    environment::Environment,
    http::Response,
    order::Order,
    outcome::{Outcome, StoryError},
    wait,
};

#[derive(Debug)]
#[must_use]
pub struct Basket<'e> {
    env: &'e Environment,
    number: String,
    country: &'static str,
    lines: Vec<Value>,
    ship_complete: bool,
    placed_at: Option<String>,
    intent: bool,
    unreported: bool,
    commanded: bool,
    account: Option<String>,
    tax_transaction: Option<String>,
}

/// Default price of a unit, in minor units.
pub const PRICE: i64 = 1999;
/// What shipping costs, in minor units, and the tax in it.
pub const SHIPPING: i64 = 490;
pub const SHIPPING_TAX: i64 = 82;

impl<'e> Basket<'e> {
    pub(crate) fn new(env: &'e Environment) -> Self {
        Self {
            env,
            number: env.order_number(),
            country: "DE",
            lines: Vec::new(),
            ship_complete: false,
            placed_at: None,
            intent: true,
            unreported: false,
            commanded: false,
            account: None,
            tax_transaction: None,
        }
    }

    pub fn number(&self) -> &str {
        &self.number
    }

    pub fn ship_to(self, country: &'static str) -> Self {
        Self { country, ..self }
    }

    pub fn with(self, sku: &str, quantity: u32) -> Self {
        self.priced(sku, quantity, PRICE)
    }

    /// With a price of a unit in minor units; 20 % tax are added.
    pub fn priced(mut self, sku: &str, quantity: u32, price: i64) -> Self {
        let title = sku.split('.').next().unwrap_or(sku);
        let tax = price.saturating_mul(i64::from(quantity)).saturating_div(5);
        let id = self.lines.len().saturating_add(1).to_string();
        self.lines.push(json!({
            "id": id, "sku": sku, "title": title, "quantity": quantity, "unit_price": price, "tax": tax,
        }));
        self
    }

    pub fn ship_complete(self) -> Self {
        Self {
            ship_complete: true,
            ..self
        }
    }

    pub fn ordered_at(self, time: impl ToString) -> Self {
        Self {
            placed_at: Some(time.to_string()),
            ..self
        }
    }

    /// The shop does not send the payment intent: Stripe's events name the order.
    pub fn without_intent(self) -> Self {
        Self {
            intent: false,
            ..self
        }
    }

    /// Refunds that are owed are commanded at the payment gateway.
    pub fn commanded(self) -> Self {
        Self {
            commanded: true,
            ..self
        }
    }

    /// The customer pays an invoice later, on this account.
    pub fn on_account(self, account: &str) -> Self {
        Self {
            account: Some(account.to_owned()),
            intent: false,
            ..self
        }
    }

    /// Stripe Tax has recorded the sale in this transaction.
    pub fn taxed(self, transaction: &str) -> Self {
        Self {
            tax_transaction: Some(transaction.to_owned()),
            ..self
        }
    }

    /// The order's timeline is not printed until [`Order::mute`] is switched off.
    pub fn unreported(self) -> Self {
        Self {
            unreported: true,
            ..self
        }
    }

    /// Places the order.
    ///
    /// # Errors
    /// When the API refuses it.
    pub fn place(self) -> Outcome<Order<'e>> {
        let placed: Value = self.request()?.success("placing an order")?;
        let text = |name: &str| placed[name].as_str().map(str::to_owned);
        let (Some(id), Some(total)) = (text("id"), placed["total"].as_i64()) else {
            return Err(StoryError::failed("placing an order", placed));
        };
        let intent = self.named_intent();
        let order = Order::new(self.env, id, self.number, intent, total);
        order.mute(self.unreported);
        order.read()?;
        Ok(order)
    }

    /// Asks for the order to be placed.
    ///
    /// # Errors
    /// When there is no response. A refusal is a response.
    pub fn request(&self) -> Outcome<Response> {
        let number = &self.number;
        let placed_at = self.placed_at.clone();
        let mut body = json!({
            "number": number,
            "currency": "EUR",
            "placed_at": placed_at.unwrap_or_else(|| wait::now().to_string()),
            "lines": self.lines,
            "shipping": SHIPPING,
            "terms": { "ship_complete": self.ship_complete },
            "customer": {
                "name": "Jane Doe",
                "email": format!("jane+{number}@example.test"),
                "phone": "+49 30 901820",
                "address": address(self.country),
            },
        });
        if self.commanded {
            body["terms"]["payment_commands"] = json!({});
        }
        if let Some(account) = &self.account {
            body["terms"]["payment"] = json!({ "kind": "on_account", "account": account });
        }
        if let Some(transaction) = &self.tax_transaction {
            body["tax"] = json!({
                "service": "stripe_tax", "transaction": transaction, "shipping_tax": SHIPPING_TAX,
            });
        }
        if self.intent {
            body["payment"] = json!({ "intent": self.named_intent() });
        }
        self.env.api("shop", "POST", "/api/oms/orders", Some(&body))
    }

    fn named_intent(&self) -> String {
        format!("pi_{}", self.number.replace('-', ""))
    }
}

fn address(country: &str) -> Value {
    let (street, city, code) = match country {
        "FR" => ("12 rue de la République", "Lyon", "69002"),
        "NL" => ("Wijnhaven 1", "Rotterdam", "3011 WH"),
        _ => ("Hauptstr. 1", "Berlin", "10827"),
    };
    json!({ "lines": [street], "city": city, "postal_code": code, "country": country })
}
