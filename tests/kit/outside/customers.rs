//! Customers, and the agents and shops who act for them: place, cancel, hold.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ids::OrderId, order::PaymentCommands};
use serde_json::Value;

use super::{
    agenda::Event,
    day::{Day, SKUS},
    kinds::Kind,
    people::{ACCOUNT, Hands, Way},
    prices::Prices,
};
use crate::world::Draft;

/// Customers of a day at most.
const CUSTOMERS: u32 = 8;

/// One customer and what they ordered.
#[derive(Debug)]
pub(super) struct Customer {
    /// `order 3`.
    pub(super) name: String,
    /// The shop's number.
    pub(super) number: String,
    /// SKU and units, line by line.
    pub(super) lines: Vec<(&'static str, u32)>,
    pub(super) whole: bool,
    /// The order that has the same basket, by index.
    pub(super) same_as: Option<usize>,
    pub(super) way: Way,
    /// What things cost in the currency that the customer pays.
    pub(super) prices: &'static Prices,
    pub(super) hands: Hands,
    /// How the gateway is commanded for the order.
    pub(super) commands: Option<PaymentCommands>,
    /// None until it is placed.
    pub(super) order: Option<OrderId>,
    /// What it costs, minor units.
    pub(super) total: i64,
    /// What happened outside that a person should be shown.
    pub(super) trouble: BTreeSet<&'static str>,
    /// Lines that locations have declined to ship, with their SKU; whether because units were missing.
    pub(super) declined: BTreeMap<(&'static str, String), (&'static str, bool)>,
}

impl Customer {
    /// What is to be paid when the order is placed and the gift card has paid its part, minor units.
    pub(super) fn to_pay(&self) -> i64 {
        self.total.saturating_sub(self.hands.gift)
    }

    /// What the lines cost with tax and shipping, minor units.
    fn price(&self) -> i64 {
        let units: u32 = self.lines.iter().map(|(_, units)| units).sum();
        self.prices.order_of(units)
    }

    /// Whether a tax service has recorded the sale: of every other order that is commanded.
    pub(super) fn is_taxed(&self) -> bool {
        self.commands.is_some() && self.number.ends_with(['0', '2', '4', '6', '8'])
    }
}

/// What a customer does, or an agent for them.
#[derive(Debug, Clone, Copy)]
pub(super) enum CustomerStep {
    Places,
    CancelsAll,
    /// Cancels one unit of the first line.
    CancelsOne,
    Holds,
    Releases,
    /// An agent lets go what is held as a possible duplicate.
    KeepsDuplicate,
}

impl Day<'_> {
    pub(super) fn plans_customers(&mut self) {
        for number in 1..=CUSTOMERS {
            let name = format!("order {number}");
            if self.choices.happens(&name, 65) {
                self.plans_customer(name, number);
            }
        }
    }

    fn plans_customer(&mut self, name: String, number: u32) {
        let mut lines = Vec::new();
        for line in 1..=3_u32 {
            let odds: &[u32] = if line == 1 { &[3, 2, 1] } else { &[9, 2, 1, 1] };
            let sku = self.choices.pick(&format!("{name}: line {line}"), odds);
            let sku = if line == 1 {
                Some(sku)
            } else {
                sku.checked_sub(1)
            };
            if let Some(sku) = sku {
                let units = self
                    .choices
                    .up_to(&format!("{name}: units of line {line}"), 3);
                let sku = SKUS[usize::try_from(sku).unwrap_or(0)];
                lines.push((sku, units.saturating_add(1)));
            }
        }
        let whole = self.may(Kind::Whole) && self.choices.happens(&format!("{name}: whole"), 15);
        let prices = self.chooses_prices(&name);
        let (way, gift) = self.chooses_way(&name, prices);
        let commands = match way {
            Way::Gateway => self.chooses_commands(&name),
            Way::BankTransfer | Way::Elsewhere | Way::OnDelivery | Way::OnAccount => None,
        };
        let index = self.customers.len();
        let at = i64::from(self.choices.up_to(&format!("{name}: hour"), 11)).saturating_mul(60);
        self.customers.push(Customer {
            number: (1000_u32.saturating_add(number)).to_string(),
            lines,
            whole,
            same_as: None,
            way,
            prices,
            hands: Hands {
                gift,
                ..Hands::default()
            },
            commands,
            order: None,
            total: 0,
            trouble: BTreeSet::new(),
            declined: BTreeMap::new(),
            name: name.clone(),
        });
        self.in_minutes(at, Event::Customer(index, CustomerStep::Places));
        if self.may(Kind::Baskets) && self.choices.happens(&format!("{name}: again"), 7) {
            self.plans_again(index, &name, at);
        }
        if self.may(Kind::Cancels) {
            self.plans_cancels(index, &name, at);
        }
        if self.may(Kind::Holds) && self.choices.happens(&format!("{name}: hold"), 10) {
            let from = i64::from(self.choices.up_to(&format!("{name}: hold from"), 60));
            let from = from.saturating_add(at).saturating_add(1);
            self.in_minutes(from, Event::Customer(index, CustomerStep::Holds));
            let until = from.saturating_add(200);
            self.in_minutes(until, Event::Customer(index, CustomerStep::Releases));
        }
    }

    /// The customer orders the same again some minutes later, and an agent decides about it.
    fn plans_again(&mut self, first: usize, name: &str, at: i64) {
        let index = self.customers.len();
        let customer = &self.customers[first];
        self.customers.push(Customer {
            name: format!("{name} again"),
            number: format!("2{}", customer.number),
            lines: customer.lines.clone(),
            whole: customer.whole,
            same_as: Some(first),
            way: customer.way,
            prices: customer.prices,
            hands: customer.hands,
            commands: customer.commands,
            order: None,
            total: 0,
            trouble: BTreeSet::new(),
            declined: BTreeMap::new(),
        });
        let at = at.saturating_add(8);
        self.in_minutes(at, Event::Customer(index, CustomerStep::Places));
        let step = match self
            .choices
            .pick(&format!("{name}: about the duplicate"), &[2, 2, 1])
        {
            0 => CustomerStep::KeepsDuplicate,
            1 => CustomerStep::CancelsAll,
            _ => return,
        };
        self.in_minutes(at.saturating_add(95), Event::Customer(index, step));
    }

    fn plans_cancels(&mut self, index: usize, name: &str, placed: i64) {
        for time in 1..=2 {
            let way = self
                .choices
                .pick(&format!("{name}: cancel {time}"), &[85, 6, 9]);
            let step = match way {
                0 => continue,
                1 => CustomerStep::CancelsAll,
                _ => CustomerStep::CancelsOne,
            };
            let after = self
                .choices
                .up_to(&format!("{name}: minute of cancel {time}"), 70);
            let at = placed.saturating_add(1).saturating_add(i64::from(after));
            self.in_minutes(at, Event::Customer(index, step));
        }
    }

    pub(super) async fn customer(&mut self, index: usize, step: CustomerStep) {
        let name = self.customers[index].name.clone();
        if let CustomerStep::Places = step {
            self.places(index).await;
            return;
        }
        let Some(order) = self.customers[index].order else {
            return;
        };
        self.note(|| format!("{name}: {step:?}"));
        match step {
            CustomerStep::Places => {}
            CustomerStep::CancelsAll | CustomerStep::CancelsOne => {
                let one = [("1", 1)];
                let lines: &[(&str, u32)] = match step {
                    CustomerStep::CancelsOne => &one,
                    CustomerStep::Places
                    | CustomerStep::CancelsAll
                    | CustomerStep::Holds
                    | CustomerStep::Releases
                    | CustomerStep::KeepsDuplicate => &[],
                };
                self.processes_may_die(&format!("{name}: cancelling"));
                let outcome = self.system.world.cancels(order, lines).await;
                self.processes_live();
                self.customers[index].trouble.insert("cancelled");
                self.note(|| match &outcome {
                    Ok(outcome) => format!("{name}: {:?}", outcome.lines),
                    Err(failure) => format!("{name}: {failure}"),
                });
            }
            CustomerStep::Holds => {
                if !self.is_over(order).await {
                    self.system.world.holds(order, "call-back").await;
                }
            }
            CustomerStep::KeepsDuplicate => {
                let view = self.system.order_view(order).await;
                if let Some(handle) = duplicate_hold(&view) {
                    self.system.world.releases(order, &handle).await;
                }
            }
            CustomerStep::Releases => {
                let view = self.system.order_view(order).await;
                let held = view["holds"]
                    .as_array()
                    .is_some_and(|holds| holds.iter().any(|hold| hold["handle"] == "call-back"));
                if held {
                    self.system.world.releases(order, "call-back").await;
                }
            }
        }
    }

    /// Whether nobody may hold the order any more.
    async fn is_over(&self, order: OrderId) -> bool {
        let view = self.system.order_view(order).await;
        let status = view["status"].as_str().unwrap_or_default();
        ["fulfilled", "delivered", "cancelled", "refunded"].contains(&status)
    }

    async fn places(&mut self, index: usize) {
        let customer = &self.customers[index];
        let mut draft = Draft::new(&customer.number);
        for (sku, units) in &customer.lines {
            draft = draft.line(sku, *units);
        }
        if customer.whole {
            draft = draft.ships_complete();
        }
        if let Some(commands) = customer.commands {
            draft = draft.commanded(commands);
        }
        if customer.is_taxed() {
            draft = draft.taxed();
        }
        draft = customer.prices.of(draft);
        let same_as = customer.same_as;
        let email = format!("jane+{}@example.com", same_as.map_or(index, |first| first));
        draft = self.drafts_payment(index, draft.of(&email));
        let customer = &self.customers[index];
        let (name, number) = (customer.name.clone(), customer.number.clone());
        let (price, currency) = (customer.price(), customer.prices.currency);
        let due = price.saturating_sub(customer.hands.gift);
        let lines = customer.lines.clone();
        self.note(|| format!("{name} is placed: {lines:?} for {price} {currency}"));
        self.processes_may_die(&format!("{name}: placing"));
        let is_billed = self.customers[index].way == Way::OnAccount;
        let open = match is_billed {
            true => self.system.account_open(ACCOUNT, currency).await,
            false => 0,
        };
        let limit = self.limit(currency);
        let fits = !is_billed || open.saturating_add(due) <= limit;
        let placed = self.system.world.tries_to_place(draft).await;
        self.processes_live();
        if placed.is_ok() != fits {
            self.is_wrong(format!(
                "{open} is open of {limit}, {due} more is placed, and the answer is {placed:?}"
            ));
        }
        let Ok(id) = placed else {
            self.note(|| format!("{name} is refused: {placed:?}"));
            return;
        };
        self.ids.insert(id, index);
        let total = self.system.world.total(&number);
        if total != price {
            self.is_wrong(format!("{name} costs {price}, and our books say {total}"));
        }
        if let Some(first) = same_as
            && self.customers[first].order.is_some()
            && self.system.are_duplicates_held()
            && duplicate_hold(&self.system.order_view(id).await).is_none()
        {
            self.is_wrong(format!("a possible duplicate is not held: {name}"));
        }
        let customer = &mut self.customers[index];
        (customer.order, customer.total) = (Some(id), total);
        self.plans_hands(index);
        self.plans_gifts(index);
        if self.customers[index].way == Way::Gateway {
            // The shop made the intent before it placed the order.
            self.intent(index, 0);
            self.plans_payment(index);
        }
    }
}

/// The handle of the hold of a possible duplicate.
fn duplicate_hold(view: &Value) -> Option<String> {
    let holds = view["holds"].as_array().into_iter().flatten();
    let mut handles = holds.filter_map(|hold| hold["handle"].as_str());
    let handle = handles.find(|handle| handle.starts_with("duplicate-of:"));
    handle.map(str::to_owned)
}
