//! What people do at a location, step by step.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    agenda::Event,
    carrier::Parcel,
    day::{Day, LOCATIONS, SKUS},
    kinds::Kind,
    warehouse::{Job, Stage, Stalls, WarehouseStep},
};

/// Minutes after which a unit that has disappeared is missed by a clerk, at the latest.
const MISSED_WITHIN: [i64; 4] = [60, 5, 240, 700];

impl Day<'_> {
    pub(super) async fn warehouse(&mut self, location: &'static str, step: WarehouseStep) {
        match step {
            WarehouseStep::Accepts(id) => self.progress(location, &id, "accepted"),
            WarehouseStep::Packs(id) => self.progress(location, &id, "packed"),
            WarehouseStep::Rejects(id) => self.rejects(location, &id, "cannot_ship"),
            WarehouseStep::Picks(id) => self.picks(location, &id),
            WarehouseStep::Ships(id, parcel) => self.ships(location, &id, parcel),
            WarehouseStep::Answers(id, lines) => self.answers(location, &id, &lines),
            WarehouseStep::Receives(sku, units) => self.receives_units(location, sku, units),
            WarehouseStep::Loses(sku) => self.loses(location, sku),
            WarehouseStep::Counts(skus) => self.counts(location, &skus),
            WarehouseStep::Adjusts(sku, delta) => self.adjusts(location, sku, delta).await,
            WarehouseStep::CancelsOne(id) => self.cancels_one(location, &id),
            WarehouseStep::GoesDown => {
                self.note(|| format!("{location} cannot be reached"));
                self.system.unreachable(location);
            }
            WarehouseStep::ComesBack => {
                self.note(|| "every location can be reached again".to_owned());
                self.system.reachable_again();
            }
        }
    }

    fn job(&mut self, location: &'static str, id: &str) -> Option<&mut Job> {
        let jobs = &mut self.warehouses.entry(location).or_default().jobs;
        jobs.get_mut(id).filter(|job| job.stage < Stage::Closed)
    }

    fn progress(&mut self, location: &'static str, id: &str, what: &str) {
        if let Some(job) = self.job(location, id) {
            let (data, name) = (ids(job), job.name.clone());
            self.about(location, &format!("fulfillment_order.{what}"), &data, &name);
        }
    }

    fn about(&mut self, location: &'static str, kind: &str, data: &Value, job: &str) {
        self.location_sends(location, kind, data, &format!("{kind} of {job}"), job);
    }

    fn rejects(&mut self, location: &'static str, id: &str, reason: &str) {
        if let Some(job) = self.job(location, id) {
            job.stage = Stage::Closed;
            let (mut data, name, customer) = (ids(job), job.name.clone(), job.customer);
            let lines = job.lines.iter();
            let lines: Vec<_> = lines.map(|l| (l.line.clone(), l.sku)).collect();
            data["reason"] = reason.into();
            self.declines(location, customer, lines, reason == "out_of_stock");
            self.about(location, "fulfillment_order.rejected", &data, &name);
        }
    }

    fn declines(
        &mut self,
        location: &'static str,
        customer: usize,
        lines: Vec<(String, &'static str)>,
        missing: bool,
    ) {
        let customer = &mut self.customers[customer];
        customer.trouble.insert("declined");
        customer.declined.extend(
            lines
                .into_iter()
                .map(|(line, sku)| ((location, line), (sku, missing))),
        );
    }

    /// Takes from the shelf what is there, and packs it into parcels.
    fn picks(&mut self, location: &'static str, id: &str) {
        let Some(warehouse) = self.warehouses.get_mut(location) else {
            return;
        };
        let Some(job) = warehouse.jobs.get_mut(id) else {
            return;
        };
        let wanted: u32 = job.lines.iter().map(|line| line.wanted).sum();
        if job.stage != Stage::Waiting || wanted == 0 {
            return;
        }
        let (mut found, mut short) = (Vec::new(), Vec::new());
        for line in &job.lines {
            let shelf = warehouse.shelf.entry(line.sku).or_default();
            let units = line.wanted.min(*shelf);
            *shelf = shelf.saturating_sub(units);
            if units < line.wanted {
                short.push((line.line.clone(), line.sku));
            }
            found.extend((0..units).map(|_| (line.line.clone(), line.sku)));
        }
        job.is_short = found.len() < usize::try_from(wanted).unwrap_or(usize::MAX);
        let (name, pace, customer) = (job.name.clone(), job.pace, job.customer);
        let stalls = job.stalls;
        if found.is_empty() {
            self.rejects(location, id, "out_of_stock");
            return;
        }
        if job.is_short {
            self.declines(location, customer, short, true);
        }
        let parcels = match self.may(Kind::Parcels) {
            true => self
                .choices
                .pick(&format!("{name}: more parcels"), &[65, 25, 10]),
            false => 0,
        };
        let parcels = usize::try_from(parcels).unwrap_or(0).saturating_add(1);
        let parcels = parcels.min(found.len());
        self.packs(location, id, found, parcels);
        self.progress(location, id, "picking");
        if stalls == Stalls::Picked {
            return;
        }
        self.in_minutes(
            3,
            Event::Warehouse(location, WarehouseStep::Packs(id.to_owned())),
        );
        let leave = match stalls {
            Stalls::Never => parcels,
            Stalls::Shipped if parcels > 1 => 1,
            Stalls::Accepted | Stalls::Picked | Stalls::Packed | Stalls::Shipped => 0,
        };
        let mut minutes = pace;
        for parcel in 0..leave {
            let step = WarehouseStep::Ships(id.to_owned(), parcel);
            self.in_minutes(minutes, Event::Warehouse(location, step));
            let pause = self
                .choices
                .pick(&format!("{name}: pause after parcel {parcel}"), &[6, 3, 1]);
            minutes = minutes.saturating_add(if pause == 2 { 600 } else { 25 });
        }
    }

    fn packs(
        &mut self,
        location: &'static str,
        id: &str,
        found: Vec<(String, &'static str)>,
        parcels: usize,
    ) {
        let Some(job) = self.job(location, id) else {
            return;
        };
        job.stage = Stage::Picked;
        job.packed = vec![Vec::new(); parcels];
        for (number, (line, sku)) in found.into_iter().enumerate() {
            if let Some(parcel) = job.packed.get_mut(number % parcels) {
                parcel.push((line, sku, 1));
            }
        }
    }

    fn ships(&mut self, location: &'static str, id: &str, number: usize) {
        let unique = !self.may(Kind::SameReferences);
        let totals = self.may(Kind::Totals);
        let Some(warehouse) = self.warehouses.get_mut(location) else {
            return;
        };
        warehouse.parcels = warehouse.parcels.saturating_add(1);
        let reference = match unique {
            true => format!("{location}-{}", warehouse.parcels),
            false => warehouse.parcels.to_string(),
        };
        let Some(job) = warehouse.jobs.get_mut(id) else {
            return;
        };
        let mut units: BTreeMap<String, u32> = BTreeMap::new();
        for (line, _, n) in job
            .packed
            .get_mut(number)
            .map(std::mem::take)
            .unwrap_or_default()
        {
            let sum = units.entry(line).or_default();
            *sum = sum.saturating_add(n);
        }
        for (line, n) in &units {
            let sum = job.shipped.entry(line.clone()).or_default();
            *sum = sum.saturating_add(*n);
        }
        let is_last = number.saturating_add(1) == job.packed.len();
        if is_last {
            job.stage = Stage::Closed;
        }
        let (name, is_short) = (job.name.clone(), job.is_short);
        let (order, shipped) = ((job.order_id.clone(), job.customer), job.shipped.clone());
        let ids = ids(job);
        let way = if is_last && totals {
            self.choices.pick(&format!("{name}: totals"), &[2, 1, 1])
        } else {
            0
        };
        let mut data = ids.clone();
        data["shipment_reference"] = reference.clone().into();
        data["tracking_number"] = format!("T-{location}-{reference}").into();
        data["carrier"] = "DHL".into();
        data["lines"] = listed(&units);
        let says_last = is_short
            || !self
                .choices
                .happens(&format!("{name}: does not say last"), 20);
        match way {
            0 if is_last && says_last => data["last"] = true.into(),
            1 => (data["shipped_totals"], data["last"]) = (listed(&shipped), true.into()),
            _ => {}
        }
        let what = format!("shipment.shipped of {name}, parcel {reference}: {units:?}");
        self.location_sends(location, "shipment.shipped", &data, &what, &name);
        if way == 2 {
            let mut closed = ids;
            closed["totals"] = listed(&shipped);
            self.about(location, "fulfillment_order.closed", &closed, &name);
        }
        let parcel = Parcel::new(
            location,
            order,
            reference,
            units,
            (name.clone(), id.to_owned()),
        );
        self.takes_parcel(parcel, &format!("{name}, parcel {number}"));
    }

    /// Answers a request to keep so many units of lines: what is not picked yet can still be cancelled.
    fn answers(&mut self, location: &'static str, id: &str, lines: &[(String, u32)]) {
        let refuses = self.may(Kind::CancelRefusals);
        let Some(job) = self
            .warehouses
            .get_mut(location)
            .and_then(|w| w.jobs.get_mut(id))
        else {
            return;
        };
        let (mut data, name, stage) = (ids(job), job.name.clone(), job.stage);
        let refuses = refuses
            && self
                .choices
                .happens(&format!("{name}: refuses to cancel"), 25);
        if refuses || stage != Stage::Waiting {
            data["reason"] = "already_packed".into();
            self.about(location, "fulfillment_order.cancel_refused", &data, &name);
            return;
        }
        let Some(job) = self.job(location, id) else {
            return;
        };
        let mut cancelled = BTreeMap::new();
        for (line, keep) in lines {
            if let Some(known) = job.lines.iter_mut().find(|known| known.line == *line) {
                let units = known.wanted.saturating_sub(*keep);
                known.wanted = known.wanted.min(*keep);
                if units > 0 {
                    cancelled.insert(line.clone(), units);
                }
            }
        }
        if job.lines.iter().all(|line| line.wanted == 0) {
            job.stage = Stage::Closed;
        }
        // Nothing is left to cancel of what was cancelled before.
        if !cancelled.is_empty() {
            data["lines"] = listed(&cancelled);
            self.about(location, "fulfillment_order.cancelled", &data, &name);
        }
    }

    fn receives_units(&mut self, location: &'static str, sku: &'static str, units: u32) {
        let shelf = self
            .warehouses
            .entry(location)
            .or_default()
            .shelf
            .entry(sku)
            .or_default();
        *shelf = shelf.saturating_add(units);
        self.knows_its_shelf(location, sku);
        let data = json!({ "items": [{ "sku": sku, "quantity": units }] });
        let what = format!("stock.received at {location}: {units} of {sku}");
        self.location_sends(location, "stock.received", &data, &what, "");
    }

    /// Who had none may have some now, or knows that it has none: it is waited for.
    fn knows_its_shelf(&mut self, location: &'static str, sku: &'static str) {
        if !self.may(Kind::Restocks) {
            return;
        }
        for customer in &mut self.customers {
            customer.declined.retain(|(of, _), (declined, missing)| {
                *of != location || *declined != sku || !*missing
            });
        }
    }

    async fn adjusts(&mut self, location: &'static str, sku: &'static str, delta: i64) {
        let is_counted = self.lanes.contains_key(location);
        if (is_counted && !self.may(Kind::StaleCounts)) || (delta < 0 && !self.may(Kind::Losses)) {
            return;
        }
        let shelf = self
            .warehouses
            .entry(location)
            .or_default()
            .shelf
            .entry(sku)
            .or_default();
        let Some(after) = shelf.checked_add_signed(i32::try_from(delta).unwrap_or(0)) else {
            return;
        };
        *shelf = after;
        self.note(|| format!("an operator corrects {sku} at {location} by {delta}"));
        self.system.world.adjusts(location, sku, delta).await;
    }

    /// Cancels a unit of the first line that has one.
    fn cancels_one(&mut self, location: &'static str, id: &str) {
        let Some(job) = self
            .job(location, id)
            .filter(|job| job.stage == Stage::Waiting)
        else {
            return;
        };
        let Some(line) = job.lines.iter_mut().find(|line| line.wanted > 0) else {
            return;
        };
        line.wanted = line.wanted.saturating_sub(1);
        let (cancelled, declined) = (
            BTreeMap::from([(line.line.clone(), 1)]),
            vec![(line.line.clone(), line.sku)],
        );
        if job.lines.iter().all(|line| line.wanted == 0) {
            job.stage = Stage::Closed;
        }
        let (mut data, name, customer) = (ids(job), job.name.clone(), job.customer);
        data["lines"] = listed(&cancelled);
        self.declines(location, customer, declined, false);
        self.about(location, "fulfillment_order.cancelled", &data, &name);
    }

    /// A unit disappears. A clerk misses it some time later, if nobody has before.
    fn loses(&mut self, location: &'static str, sku: &'static str) {
        let shelf = self
            .warehouses
            .entry(location)
            .or_default()
            .shelf
            .entry(sku)
            .or_default();
        if *shelf == 0 {
            return;
        }
        *shelf = shelf.saturating_sub(1);
        self.note(|| format!("{location} loses one {sku}"));
        let name = self.unique(format!("loss of {sku} at {location}"));
        let within = self.choices.up_to(&format!("{name}: missed after"), 3);
        let minutes = MISSED_WITHIN[usize::try_from(within).unwrap_or(0)];
        let count = WarehouseStep::Counts(vec![sku]);
        self.in_minutes(minutes, Event::Warehouse(location, count));
    }

    /// Clerks count the shelves that exceptions ask for. Gives whether there were any.
    pub(super) async fn counts_what_is_asked_for(&mut self) -> bool {
        let asked = self.system.levels_to_count().await;
        for (location, sku) in &asked {
            let location = LOCATIONS.into_iter().find(|known| known == location);
            let sku = SKUS.into_iter().find(|known| known == sku);
            let (Some(location), Some(sku)) = (location, sku) else {
                continue;
            };
            let view = self.system.stock_view(sku).await;
            if self.shelf_differs(location, &view, sku).is_some() {
                self.counted = self.counted.saturating_add(1);
            }
            self.note(|| format!("an exception asks {location} to count {sku}"));
            self.counts(location, &[sku]);
        }
        !asked.is_empty()
    }

    fn counts(&mut self, location: &'static str, skus: &[&'static str]) {
        let warehouse = self.warehouses.entry(location).or_default();
        let counted: Vec<(&str, u32)> = skus
            .iter()
            .map(|sku| (*sku, warehouse.in_the_building(sku)))
            .collect();
        for sku in skus {
            self.knows_its_shelf(location, sku);
        }
        let items: Vec<Value> = counted
            .iter()
            .map(|(sku, units)| json!({ "sku": sku, "on_hand": units }))
            .collect();
        let what = format!("stock.counted at {location}: {counted:?}");
        self.location_sends(
            location,
            "stock.counted",
            &json!({ "items": items }),
            &what,
            "",
        );
    }
}

fn ids(job: &Job) -> Value {
    json!({ "order_id": job.order_id, "fulfillment_order_id": job.fulfillment_order_id })
}

fn listed(units: &BTreeMap<String, u32>) -> Value {
    let lines = units.iter().filter(|(_, units)| **units > 0);
    lines
        .map(|(line, units)| json!({ "line": line, "quantity": units }))
        .collect()
}
