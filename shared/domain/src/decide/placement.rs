//! Placing an order: from what the shop sends to the order as placed and its first commit.

use jiff::{SignedDuration, Timestamp};

use super::basket::Basket;
use crate::{
    account::{AccountDelta, ON_ACCOUNT_DAYS, ON_ACCOUNT_DAYS_MAX},
    evolve::evolve,
    ids::OrderId,
    inbound::UnmatchedPayment,
    money::{is_whole, split},
    order::{
        Change, Contact, Context, Destination, Event, Line, Order, PAY_TRANSFER_WITHIN_DAYS,
        PAY_WITHIN_S, PaymentTerm, PlaceLine, PlaceOrder, PlaceTender, PlacedOrder, Reference,
        Rejection, RejectionCode, TenderKind, Terms,
    },
};

/// Most lines an order may have: with stock, backorders and references, what routing writes for so many lines
/// still fits one transaction of [`TRANSACTION_ITEMS_MAX`](crate::order::TRANSACTION_ITEMS_MAX) items.
pub const LINES_MAX: usize = 40;
/// Most units of one line.
pub const UNITS_MAX: u32 = 100_000;
/// Largest amount, minor units: far above any order, far below overflow.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// How far the time of placement may be ahead of our clock, in seconds: the clocks of two machines are not the same.
pub const PLACED_AHEAD_S_MAX: i64 = 300;
/// How long ago an order may have been placed, in days. The time decides an order's position in the queue of backorders.
pub const PLACED_AGO_DAYS_MAX: i64 = 366;
/// Most characters of a name, and of each line, city and region of an address.
pub const NAME_CHARS_MAX: usize = 200;
/// Most characters of a telephone number, and of a postal code.
pub const PHONE_CHARS_MAX: usize = 40;
/// Most characters of an e-mail address.
pub const EMAIL_CHARS_MAX: usize = 254;
/// Most lines of an address.
pub const ADDRESS_LINES_MAX: usize = 5;

/// A placed order, ready to be written: all of it in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// First commit, state, references.
    pub change: Change,
    /// Further commits, of what was there before the order.
    pub then: Vec<Change>,
    /// The unmatched payments that belong to the order from now on, as they are afterwards.
    pub matched: Vec<UnmatchedPayment>,
    /// How many unmatched payments name the order; see [`Met`](super::Met).
    pub named_by: u64,
    /// What tells whether the customer has placed the same before; `None`: nobody asks.
    pub basket: Option<Basket>,
    /// The customer, in an item of its own.
    pub contact: Contact,
}

/// Places an order.
///
/// # Errors
/// [`RejectionCode::InvalidOrder`] with the field and the rule that it breaks.
pub fn place(request: &PlaceOrder, context: &Context) -> Result<Placement, Rejection> {
    check(request)?;
    check_time(request, context.now)?;
    check_contact(&request.customer)?;
    check_account(request)?;
    check_steps(request)?;
    let placed_at = request.placed_at.unwrap_or(context.now);
    // An order that reaches us late may still be paid for as long.
    let pay_from = placed_at.max(context.now);
    let pay_until = pay_from.checked_add(pay_within(request));
    let pay_until = request.terms.pay_until.or(pay_until.ok());
    if pay_until.is_some_and(|until| until <= placed_at) {
        return Err(invalid("terms.pay_until", "after `placed_at`"));
    }
    let placed = PlacedOrder {
        id: OrderId::of(&request.shop, &request.number),
        number: request.number.clone(),
        shop: request.shop.clone(),
        placed_at,
        currency: request.currency,
        lines: lines(request)?,
        destination: Destination {
            country: request.customer.address.country.clone(),
            region: request.customer.address.region.clone(),
        },
        terms: Terms {
            pay_until,
            ..request.terms.clone()
        },
        tax: request.tax.clone(),
    };
    let unwritable = |error: serde_json::Error| invalid("order", &error.to_string());
    let event = Event::OrderPlaced {
        number: placed.number.clone(),
        shop: placed.shop.clone(),
        total: placed.total(),
        currency: placed.currency,
        digest: placed.digest().map_err(unwritable)?,
        intent: request.payment.intent.clone(),
        destination: placed.destination.clone(),
        contact_version: FIRST_CONTACT,
    };
    let order = Order::unplaced(placed);
    let mut events = vec![event];
    events.extend(recorded(request, &order)?);
    let apply = |order, event: &Event| evolve(order, event, context);
    if events.iter().fold(order.clone(), apply).is_ready() {
        events.push(Event::OrderReleased {});
    }
    let mut change = Change::new(&order, events, context).map_err(unwritable)?;
    if context.cause.source == "api" {
        change = change.with_reference(Reference::IdempotencyKey(context.cause.id.clone()));
    }
    Ok(Placement {
        change,
        then: Vec::new(),
        matched: Vec::new(),
        named_by: 0,
        basket: None,
        contact: request.customer.clone(),
    })
}

impl Placement {
    /// What the placement adds to what the order's account owes.
    pub fn account(&self) -> Option<AccountDelta> {
        let mut deltas = self.changes().filter_map(|change| change.account.clone());
        let first = deltas.next()?;
        let amounts = deltas.map(|delta| delta.amount);
        Some(AccountDelta {
            amount: amounts.fold(first.amount, i64::saturating_add),
            ..first
        })
    }

    /// The placement that finds an order of the same customer and basket, if one was placed about the same time.
    #[must_use]
    pub fn watching_for_duplicates(mut self, request: &PlaceOrder, now: Timestamp) -> Self {
        self.basket = Some(Basket::of(request, &self.change.order.placed, now));
        self
    }
}

/// How long the order may be paid when its terms do not say until when.
fn pay_within(request: &PlaceOrder) -> SignedDuration {
    match &request.terms.payment {
        Some(PaymentTerm::BankTransfer) => {
            SignedDuration::from_hours(i64::from(PAY_TRANSFER_WITHIN_DAYS).saturating_mul(24))
        }
        Some(PaymentTerm::OnAccount { days, .. }) => {
            let days = days.unwrap_or(ON_ACCOUNT_DAYS);
            SignedDuration::from_hours(i64::from(days).saturating_mul(24))
        }
        Some(PaymentTerm::CollectedElsewhere { .. } | PaymentTerm::OnDelivery) | None => {
            SignedDuration::from_secs(PAY_WITHIN_S)
        }
    }
}

/// What is paid when the order is placed.
fn recorded(request: &PlaceOrder, order: &Order) -> Result<Vec<Event>, Rejection> {
    let mut tenders = request.payment.tenders.clone();
    let mut rest = order.total();
    for (index, tender) in tenders.iter().enumerate() {
        let field = |name: &str| format!("payment.tenders[{index}].{name}");
        if tender.amount <= 0 || tender.amount > rest {
            let rule = "at least 1, and all together not more than the order costs";
            return Err(invalid(&field("amount"), rule));
        }
        if !tender.kind.is_known() {
            return Err(invalid(&field("kind"), "one of the known kinds"));
        }
        if !is_reference(&tender.reference) {
            return Err(invalid(&field("reference"), REFERENCE_RULE));
        }
        let mut earlier = tenders.iter().take(index);
        let is_same = |other: &PlaceTender| {
            (&other.kind, &other.reference) == (&tender.kind, &tender.reference)
        };
        if earlier.any(is_same) {
            return Err(invalid(&field("reference"), "unique within its kind"));
        }
        rest = rest.saturating_sub(tender.amount);
    }
    if let Some(PaymentTerm::CollectedElsewhere { reference }) = &request.terms.payment {
        if !is_reference(reference) {
            return Err(invalid("terms.payment.reference", REFERENCE_RULE));
        }
        tenders.push(PlaceTender {
            kind: TenderKind::CollectedElsewhere,
            reference: reference.clone(),
            amount: rest,
        });
    }
    if request.terms.payment.is_some() && request.payment.intent.is_some() {
        let rule = "none, when `terms.payment` says that it is not paid through the gateway";
        return Err(invalid("payment.intent", rule));
    }
    let paid = tenders.into_iter().filter(|tender| tender.amount > 0);
    let events = (1..)
        .zip(paid)
        .map(|(number, tender): (u32, _)| Event::PaymentRecorded {
            payment: format!("{}#{number}", tender.kind.as_str()),
            kind: tender.kind,
            reference: tender.reference,
            amount: tender.amount,
            note: None,
        });
    Ok(events.collect())
}

const REFERENCE_RULE: &str = "1 to 64 visible ASCII characters";

/// Whether a text can name a payment where it came from. It is shown to people, and stands in ids.
pub(super) fn is_reference(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Version of the contact that comes with the order.
const FIRST_CONTACT: u32 = 1;

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
    check_tax(request)?;
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

fn check_tax(request: &PlaceOrder) -> Result<(), Rejection> {
    let Some(tax) = &request.tax else {
        return Ok(());
    };
    let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !(1..=40).contains(&tax.service.len()) || !tax.service.bytes().all(is_name) {
        let rule = "1 to 40 lower-case letters, digits and `_`";
        return Err(invalid("tax.service", rule));
    }
    if !is_reference(&tax.transaction) {
        return Err(invalid("tax.transaction", REFERENCE_RULE));
    }
    if !(0..=request.shipping).contains(&tax.shipping_tax) {
        let rule = "an amount in minor units, not negative, not more than shipping costs";
        return Err(invalid("tax.shipping_tax", rule));
    }
    Ok(())
}

fn check_time(request: &PlaceOrder, now: Timestamp) -> Result<(), Rejection> {
    let Some(placed_at) = request.placed_at else {
        return Ok(());
    };
    let ahead = placed_at.as_second().saturating_sub(now.as_second());
    let ago_max = PLACED_AGO_DAYS_MAX.saturating_mul(24 * 3600);
    if ahead > PLACED_AHEAD_S_MAX || ahead < ago_max.saturating_neg() {
        let rule = format!(
            "at most {PLACED_AGO_DAYS_MAX} days ago, and {PLACED_AHEAD_S_MAX} seconds ahead of our clock"
        );
        return Err(invalid("placed_at", &rule));
    }
    Ok(())
}

/// What the gateway is commanded to take is made of whole steps of the currency, or it would refuse shares of it for ever.
/// Taxes that prices include are not paid beside them.
fn check_steps(request: &PlaceOrder) -> Result<(), Rejection> {
    let terms = &request.terms;
    let step = request.currency.step();
    if step == 1 || terms.payment_commands.is_none() || terms.payment.is_some() {
        return Ok(());
    }
    let order = ["discount", "shipping"].map(str::to_owned);
    let mut amounts: Vec<(String, i64)> = order
        .into_iter()
        .zip([request.discount, request.shipping])
        .collect();
    for (index, line) in request.lines.iter().enumerate() {
        let field = |name: &str| format!("lines[{index}].{name}");
        amounts.push((field("unit_price"), line.unit_price));
        amounts.push((field("discount"), line.discount));
        let paid_tax = if terms.taxes_included { 0 } else { line.tax };
        amounts.push((field("tax"), paid_tax));
    }
    for (index, tender) in request.payment.tenders.iter().enumerate() {
        amounts.push((format!("payment.tenders[{index}].amount"), tender.amount));
    }
    match amounts.iter().find(|(_, amount)| !is_whole(*amount, step)) {
        Some((field, _)) => {
            let rule = format!(
                "a multiple of {step} minor units: the payment gateway moves no less of {}",
                request.currency
            );
            Err(invalid(field, &rule))
        }
        None => Ok(()),
    }
}

/// When an order on account is to be paid, its days say, and nothing else does.
fn check_account(request: &PlaceOrder) -> Result<(), Rejection> {
    let Some(PaymentTerm::OnAccount { days, .. }) = &request.terms.payment else {
        return Ok(());
    };
    if days.is_some_and(|days| days == 0 || days > ON_ACCOUNT_DAYS_MAX) {
        let rule = format!("1 to {ON_ACCOUNT_DAYS_MAX}");
        return Err(invalid("terms.payment.days", &rule));
    }
    if request.terms.pay_until.is_some() {
        let rule = "none for an order on account: `terms.payment.days` says when it is to be paid";
        return Err(invalid("terms.pay_until", rule));
    }
    Ok(())
}

fn check_contact(customer: &Contact) -> Result<(), Rejection> {
    let address = &customer.address;
    let country = &address.country;
    if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(invalid(
            "customer.address.country",
            "two capital letters, ISO 3166-1",
        ));
    }
    if !customer.email.contains('@') || customer.email.chars().count() > EMAIL_CHARS_MAX {
        return Err(invalid("customer.email", "an e-mail address"));
    }
    if address.lines.len() > ADDRESS_LINES_MAX {
        let rule = format!("at most {ADDRESS_LINES_MAX} lines");
        return Err(invalid("customer.address.lines", &rule));
    }
    let optional = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
    let longest_line = address.lines.iter().map(|line| line.chars().count()).max();
    let lengths = [
        (
            "customer.name",
            customer.name.chars().count(),
            NAME_CHARS_MAX,
        ),
        ("customer.phone", optional(&customer.phone), PHONE_CHARS_MAX),
        (
            "customer.address.lines",
            longest_line.unwrap_or(0),
            NAME_CHARS_MAX,
        ),
        (
            "customer.address.city",
            address.city.chars().count(),
            NAME_CHARS_MAX,
        ),
        (
            "customer.address.region",
            optional(&address.region),
            NAME_CHARS_MAX,
        ),
        (
            "customer.address.postal_code",
            optional(&address.postal_code),
            PHONE_CHARS_MAX,
        ),
    ];
    match lengths.iter().find(|(_, length, max)| length > max) {
        Some((field, _, max)) => Err(invalid(field, &format!("at most {max} characters"))),
        None => Ok(()),
    }
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
    let step = request.currency.step();
    let discounts = split(request.discount, &values, step);
    let shipping = split(request.shipping, &values, step);
    let mut lines: Vec<Line> = Vec::with_capacity(request.lines.len());
    for (index, line) in request.lines.iter().enumerate() {
        let id = match &line.id {
            Some(id) => id.clone(),
            None => {
                let position = index.saturating_add(1).to_string();
                position
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
            // No share of a discount is more than its unit costs.
            step: if is_whole(line.unit_price, step) {
                step
            } else {
                1
            },
        });
    }
    Ok(lines)
}
