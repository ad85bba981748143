//! Placing an order: from what the shop sends to the immutable order, its first commit and its cells.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    change::{Change, Reference},
    command::Context,
    ids::{LineId, OrderId, OrderNumber, ShopId, Sku},
    money::{Currency, split},
    order::{
        Causes, Contact, Destination, Event, Line, LineState, Order, OrderState, Payment,
        PlacedOrder, Status, Terms,
    },
    rejection::{Rejection, RejectionCode},
};

/// Most lines an order may have: with stock, backorders and references, what routing writes for so many lines
/// still fits one transaction of 100 items.
pub const LINES_MAX: usize = 40;
/// Most units of one line.
pub const UNITS_MAX: u32 = 100_000;
/// Largest amount, minor units: far above any order, far below overflow.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// An order as a shop places it. Amounts are integers in minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// The shop's own number, unique within the shop.
    pub number: OrderNumber,
    /// The shop; `default` unless told.
    #[serde(default = "default_shop")]
    pub shop: ShopId,
    /// When the customer placed it, RFC 3339; now unless told.
    #[serde(default)]
    pub placed_at: Option<Timestamp>,
    /// ISO 4217.
    pub currency: Currency,
    /// What was bought.
    pub lines: Vec<PlaceLine>,
    /// Discount on the order as a whole, a positive number; shared over the lines by their value.
    #[serde(default)]
    pub discount: i64,
    /// Price of shipping, its tax included; shared over the lines by their value.
    #[serde(default)]
    pub shipping: i64,
    /// Terms of fulfillment.
    #[serde(default)]
    pub terms: Terms,
    /// How it is paid.
    #[serde(default)]
    pub payment: PlacePayment,
    /// The customer.
    pub customer: Contact,
}

fn default_shop() -> ShopId {
    #[expect(clippy::expect_used, reason = "a constant that a test reads")]
    "default".parse().expect("a valid id")
}

/// A line as a shop places it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceLine {
    /// The shop's id of the line; its place, counted from 1, unless told.
    #[serde(default)]
    pub id: Option<LineId>,
    /// What.
    pub sku: Sku,
    /// Shown to people.
    #[serde(default)]
    pub title: String,
    /// Units, at least 1.
    pub quantity: u32,
    /// Price of one unit.
    pub unit_price: i64,
    /// Discount on the whole line, a positive number.
    #[serde(default)]
    pub discount: i64,
    /// Tax on the whole line.
    #[serde(default)]
    pub tax: i64,
}

/// How an order is paid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlacePayment {
    /// The payment intent whose webhooks belong to this order, e.g. `pi_...`.
    #[serde(default)]
    pub intent: Option<String>,
}

/// A placed order, ready to be written: all of it in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// First commit, state, references.
    pub change: Change,
    /// The customer, in an item of its own.
    pub contact: Contact,
}

/// The order before its first commit.
pub fn unplaced(placed: PlacedOrder) -> Order {
    let lines = placed
        .lines
        .iter()
        .map(|l| LineState {
            unrouted: l.quantity,
            ..LineState::default()
        })
        .collect();
    let state = OrderState {
        version: 0,
        head: String::new(),
        changed_at: placed.placed_at,
        status: Status::Pending,
        lines,
        fulfillment_orders: Vec::new(),
        shipments: Vec::new(),
        holds: Vec::new(),
        payment: Payment::default(),
        exceptions: Vec::new(),
        avoid: Vec::new(),
        causes: Causes::default(),
    };
    Order { placed, state }
}

/// SHA-256 of an order as placed, hexadecimal: the first commit names it, so that the immutable item is covered
/// by the hash chain too.
///
/// # Errors
/// When the order cannot be written as JSON.
pub fn digest(placed: &PlacedOrder) -> Result<String, serde_json::Error> {
    Ok(hex::encode(Sha256::digest(
        serde_json::to_string(placed)?.as_bytes(),
    )))
}

/// Places an order.
///
/// # Errors
/// [`RejectionCode::InvalidOrder`] with the field and the rule that it breaks.
pub fn place(id: OrderId, request: &PlaceOrder, context: &Context) -> Result<Placement, Rejection> {
    check(request)?;
    let placed = PlacedOrder {
        id,
        number: request.number.clone(),
        shop: request.shop.clone(),
        placed_at: request.placed_at.unwrap_or(context.now),
        currency: request.currency,
        lines: lines(request)?,
        destination: Destination {
            country: request.customer.address.country.clone(),
            region: request.customer.address.region.clone(),
        },
        terms: request.terms.clone(),
    };
    let unwritable = |error: serde_json::Error| invalid("order", &error.to_string());
    let event = Event::OrderPlaced {
        number: placed.number.clone(),
        total: placed.total(),
        currency: placed.currency,
        digest: digest(&placed).map_err(unwritable)?,
        intent: request.payment.intent.clone(),
    };
    let order = unplaced(placed);
    let mut events = vec![event];
    if order.is_ready() {
        events.push(Event::OrderReleased {});
    }
    let mut change = Change::new(&order, events, context).map_err(unwritable)?;
    change.references.push(Reference::Number(format!(
        "{}/{}",
        request.shop, request.number
    )));
    if context.cause.source == "api" {
        change
            .references
            .push(Reference::IdempotencyKey(context.cause.id.clone()));
    }
    Ok(Placement {
        change,
        contact: request.customer.clone(),
    })
}

fn invalid(field: &str, rule: &str) -> Rejection {
    Rejection::new(
        RejectionCode::InvalidOrder,
        field,
        format!("`{field}`: {rule}"),
    )
}

fn check(request: &PlaceOrder) -> Result<(), Rejection> {
    if request.lines.is_empty() || request.lines.len() > LINES_MAX {
        return Err(invalid(
            "lines",
            &format!("an order has 1 to {LINES_MAX} lines"),
        ));
    }
    let country = &request.customer.address.country;
    if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(invalid(
            "customer.address.country",
            "two capital letters, ISO 3166-1",
        ));
    }
    if !request.customer.email.contains('@') || request.customer.email.len() > 254 {
        return Err(invalid("customer.email", "an e-mail address"));
    }
    if request
        .payment
        .intent
        .as_deref()
        .is_some_and(|i| i.is_empty() || i.len() > 255 || i.contains('#'))
    {
        return Err(invalid("payment.intent", "1 to 255 characters, no `#`"));
    }
    let amount = |field: &str, value: i64| {
        let fits = (0..=AMOUNT_MAX).contains(&value);
        if fits {
            Ok(())
        } else {
            Err(invalid(
                field,
                "an amount in minor units, not negative, at most 10^12",
            ))
        }
    };
    amount("discount", request.discount)?;
    amount("shipping", request.shipping)?;
    for (index, line) in request.lines.iter().enumerate() {
        if line.quantity == 0 || line.quantity > UNITS_MAX {
            return Err(invalid(
                &format!("lines[{index}].quantity"),
                "1 to 100000 units",
            ));
        }
        amount(&format!("lines[{index}].unit_price"), line.unit_price)?;
        amount(&format!("lines[{index}].discount"), line.discount)?;
        amount(&format!("lines[{index}].tax"), line.tax)?;
        if line.discount > price(line)? {
            return Err(invalid(
                &format!("lines[{index}].discount"),
                "not more than the line costs",
            ));
        }
    }
    Ok(())
}

fn price(line: &PlaceLine) -> Result<i64, Rejection> {
    let price = line
        .unit_price
        .checked_mul(i64::from(line.quantity))
        .filter(|p| *p <= AMOUNT_MAX);
    price.ok_or_else(|| invalid("lines", "a line costs at most 10^12 minor units"))
}

/// The lines with the order's discount and shipping shared over them by value, to the last minor unit.
fn lines(request: &PlaceOrder) -> Result<Vec<Line>, Rejection> {
    let values = request
        .lines
        .iter()
        .map(|line| Ok(u64::try_from(price(line)?.saturating_sub(line.discount)).unwrap_or(0)))
        .collect::<Result<Vec<_>, Rejection>>()?;
    let worth: u64 = values.iter().copied().fold(0, u64::saturating_add);
    if u64::try_from(request.discount).unwrap_or(0) > worth {
        return Err(invalid("discount", "not more than the lines cost"));
    }
    let discounts = split(request.discount, &values);
    let shipping = split(request.shipping, &values);
    let mut lines: Vec<Line> = Vec::with_capacity(request.lines.len());
    for (index, line) in request.lines.iter().enumerate() {
        let id = match &line.id {
            Some(id) => id.clone(),
            None => {
                let place = index.saturating_add(1).to_string();
                place
                    .parse()
                    .map_err(|_| invalid("lines", "an id for each line"))?
            }
        };
        if lines.iter().any(|earlier| earlier.id == id) {
            return Err(invalid(
                &format!("lines[{index}].id"),
                "unique within the order",
            ));
        }
        lines.push(Line {
            id,
            sku: line.sku.clone(),
            title: line.title.chars().take(120).collect(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            discount: line
                .discount
                .saturating_add(discounts.get(index).copied().unwrap_or(0)),
            tax: line.tax,
            shipping: shipping.get(index).copied().unwrap_or(0),
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Actor, Cause};

    fn request(change: impl FnOnce(&mut serde_json::Value)) -> PlaceOrder {
        let mut json = serde_json::json!({
            "number": "1001", "currency": "EUR", "discount": 100, "shipping": 490,
            "lines": [
                { "sku": "TEE", "quantity": 3, "unit_price": 333, "tax": 7 },
                { "sku": "MUG", "quantity": 1, "unit_price": 1000, "discount": 1 }
            ],
            "customer": { "name": "Ada", "email": "ada@example.com",
                "address": { "lines": ["1 Main St"], "city": "Berlin", "country": "DE" } }
        });
        change(&mut json);
        serde_json::from_value(json).unwrap()
    }

    fn placed(request: &PlaceOrder) -> Result<Placement, Rejection> {
        let context = Context {
            now: Timestamp::UNIX_EPOCH,
            actor: Actor::system("test"),
            cause: Cause::new("api", "key-1"),
        };
        place(
            OrderId::mint(Timestamp::UNIX_EPOCH, [1; 10]),
            request,
            &context,
        )
    }

    #[test]
    fn every_minor_unit_of_discount_shipping_and_tax_is_in_a_cell() {
        let order = placed(&request(|_| {})).unwrap().change.order.placed;
        assert_eq!(order.total(), 3 * 333 + 7 + 999 - 100 + 490);
        let cells: i64 = order
            .lines
            .iter()
            .flat_map(|l| (0..l.quantity).map(|i| l.cell(i).total(false)))
            .sum();
        assert_eq!(cells, order.total());
        assert_eq!(order.terms.priority, 5);
    }

    #[test]
    fn it_is_found_by_number_and_idempotency_key_and_the_first_commit_covers_it() {
        let placement = placed(&request(|_| {})).unwrap();
        let references = &placement.change.references;
        assert!(references.contains(&Reference::Number("default/1001".to_owned())));
        assert!(references.contains(&Reference::IdempotencyKey("key-1".to_owned())));
        let order = &placement.change.order;
        assert!(
            placement
                .change
                .commit
                .text
                .contains(&digest(&order.placed).unwrap())
        );
        assert!(
            !serde_json::to_string(&order.placed)
                .unwrap()
                .contains("Ada"),
            "no personal data"
        );
    }

    #[test]
    fn a_free_order_is_paid_and_released_at_once() {
        let free = request(|json| {
            json["lines"] = serde_json::json!([{ "sku": "GIFT", "quantity": 1, "unit_price": 0 }]);
            json["discount"] = 0.into();
            json["shipping"] = 0.into();
        });
        let order = placed(&free).unwrap().change.order;
        assert_eq!(order.state.status, Status::Paid);
    }

    #[test]
    fn what_cannot_be_an_order_is_refused_by_name() {
        let refused =
            |change: fn(&mut serde_json::Value)| placed(&request(change)).unwrap_err().found;
        assert_eq!(refused(|j| j["lines"] = serde_json::json!([])), "lines");
        assert_eq!(
            refused(|j| j["lines"][0]["quantity"] = 0.into()),
            "lines[0].quantity"
        );
        assert_eq!(
            refused(|j| j["lines"][1]["unit_price"] = (-1).into()),
            "lines[1].unit_price"
        );
        assert_eq!(
            refused(|j| j["lines"][1]["discount"] = 1001.into()),
            "lines[1].discount"
        );
        assert_eq!(refused(|j| j["discount"] = 5000.into()), "discount");
        assert_eq!(refused(|j| j["lines"][1]["id"] = "1".into()), "lines[1].id");
        assert_eq!(
            refused(|j| j["customer"]["email"] = "x".into()),
            "customer.email"
        );
        assert_eq!(
            refused(|j| j["customer"]["address"]["country"] = "de".into()),
            "customer.address.country"
        );
    }
}
