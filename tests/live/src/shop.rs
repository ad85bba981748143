//! The shop: what a customer puts into the basket becomes an order.

use serde_json::{Value, json};

use crate::{
    order::Order,
    outcome::{Told, Trouble},
    watch,
    world::World,
};

/// A basket.
#[derive(Debug)]
#[must_use]
pub struct Basket<'w> {
    world: &'w World,
    number: String,
    country: &'static str,
    lines: Vec<Value>,
    ship_complete: bool,
    placed_at: Option<String>,
    intent: bool,
    quiet: bool,
}

/// Price of a unit when a story does not care.
const PRICE: i64 = 1999;

impl<'w> Basket<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self {
            world,
            number: world.order_number(),
            country: "DE",
            lines: Vec::new(),
            ship_complete: false,
            placed_at: None,
            intent: true,
            quiet: false,
        }
    }

    /// The number that the shop gives the order.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Goes to that country.
    pub fn to(self, country: &'static str) -> Self {
        Self { country, ..self }
    }

    /// So many of that.
    pub fn with(self, sku: &str, quantity: u32) -> Self {
        self.priced(sku, quantity, PRICE)
    }

    /// So many of that, at that price each; a fifth of it is tax on top.
    pub fn priced(mut self, sku: &str, quantity: u32, price: i64) -> Self {
        let title = sku.split('.').next().unwrap_or(sku);
        let tax = price.saturating_mul(i64::from(quantity)).saturating_div(5);
        let id = self.lines.len().saturating_add(1).to_string();
        self.lines.push(json!({
            "id": id, "sku": sku, "title": title, "quantity": quantity, "unit_price": price, "tax": tax,
        }));
        self
    }

    /// All together or not at all.
    pub fn complete(self) -> Self {
        Self {
            ship_complete: true,
            ..self
        }
    }

    /// Ordered at another time than now.
    pub fn ordered_at(self, time: impl ToString) -> Self {
        Self {
            placed_at: Some(time.to_string()),
            ..self
        }
    }

    /// The shop does not name the payment intent: Stripe's events name the order.
    pub fn without_intent(self) -> Self {
        Self {
            intent: false,
            ..self
        }
    }

    /// Nothing of the order is told, unless someone asks later.
    pub fn quietly(self) -> Self {
        Self {
            quiet: true,
            ..self
        }
    }

    /// Places the order.
    ///
    /// # Errors
    /// When it is not taken.
    pub fn place(self) -> Told<Order<'w>> {
        let number = self.number;
        let intent = format!("pi_{}", number.replace('-', ""));
        let mut body = json!({
            "number": number,
            "currency": "EUR",
            "placed_at": self.placed_at.unwrap_or_else(|| watch::now().to_string()),
            "lines": self.lines,
            "shipping": 490,
            "terms": { "ship_complete": self.ship_complete },
            "customer": {
                "name": "Jane Doe",
                "email": format!("jane+{number}@example.test"),
                "phone": "+49 30 901820",
                "address": address(self.country),
            },
        });
        if self.intent {
            body["payment"] = json!({ "intent": intent });
        }
        let answer = self
            .world
            .api("operator", "POST", "/api/oms/orders", Some(&body))?;
        let placed: Value = answer.success("placing an order")?;
        let text = |name: &str| placed[name].as_str().map(str::to_owned);
        let (Some(id), Some(total)) = (text("id"), placed["total"].as_i64()) else {
            return Err(Trouble::broken("placing an order", placed));
        };
        let order = Order::new(self.world, id, number, intent, total);
        order.mute(self.quiet);
        order.look()?;
        Ok(order)
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
