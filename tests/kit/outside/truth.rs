//! Whether our books equal the truth outside, when nothing is left to happen.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    day::{Day, LOCATIONS, SKUS},
    warehouse::{Stage, Stalls},
};

/// Units that can be sold, by location and SKU.
type Free = BTreeMap<(String, String), i64>;

/// Units of a line, outside and in the API's view.
pub(super) struct Line {
    id: String,
    sku: String,
    pub(super) ordered: u64,
    pub(super) cancelled: u64,
    unrouted: u64,
    backordered: u64,
    assigned: u64,
    /// Units that left, as our shipments have them.
    shipped: u64,
    delivered: u64,
    /// Units that really left.
    pub(super) left: u64,
    /// Units that really arrived.
    pub(super) arrived: u64,
}

impl Line {
    /// Units that the customer wants and has not got.
    fn missing(&self) -> u64 {
        self.ordered
            .saturating_sub(self.cancelled)
            .saturating_sub(self.left)
    }

    fn is_too_much(&self) -> bool {
        self.left > self.ordered.saturating_sub(self.cancelled)
    }
}

impl Day<'_> {
    /// Compares everything.
    pub(super) async fn judge(&mut self) {
        for broken in self.system.broken_rules().await {
            self.is_wrong(format!("a rule is broken: {broken}"));
        }
        let mut free = BTreeMap::new();
        for sku in SKUS {
            let view = self.system.stock_view(sku).await;
            for level in view["levels"].as_array().into_iter().flatten() {
                let location = level["location"].as_str().unwrap_or_default().to_owned();
                free.insert((location, sku.to_owned()), number(&level["available"]));
            }
            self.judge_shelves(sku, &view);
        }
        for index in 0..self.customers.len() {
            self.judge_order(index, &free).await;
        }
    }

    fn judge_shelves(&mut self, sku: &str, view: &Value) {
        for location in LOCATIONS {
            if let Some(differs) = self.shelf_differs(location, view, sku) {
                self.is_wrong(differs);
            }
        }
    }

    /// How a shelf differs from our books; `None`: it does not.
    pub(super) fn shelf_differs(
        &self,
        location: &'static str,
        view: &Value,
        sku: &str,
    ) -> Option<String> {
        let real = i64::from(self.warehouses[location].in_the_building(sku));
        let levels = view["levels"].as_array().into_iter().flatten();
        let mut levels = levels.filter(|level| level["location"] == location);
        let ours = levels.next().map_or(0, |level| number(&level["on_hand"]));
        (ours != real).then(|| {
            format!("a shelf differs: {location} has {real} of {sku}, our books say {ours}")
        })
    }

    async fn judge_order(&mut self, index: usize, free: &Free) {
        let Some(order) = self.customers[index].order else {
            return;
        };
        let view = self.system.order_view(order).await;
        let lines = self.lines(index, &view);
        let exceptions = view["exceptions"].as_array().cloned().unwrap_or_default();
        let kinds: Vec<&str> = exceptions
            .iter()
            .filter_map(|e| e["kind"].as_str())
            .collect();
        let name = self.customers[index].name.clone();
        self.note(|| {
            let status = &view["status"];
            format!("in the end, {name} is {status} with exceptions {kinds:?}")
        });
        let mut needed = self.goods(&lines);
        needed.extend(self.money(index, &view, &lines));
        needed.extend(self.waits(index, &view, &lines, free));
        if kinds.is_empty() {
            for what in &needed {
                self.is_wrong(format!("{what}, and no exception says so: {name}"));
            }
        } else if !needed.is_empty() {
            self.explained = self.explained.saturating_add(1);
        } else if self.customers[index].trouble.is_empty() {
            self.is_wrong(format!(
                "an exception where nothing is wrong: {kinds:?} of {name}"
            ));
        }
        self.judge_stalled(index, &view);
        self.judge_shipments(&name, &lines, kinds.is_empty());
    }

    /// Where a location does nothing more with what it has accepted, an exception says so.
    fn judge_stalled(&mut self, customer: usize, view: &Value) {
        let (orders, exceptions) = (&view["fulfillment_orders"], &view["exceptions"]);
        let is_shown = |id: &Value| {
            let mut shown = exceptions.as_array().into_iter().flatten();
            shown.any(|open| open["kind"] == "fulfillment_overdue" && open["subject"] == *id)
        };
        let orders = orders.as_array().into_iter().flatten();
        let stalled = orders.filter(|found| {
            let id = found["id"].as_str().unwrap_or_default();
            let mut jobs = self.warehouses.values();
            let is_stalled = jobs.any(|warehouse| {
                let job = warehouse.jobs.get(id);
                job.is_some_and(|job| job.stalls != Stalls::Never && job.stage < Stage::Closed)
            });
            is_stalled && found["status"] != "cancelled" && !is_shown(&found["id"])
        });
        let name = self.customers[customer].name.clone();
        for id in stalled.map(|found| &found["id"]).collect::<Vec<_>>() {
            self.is_wrong(format!(
                "a location does nothing more, and no exception says so: {id} of {name}"
            ));
        }
    }

    /// What left and arrived is recorded, whatever else is true.
    fn judge_shipments(&mut self, name: &str, lines: &[Line], clean: bool) {
        for line in lines {
            let Line {
                id,
                left,
                shipped,
                arrived,
                delivered,
                ..
            } = line;
            if left != shipped {
                self.is_wrong(format!(
                    "shipments differ: {left} of line {id} of {name} left, our books say {shipped}"
                ));
            }
            if clean && arrived != delivered {
                self.is_wrong(format!(
                    "deliveries differ: {arrived} of line {id} of {name} arrived, our books say {delivered}"
                ));
            }
        }
    }

    fn lines(&self, customer: usize, view: &Value) -> Vec<Line> {
        let parcels = || self.parcels.iter().filter(|p| p.customer == customer);
        let recorded = |line: &str| -> u64 {
            let shipments = view["shipments"].as_array().into_iter().flatten();
            let lines = shipments.flat_map(|s| s["lines"].as_array().into_iter().flatten());
            lines
                .filter(|l| l["line"] == line)
                .map(|l| units(&l["units"]).saturating_add(units(&l["unexpected"])))
                .sum()
        };
        let line = |line: &Value| {
            let id = line["id"].as_str().unwrap_or_default().to_owned();
            let (state, of) = (&line["units"], |n: &u32| u64::from(*n));
            Line {
                sku: line["sku"].as_str().unwrap_or_default().to_owned(),
                ordered: units(&line["quantity"]),
                cancelled: units(&state["cancelled"]),
                unrouted: units(&state["unrouted"]),
                backordered: units(&state["backordered"]),
                assigned: units(&state["assigned"]),
                delivered: units(&state["delivered"]),
                shipped: recorded(&id),
                left: parcels().filter_map(|p| p.units.get(&id)).map(of).sum(),
                arrived: parcels()
                    .filter(|p| p.is_delivered)
                    .filter_map(|p| p.units.get(&id))
                    .map(of)
                    .sum(),
                id,
            }
        };
        view["lines"]
            .as_array()
            .into_iter()
            .flatten()
            .map(line)
            .collect()
    }

    /// What is not as ordered about the goods.
    fn goods(&self, lines: &[Line]) -> Vec<String> {
        let too_much = lines.iter().filter(|line| line.is_too_much());
        too_much
            .map(|l| {
                format!(
                    "more left than was ordered and not cancelled ({} of line {})",
                    l.left, l.id
                )
            })
            .collect()
    }

    /// A backordered unit waits for a location that has not declined it and has none. `None`: it does.
    fn must_not_wait(&self, customer: usize, line: &Line, free: &Free) -> Option<String> {
        let (declined, sku) = (&self.customers[customer].declined, &line.sku);
        let open = LOCATIONS
            .iter()
            .filter(|location| !declined.contains_key(&(**location, line.id.clone())));
        let free = |location: &&str| {
            let level = free.get(&((*location).to_owned(), sku.clone()));
            level.copied().unwrap_or(0)
        };
        let mut open = open.peekable();
        if open.peek().is_none() {
            return Some(format!(
                "it waits for {sku}, which every location has declined"
            ));
        }
        let location = open.find(|location| free(location) > 0)?;
        Some(format!("it waits for {sku}, and {location} has some"))
    }

    /// Why an unfinished order waits, when it may not.
    fn waits(&self, customer: usize, view: &Value, lines: &[Line], free: &Free) -> Vec<String> {
        let is_held = view["holds"]
            .as_array()
            .is_some_and(|holds| !holds.is_empty());
        if is_held || lines.iter().all(|line| line.missing() == 0) {
            return vec![];
        }
        let (taken, back, open) = self.balance(customer);
        let due = number(&view["money"]["due"]);
        let kept = taken
            .saturating_sub(back)
            .saturating_sub(self.lost(customer));
        let is_missing = due > 0 && kept.saturating_add(open) < due;
        if !self.customers[customer].way.goods_go_first() && is_missing {
            return vec!["it waits for money for ever".to_owned()];
        }
        let whole = self.customers[customer].whole;
        let mut why = Vec::new();
        for line in lines {
            let Line {
                id,
                unrouted,
                backordered,
                assigned,
                ..
            } = line;
            if *unrouted > 0 {
                why.push(format!("line {id} is not routed"));
            }
            if *assigned > 0 {
                why.push(format!("line {id} is assigned, and nobody works on it"));
            }
            if *backordered > 0 && !whole {
                why.extend(self.must_not_wait(customer, line, free));
            }
            if unrouted
                .saturating_add(*assigned)
                .saturating_add(*backordered)
                == 0
                && line.missing() > 0
            {
                why.push(format!(
                    "line {id} is complete in our books, and units are missing"
                ));
            }
        }
        why
    }
}

pub(super) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

fn units(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}
