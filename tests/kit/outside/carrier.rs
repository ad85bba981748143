//! Carriers: what becomes of a parcel after it has left.

use std::collections::BTreeMap;

use serde_json::json;

use super::{agenda::Event, day::Day, kinds::Kind, people::Way};

/// A parcel that has left a location.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) location: &'static str,
    pub(super) order_id: String,
    fulfillment_order_id: String,
    /// The index of the customer.
    pub(super) customer: usize,
    /// The location's name of it.
    pub(super) reference: String,
    /// Units by line.
    pub(super) units: BTreeMap<String, u32>,
    /// The name of the work that it belongs to.
    pub(super) job: String,
    pub(super) is_delivered: bool,
    /// Problems that the carrier has told.
    problems: u32,
}

/// A step of a carrier, told by the location.
#[derive(Debug, Clone, Copy)]
pub(super) enum CarrierStep {
    InTransit,
    OutForDelivery,
    Problem,
    Delivered,
    ComesBack,
}

use CarrierStep::{ComesBack, Delivered, InTransit, OutForDelivery, Problem};

/// What can become of a parcel, one step some hours after the other.
const WAYS: [(u32, &[CarrierStep]); 6] = [
    (60, &[Delivered]),
    (15, &[InTransit, OutForDelivery, Delivered]),
    (
        8,
        &[
            InTransit,
            Problem,
            InTransit,
            Problem,
            OutForDelivery,
            Delivered,
        ],
    ),
    (5, &[Problem, Problem, Delivered]),
    (5, &[InTransit, Problem, ComesBack]),
    (5, &[]),
];

impl Parcel {
    pub(super) fn new(
        location: &'static str,
        (order_id, customer): (String, usize),
        reference: String,
        units: BTreeMap<String, u32>,
        (job, fulfillment_order_id): (String, String),
    ) -> Self {
        Self {
            location,
            order_id,
            fulfillment_order_id,
            customer,
            reference,
            units,
            job,
            is_delivered: false,
            problems: 0,
        }
    }
}

impl Day<'_> {
    /// A parcel has left: what becomes of it. Gives its index.
    pub(super) fn takes_parcel(&mut self, parcel: Parcel, name: &str) {
        let odds: Vec<u32> = WAYS.iter().map(|(odds, _)| *odds).collect();
        let way = if self.may(Kind::Carriers) {
            self.choices.pick(&format!("{name}: its way"), &odds)
        } else {
            0
        };
        let (_, steps) = WAYS[usize::try_from(way).unwrap_or(0)];
        let index = self.parcels.len();
        self.parcels.push(parcel);
        for (number, step) in (1_i64..).zip(steps) {
            let minutes = number.saturating_mul(170);
            self.in_minutes(minutes, Event::Carrier(index, *step));
        }
    }

    /// The customer pays the carrier what the location was told to collect.
    fn collects(&mut self, customer: usize, location: &str, id: &str) {
        let warehouse = self.warehouses.get_mut(location);
        let job = warehouse.and_then(|warehouse| warehouse.jobs.get_mut(id));
        let amount = job.map_or(0, |job| std::mem::take(&mut job.collect));
        if self.customers[customer].way == Way::OnDelivery && amount > 0 {
            self.hands_take(customer, amount);
        }
    }

    pub(super) fn carrier(&mut self, index: usize, step: CarrierStep) {
        let parcel = &mut self.parcels[index];
        let (location, reference) = (parcel.location, parcel.reference.clone());
        let (order, customer) = (parcel.order_id.clone(), parcel.customer);
        let job = parcel.job.clone();
        match step {
            Delivered => {
                parcel.is_delivered = true;
                let (location, id) = (parcel.location, parcel.fulfillment_order_id.clone());
                self.collects(customer, location, &id);
            }
            Problem => parcel.problems = parcel.problems.saturating_add(1),
            ComesBack => {
                self.customers[customer].trouble.insert("comes back");
            }
            InTransit | OutForDelivery => {}
        }
        let kind = match step {
            InTransit => "shipment.in_transit",
            OutForDelivery => "shipment.out_for_delivery",
            Problem => "shipment.exception",
            Delivered => "shipment.delivered",
            ComesBack => "shipment.returned_to_sender",
        };
        let mut data = json!({ "order_id": order, "shipment_reference": reference });
        if let Problem = step {
            data["reason"] = "address unknown".into();
        }
        let what = format!("{kind} of {job}, parcel {reference}");
        self.location_sends(location, kind, &data, &what, &job);
    }
}
