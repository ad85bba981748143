//! What people report about a fulfillment order of a location, through the API: the same facts, with the same effects,
//! as the location's webhooks. A location without a `webhook_url` is worked in this way.

use domain::{
    decide::check_report,
    ids::{FulfillmentOrderId, LocationId, OrderId, ShipmentId},
    inbound::{FactLine, FulfillmentFact, ShipmentFact},
    order::{Actor, Command, FulfillmentOrder, Order, Rejection, RejectionCode},
};
use jiff::Timestamp;

use super::{
    apply_inbound::{
        CLOSING_GRACE_S, fulfillment_could_take_effect_later, record_fulfillment, record_shipment,
    },
    execute::{CommandRequest, Outcome, execute},
    idempotency::{IdempotencyKey, Idempotent},
};
use crate::{
    failure::Failure,
    ports::{Clock, IdGenerator, OrderStore},
};

/// What a person reports about a fulfillment order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfillmentReport {
    /// Something about the fulfillment order.
    Fulfillment(FulfillmentFact),
    /// The open units are missing: nothing more will be shipped.
    Short,
    /// Something about a shipment that left from it, by the reference that it was shipped with.
    Shipment {
        reference: String,
        fact: ShipmentFact,
    },
}

impl FulfillmentReport {
    /// Checks that the report fits the fulfillment order as it is now.
    ///
    /// # Errors
    /// [`RejectionCode::WrongStatus`]; [`RejectionCode::UnknownLine`]; [`RejectionCode::ShipmentNotYetKnown`] when no such
    /// shipment left from it.
    pub(crate) fn check(&self, order: &Order, found: &FulfillmentOrder) -> Result<(), Rejection> {
        let reference = match self {
            Self::Fulfillment(fact) => {
                check_report(found, fact)?;
                return check_lines(order, fact);
            }
            Self::Short => return check_report(found, &closed(found)),
            Self::Shipment { reference, .. } => reference,
        };
        let mut shipments = order.state.shipments.iter();
        if shipments.any(|s| s.fulfillment_order == found.id && s.reference == *reference) {
            return Ok(());
        }
        Err(Rejection::new(
            RejectionCode::ShipmentNotYetKnown,
            "none",
            "no shipment of that reference has left from this fulfillment order",
        ))
    }

    /// The command that records the report, which a person makes `now`. A shipment gets the id `shipment`.
    pub(crate) fn command(
        &self,
        found: &FulfillmentOrder,
        now: Timestamp,
        shipment: ShipmentId,
    ) -> Command {
        let location = found.location.clone();
        // The totals are known, so that nothing waits for the grace.
        let record = |fact, location| {
            record_fulfillment(found.id, location, fact, now, shipment, CLOSING_GRACE_S)
        };
        match self {
            Self::Fulfillment(fact) => record(with_totals(found, fact), location),
            Self::Short => record(closed(found), location),
            Self::Shipment { reference, fact } => record_shipment(
                reference.clone(),
                location,
                Some(found.id),
                fact.clone(),
                now,
            ),
        }
    }

    /// As for webhooks: whether it is recorded even when it changes nothing.
    fn could_take_effect_later(&self) -> bool {
        match self {
            Self::Fulfillment(fact) => fulfillment_could_take_effect_later(fact),
            Self::Short | Self::Shipment { .. } => false,
        }
    }
}

/// A person sees what has been shipped. So when they say that nothing more will come, the totals are known, and what is
/// open is short at once.
fn with_totals(found: &FulfillmentOrder, fact: &FulfillmentFact) -> FulfillmentFact {
    let mut fact = fact.clone();
    if let FulfillmentFact::Shipped {
        lines,
        last: true,
        totals: totals @ None,
        ..
    } = &mut fact
    {
        // No lines: all open units.
        let open = found.lines.iter().filter(|_| lines.is_empty());
        let open = open.map(|line| (line.line.clone(), line.open));
        let open = open.map(|(line, quantity)| FactLine { line, quantity });
        *totals = Some(shipped(found).chain(lines.clone()).chain(open).collect());
    }
    fact
}

/// Nothing more will come than what has been shipped.
fn closed(found: &FulfillmentOrder) -> FulfillmentFact {
    FulfillmentFact::Closed {
        totals: shipped(found).collect(),
    }
}

fn shipped(found: &FulfillmentOrder) -> impl Iterator<Item = FactLine> {
    found.lines.iter().map(|line| FactLine {
        line: line.line.clone(),
        quantity: line.shipped,
    })
}

/// A person who names a line that the order does not have has mistyped it. A webhook with such a line is recorded, with
/// an exception.
fn check_lines(order: &Order, fact: &FulfillmentFact) -> Result<(), Rejection> {
    let FulfillmentFact::Shipped { lines, .. } = fact else {
        return Ok(());
    };
    match lines.iter().find(|line| order.line(&line.line).is_none()) {
        None => Ok(()),
        Some(unknown) => Err(Rejection::new(
            RejectionCode::UnknownLine,
            unknown.line.to_string(),
            "the order has no such line",
        )),
    }
}

/// Records a report about a fulfillment order of a location that the caller `may_work_at`; returns the order as it is
/// then.
///
/// # Errors
/// [`Failure::NotFound`] when there is no such fulfillment order, or when it is of a location that the caller does not
/// work at; [`Failure::KeyReused`]; [`Failure::Rejected`] when the report does not fit the fulfillment order as it is.
pub async fn report_fulfillment(
    store: &impl OrderStore,
    env: &(impl Clock + IdGenerator),
    (order, fulfillment_order): (OrderId, FulfillmentOrderId),
    report: &FulfillmentReport,
    key: &IdempotencyKey,
    actor: &Actor,
    may_work_at: impl Fn(&LocationId) -> bool,
) -> Result<Idempotent<Order>, Failure> {
    let cause = key.cause();
    let request = CommandRequest {
        record_always: report.could_take_effect_later(),
        ..CommandRequest::new(actor, cause.clone())
    };
    let applied = |order: &Order| order.state.causes.contains(&cause.key());
    let check = |order: &Order| {
        let found = order.fulfillment_order(fulfillment_order);
        let found = found
            .filter(|found| may_work_at(&found.location))
            .ok_or_else(|| Failure::NotFound(format!("fulfillment order {fulfillment_order}")))?;
        // A repeated request has changed the order itself, so only the first one is checked.
        if !applied(order) {
            report.check(order, found)?;
        }
        let now = env.now();
        Ok::<_, Failure>(report.command(found, now, ShipmentId::mint(now, env.entropy())))
    };
    let outcome = execute(store, env, order, &request, |order| check(order).ok()).await?;
    if let Outcome::Unchanged(order) = &outcome {
        check(order)?;
    }
    outcome.idempotent(&cause)
}
