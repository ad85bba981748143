//! Warehouses: shelves with physical units, the work on them, and what a location hears and tells.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    agenda::{Event, Sender, Webhook},
    day::{Day, LOCATIONS, SKUS},
    kinds::Kind,
    system::Request,
};

/// A location with its shelves.
#[derive(Debug, Default)]
pub(super) struct Warehouse {
    /// Units on the shelves, by SKU.
    pub(super) shelf: BTreeMap<&'static str, u32>,
    /// Work, by our fulfillment order.
    pub(super) jobs: BTreeMap<String, Job>,
    /// Parcels that have left.
    pub(super) parcels: u32,
    /// Messages sent; each location numbers its own.
    messages: u32,
}

/// A fulfillment order, as the location sees it.
#[derive(Debug)]
pub(super) struct Job {
    /// `berlin's work 1 on order 3`.
    pub(super) name: String,
    pub(super) order_id: String,
    pub(super) fulfillment_order_id: String,
    pub(super) customer: usize,
    pub(super) lines: Vec<JobLine>,
    pub(super) stage: Stage,
    /// Picked units that are still in the building, parcel by parcel.
    pub(super) packed: Vec<Vec<(String, &'static str, u32)>>,
    /// Units that have left, by line.
    pub(super) shipped: BTreeMap<String, u32>,
    /// Minutes that a step takes.
    pub(super) pace: i64,
    /// Whether fewer units were found than were wanted.
    pub(super) is_short: bool,
    /// What the carrier is to collect, minor units; the first parcel that is delivered has it.
    pub(super) collect: i64,
    /// After which step the location does nothing more.
    pub(super) stalls: Stalls,
}

/// Units to ship.
#[derive(Debug)]
pub(super) struct JobLine {
    pub(super) line: String,
    pub(super) sku: &'static str,
    pub(super) wanted: u32,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Waiting,
    Picked,
    Closed,
}

/// After which step of its work a location does nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stalls {
    Never,
    Accepted,
    Picked,
    Packed,
    /// After the first of several parcels; the only one stays where it is.
    Shipped,
}

/// Something that somebody does at a location.
#[derive(Debug, Clone)]
pub(super) enum WarehouseStep {
    Accepts(String),
    Rejects(String),
    Picks(String),
    Packs(String),
    Ships(String, usize),
    /// Answers a request to cancel units, by line.
    Answers(String, Vec<(String, u32)>),
    Receives(&'static str, u32),
    Loses(&'static str),
    Counts(Vec<&'static str>),
    /// An operator corrects the shelf, and our books through the API: a unit more or less.
    Adjusts(&'static str, i64),
    /// Cancels a unit without having been asked.
    CancelsOne(String),
    GoesDown,
    ComesBack,
}

impl Warehouse {
    /// Units in the building, those that are packed included.
    pub(super) fn in_the_building(&self, sku: &str) -> u32 {
        let packed = self
            .jobs
            .values()
            .flat_map(|job| job.packed.iter().flatten());
        let packed: u32 = packed
            .filter(|(_, of, _)| *of == sku)
            .map(|(_, _, n)| n)
            .sum();
        self.shelf
            .get(sku)
            .copied()
            .unwrap_or(0)
            .saturating_add(packed)
    }
}

impl Day<'_> {
    /// Sets up the locations and counts their shelves before the first customer comes.
    pub(super) async fn opens(&mut self) {
        for location in LOCATIONS {
            self.system.set_up(location).await;
            let mut warehouse = Warehouse::default();
            for sku in SKUS {
                let mut units = 12;
                if self.may(Kind::Scarce) {
                    let name = format!("{sku} on the shelf of {location}");
                    units = match self.choices.pick(&name, &[45, 15, 15, 15, 10]) {
                        0 => 12,
                        way => way.saturating_sub(1),
                    };
                }
                warehouse.shelf.insert(sku, units);
                self.system.world.has_stock(location, sku, units).await;
            }
            self.warehouses.insert(location, warehouse);
        }
    }

    /// What will happen to stock without an order.
    pub(super) fn plans_stock(&mut self) {
        for number in 1..=4 {
            self.plans_movement(number, "receipt", Kind::Receipts, |sku, units| {
                WarehouseStep::Receives(sku, units)
            });
            self.plans_movement(number, "count", Kind::Counts, |sku, _| {
                WarehouseStep::Counts(vec![sku])
            });
            self.plans_movement(number, "adjustment", Kind::Adjustments, |sku, units| {
                WarehouseStep::Adjusts(sku, if units > 2 { 1 } else { -1 })
            });
            self.plans_movement(number, "loss", Kind::Losses, |sku, _| {
                WarehouseStep::Loses(sku)
            });
        }
        for location in LOCATIONS {
            let name = format!("{location} is down");
            if self.may(Kind::Down) && self.choices.happens(&name, 15) {
                let from = i64::from(self.choices.up_to(&format!("{name} from hour"), 12));
                let hours = i64::from(self.choices.up_to(&format!("{name} for hours"), 5));
                let from = from.saturating_mul(60);
                let until = from
                    .saturating_add(hours.saturating_mul(60))
                    .saturating_add(20);
                self.in_minutes(from, Event::Warehouse(location, WarehouseStep::GoesDown));
                self.in_minutes(until, Event::Warehouse(location, WarehouseStep::ComesBack));
            }
        }
    }

    fn plans_movement(
        &mut self,
        number: u32,
        what: &str,
        kind: Kind,
        step: impl Fn(&'static str, u32) -> WarehouseStep,
    ) {
        let name = format!("{what} {number}");
        if !self.may(kind) || !self.choices.happens(&name, 40) {
            return;
        }
        let mut choose = |of: &str, most: u32| self.choices.up_to(&format!("{name}: {of}"), most);
        let location = LOCATIONS[usize::try_from(choose("location", 2)).unwrap_or(0)];
        let sku = SKUS[usize::try_from(choose("SKU", 2)).unwrap_or(0)];
        let units = choose("units", 4).saturating_add(1);
        let minutes = choose("hour", 13).saturating_mul(60);
        let minutes = minutes.saturating_add(choose("minute", 59));
        // No two at the same moment: of a count and a receipt, nobody outside could say which was first either.
        let apart = i64::from(number).saturating_mul(100);
        let apart = apart.saturating_add(i64::try_from(what.len()).unwrap_or(0));
        let pause = SignedDuration::from_mins(minutes.into());
        let pause = pause.saturating_add(SignedDuration::from_millis(apart));
        self.after(pause, Event::Warehouse(location, step(sku, units)));
    }

    /// A request reaches a location.
    pub(super) fn hears(&mut self, request: &Request) {
        let Some(location) = LOCATIONS
            .into_iter()
            .find(|known| *known == request.location)
        else {
            return;
        };
        let key = (request.location.clone(), request.id.clone());
        match self.requests.get(&key) {
            Some(known) if *known == request.body => return,
            Some(_) if !self.kinds.has(Kind::ComparesBodies) => return,
            Some(known) => {
                let (known, body) = (known.clone(), &request.body);
                self.note(|| format!("{location} has heard {known} and hears {body}"));
                self.is_wrong("a request came again with the same id and another body".to_owned());
                return;
            }
            None => {}
        }
        self.requests.insert(key, request.body.clone());
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        let kind = body["type"].as_str().unwrap_or_default();
        match kind {
            "fulfillment_order.requested" => self.is_asked_to_ship(location, &body["data"]),
            "fulfillment_order.cancel_requested" => {
                self.is_asked_to_cancel(location, &body["data"]);
            }
            _ => self.note(|| format!("{location} ignores a request of type {kind}")),
        }
    }

    fn is_asked_to_ship(&mut self, location: &'static str, data: &Value) {
        let text = |field: &str| data[field].as_str().unwrap_or_default().to_owned();
        let (order_id, id) = (text("order_id"), text("fulfillment_order_id"));
        let order = self.name_of(&order_id);
        let name = self.unique(format!("{location}'s work on {order}"));
        let lines = data["lines"].as_array().into_iter().flatten();
        let lines: Vec<JobLine> = lines.filter_map(job_line).collect();
        let asked: Vec<(&str, u32)> = lines.iter().map(|l| (l.sku, l.wanted)).collect();
        self.note(|| format!("{location} is asked to ship {asked:?}: {name}"));
        let slow = self.may(Kind::Slow) && self.choices.happens(&format!("{name}: slow"), 10);
        let customer = order_id
            .parse()
            .ok()
            .and_then(|id| self.ids.get(&id).copied());
        let pace = if slow { 300 } else { 10 };
        self.judges_what_is_collected(customer, &data["collect_on_delivery"]);
        let job = Job {
            name: name.clone(),
            order_id,
            fulfillment_order_id: id.clone(),
            customer: customer.unwrap_or(0),
            lines,
            stage: Stage::Waiting,
            packed: Vec::new(),
            shipped: BTreeMap::new(),
            pace,
            is_short: false,
            collect: data["collect_on_delivery"]["amount"].as_i64().unwrap_or(0),
            stalls: self.stalls(&name, customer),
        };
        let stalls = job.stalls;
        self.warehouses
            .entry(location)
            .or_default()
            .jobs
            .insert(id.clone(), job);
        if stalls == Stalls::Never {
            self.plans_work(location, id, &name, pace);
            return;
        }
        let accepts = WarehouseStep::Accepts(id.clone());
        self.in_minutes(pace, Event::Warehouse(location, accepts));
        if stalls != Stalls::Accepted {
            let picks = Event::Warehouse(location, WarehouseStep::Picks(id));
            self.in_minutes(pace.saturating_mul(2), picks);
        }
    }

    fn stalls(&mut self, name: &str, customer: Option<usize>) -> Stalls {
        if !self.may(Kind::Stalls) || !self.choices.happens(&format!("{name}: stalls"), 4) {
            return Stalls::Never;
        }
        if let Some(customer) = customer {
            let trouble = &mut self.customers[customer].trouble;
            trouble.insert("a location that stalls");
        }
        match self.choices.up_to(&format!("{name}: stalls after"), 3) {
            0 => Stalls::Accepted,
            1 => Stalls::Picked,
            2 => Stalls::Packed,
            _ => Stalls::Shipped,
        }
    }

    fn plans_work(&mut self, location: &'static str, id: String, name: &str, pace: i64) {
        let on = |kind: Kind, odds: u32| if self.may(kind) { odds } else { 0 };
        let odds = [
            70,
            on(Kind::Quiet, 10),
            on(Kind::Rejections, 8),
            on(Kind::Rejections, 5),
            on(Kind::Silent, 5),
            on(Kind::LocationCancels, 5),
        ];
        let way = self.choices.pick(&format!("{name}: manner"), &odds);
        let steps: Vec<WarehouseStep> = match way {
            0 => vec![WarehouseStep::Accepts(id.clone()), WarehouseStep::Picks(id)],
            1 => vec![WarehouseStep::Picks(id)],
            2 => vec![WarehouseStep::Rejects(id)],
            3 => vec![
                WarehouseStep::Accepts(id.clone()),
                WarehouseStep::Rejects(id),
            ],
            4 => {
                self.is_silent(location, &id);
                vec![]
            }
            _ => vec![
                WarehouseStep::CancelsOne(id.clone()),
                WarehouseStep::Picks(id),
            ],
        };
        for (number, step) in (1_i64..).zip(steps) {
            let minutes = number.saturating_mul(pace);
            self.in_minutes(minutes, Event::Warehouse(location, step));
        }
    }

    fn is_silent(&mut self, location: &'static str, id: &str) {
        if let Some(job) = self.warehouses.entry(location).or_default().jobs.get(id) {
            self.customers[job.customer]
                .trouble
                .insert("a silent location");
        }
    }

    fn is_asked_to_cancel(&mut self, location: &'static str, data: &Value) {
        let id = data["fulfillment_order_id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let lines = data["lines"].as_array().into_iter().flatten();
        let lines: Vec<(String, u32)> = lines.filter_map(kept_of).collect();
        let known = self.warehouses.entry(location).or_default().jobs.get(&id);
        let Some(job) = known else {
            let order = data["order_id"].as_str().unwrap_or_default();
            if !self.kinds.has(Kind::Unsent) || self.died_sending.contains(order) {
                return;
            }
            self.is_wrong(format!(
                "{location} is asked to cancel what it was never asked to ship"
            ));
            return;
        };
        let (name, customer) = (job.name.clone(), job.customer);
        self.note(|| format!("{location} is asked to keep {lines:?} of {name}"));
        if self.customers[customer]
            .trouble
            .contains("a silent location")
        {
            return;
        }
        let minutes = self
            .choices
            .up_to(&format!("{name}: minutes to answer a cancel"), 25);
        let step = WarehouseStep::Answers(id, lines);
        self.in_minutes(minutes.into(), Event::Warehouse(location, step));
    }

    /// A location tells something about an order.
    pub(super) fn location_sends(
        &mut self,
        location: &'static str,
        kind: &str,
        data: &Value,
        label: &str,
        job: &str,
    ) {
        let orderly = self.may(Kind::Counts) && !self.may(Kind::StaleCounts);
        let lane = if orderly {
            Some(location.to_owned())
        } else if self.may(Kind::Overtaking) || job.is_empty() {
            None
        } else {
            Some(job.to_owned())
        };
        let warehouse = self.warehouses.entry(location).or_default();
        warehouse.messages = warehouse.messages.saturating_add(1);
        // Every location numbers its messages by itself, so ids of two locations are the same.
        let id = format!("msg_{}", warehouse.messages);
        let timestamp = self.system.world.now().to_string();
        let body = json!({ "type": kind, "version": 1, "timestamp": timestamp, "data": data });
        self.note(|| format!("{location} tells: {label}"));
        let label = self.unique(label.to_owned());
        self.sends(Webhook {
            sender: Sender::Location(location),
            id,
            body: body.to_string(),
            label,
            lane,
            copy: 0,
        });
    }
}

fn job_line(line: &Value) -> Option<JobLine> {
    let sku = line["sku"].as_str()?;
    let (line, wanted) = units_of(line)?;
    Some(JobLine {
        line,
        sku: SKUS.into_iter().find(|known| *known == sku)?,
        wanted,
    })
}

fn units_of(line: &Value) -> Option<(String, u32)> {
    let units = line["quantity"].as_u64()?;
    Some((
        line["line"].as_str()?.to_owned(),
        u32::try_from(units).ok()?,
    ))
}

/// Units that are still to be shipped in all of a line that units are to be cancelled of.
fn kept_of(line: &Value) -> Option<(String, u32)> {
    let kept = line["keep"].as_u64()?;
    Some((line["line"].as_str()?.to_owned(), u32::try_from(kept).ok()?))
}
