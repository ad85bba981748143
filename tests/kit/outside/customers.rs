//! Customers, and the agents and shops who act for them: place, cancel, hold.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ids::OrderId, order::PaymentCommands};

use super::{
    agenda::Event,
    day::{Day, SKUS},
    kinds::Kind,
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
        let commands = self.chooses_commands(&name);
        let index = self.customers.len();
        let at = i64::from(self.choices.up_to(&format!("{name}: hour"), 11)).saturating_mul(60);
        self.customers.push(Customer {
            number: (1000_u32.saturating_add(number)).to_string(),
            lines,
            whole,
            commands,
            order: None,
            total: 0,
            trouble: BTreeSet::new(),
            declined: BTreeMap::new(),
            name: name.clone(),
        });
        self.in_minutes(at, Event::Customer(index, CustomerStep::Places));
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
                    | CustomerStep::Releases => &[],
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
        let (name, number) = (customer.name.clone(), customer.number.clone());
        let lines = customer.lines.clone();
        self.note(|| format!("{name} is placed: {lines:?}"));
        self.processes_may_die(&format!("{name}: placing"));
        let id = self.system.world.place(draft).await;
        self.processes_live();
        self.ids.insert(id, index);
        let total = self.system.world.total(&number);
        let customer = &mut self.customers[index];
        (customer.order, customer.total) = (Some(id), total);
        // The shop made the intent before it placed the order.
        self.intent(index, 0);
        self.plans_payment(index);
    }
}
