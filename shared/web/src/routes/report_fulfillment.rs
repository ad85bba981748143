//! Reports about a fulfillment order, by those who work at its location: the same facts as its webhooks. One route for
//! each action.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::report_fulfillment::{FulfillmentReport, report_fulfillment},
    views::fulfillment_work::FulfillmentWork,
};
use domain::{
    decide::UNITS_MAX,
    ids::{FulfillmentOrderId, OrderId},
    inbound::{FactLine, FulfillmentFact, ShipmentFact},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    response::{Request, Response, json, mark_replayed},
    route::{Body, FulfillmentAction, Operation, Route, WRITE, schema},
};

pub(crate) const ACCEPT: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::Accept),
    name: "acceptFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/accept",
    summary: "Report that the location accepts a fulfillment order",
    ..REPORT
};
pub(crate) const PICK: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::Pick),
    name: "pickFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/pick",
    summary: "Report that the location is picking",
    ..REPORT
};
pub(crate) const PACK: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::Pack),
    name: "packFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/pack",
    summary: "Report that the location has packed",
    ..REPORT
};
pub(crate) const SHIP: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::Ship),
    name: "shipFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/ship",
    summary: "Report that a shipment left, one request for each",
    body: Some(Body {
        name: "ShipFulfillmentOrder",
        schema: schema::<ShipBody>,
        example: examples::SHIP,
    }),
    refusals: WITH_BODY,
    ..REPORT
};
pub(crate) const IN_TRANSIT: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::InTransit),
    name: "shipmentInTransit",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/in_transit",
    summary: "Report that the carrier has a shipment",
    ..REPORT_SHIPMENT
};
pub(crate) const OUT_FOR_DELIVERY: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::OutForDelivery),
    name: "shipmentOutForDelivery",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/out_for_delivery",
    summary: "Report that a shipment is out for delivery",
    ..REPORT_SHIPMENT
};
pub(crate) const DELIVER: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::Deliver),
    name: "deliverFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/deliver",
    summary: "Report that a shipment was delivered",
    ..REPORT_SHIPMENT
};
pub(crate) const EXCEPTION: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::Exception),
    name: "shipmentException",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/exception",
    summary: "Report that the carrier has a problem with a shipment",
    body: Some(Body {
        name: "ShipmentException",
        schema: schema::<ShipmentExceptionBody>,
        example: examples::SHIPMENT_EXCEPTION,
    }),
    ..REPORT_SHIPMENT
};
pub(crate) const RETURNED_TO_SENDER: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::ReturnedToSender),
    name: "shipmentReturnedToSender",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/returned_to_sender",
    summary: "Report that a shipment goes back to its sender",
    ..REPORT_SHIPMENT
};
pub(crate) const SHORT_OF_UNITS: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::Short),
    name: "shortFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/short",
    summary: "Report that the open units are missing: they are written off and routed elsewhere",
    ..REPORT
};
pub(crate) const REJECT: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::Reject),
    name: "rejectFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/reject",
    summary: "Report that the location will not ship the open units: they are routed elsewhere",
    body: REASON,
    refusals: WITH_BODY,
    ..REPORT
};
pub(crate) const CANCEL_CONSENT: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::CancelConsent),
    name: "consentToCancelFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/cancel_consent",
    summary: "Report that the location has cancelled the units that it was asked to cancel",
    ..REPORT
};
pub(crate) const CANCEL_REFUSE: Route = Route {
    operation: Operation::ReportFulfillment(FulfillmentAction::CancelRefuse),
    name: "refuseToCancelFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}/cancel_refuse",
    summary: "Report that the location will ship the units that it was asked to cancel",
    body: REASON,
    refusals: WITH_BODY,
    ..REPORT
};

/// What the routes have in common. Which locations a caller works at, the use case checks.
const REPORT: Route = Route {
    permissions: &[
        Permission::WorkFulfillmentOrders,
        Permission::WorkAtOwnLocations,
    ],
    answer: schema::<FulfillmentWork>,
    refusals: &[(404, &["not_found"]), (409, &["wrong_status"])],
    ..WRITE
};

/// What the routes about a shipment on its way have in common.
const REPORT_SHIPMENT: Route = Route {
    body: Some(Body {
        name: "ShipmentReference",
        schema: schema::<ShipmentBody>,
        example: examples::SHIPMENT,
    }),
    refusals: &[
        (404, &["not_found"]),
        (409, &["shipment_not_yet_known"]),
        (422, &["invalid_report"]),
    ],
    ..REPORT
};

const WITH_BODY: &[(u16, &[&str])] = &[
    (404, &["not_found"]),
    (409, &["wrong_status"]),
    (422, &["invalid_report", "unknown_line"]),
];

const REASON: Option<Body> = Some(Body {
    name: "Reason",
    schema: schema::<ReasonBody>,
    example: examples::REASON,
});

/// Longest reference, carrier or tracking number, in characters.
const NAME_CHARS_MAX: usize = 100;
/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 60;
/// Most entries of a list of lines.
const ENTRIES_MAX: usize = 500;

/// A shipment (one parcel) that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipBody {
    /// The location's name of the shipment.
    pub reference: String,
    /// The carrier.
    #[serde(default)]
    pub carrier: Option<String>,
    /// The carrier's number of the shipment.
    #[serde(default)]
    pub tracking: Option<String>,
    /// What is in it; none: all open units.
    #[serde(default)]
    pub lines: Vec<FactLine>,
    /// Whether nothing more will be shipped: units that are still open are short then, written off and routed again.
    #[serde(default)]
    pub last: bool,
}

/// A shipment that left before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentBody {
    /// The shipment, by the name that it was shipped with.
    pub reference: String,
}

/// A shipment with which the carrier has a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentExceptionBody {
    /// The shipment, by the name that it was shipped with.
    pub reference: String,
    /// A code of a-z 0-9 and _, such as `address_unknown` or `damaged`. It is published, so it holds no personal data.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Why a location declines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// A code of a-z 0-9 and _, such as `out_of_stock`, `damaged`, `cannot_ship`, `already_packed`. It is published, so it
    /// holds no personal data.
    pub reason: String,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
    action: FulfillmentAction,
) -> Result<Response, Problem> {
    let order: OrderId = extract::id(call.parameter("id"), "order")?;
    let id: FulfillmentOrderId = extract::id(call.parameter("fid"), "fulfillment order")?;
    let key = extract::key(&call.principal, call.request)?;
    let report = report(call.request, action)?;
    let (principal, actor) = (&call.principal, call.principal.actor());
    let may = |location: &_| principal.may_work_at(location);
    let reported = report_fulfillment(
        call.store,
        call.env,
        (order, id),
        &report,
        &key,
        &actor,
        may,
    );
    let reported = reported.await?;
    let order = reported.value;
    let found = order.fulfillment_order(id);
    let found = found.ok_or_else(|| Problem::not_found("There is no such fulfillment order."))?;
    let view = FulfillmentWork::of(&order, found, principal, call.env.now());
    Ok(mark_replayed(json(200, &view)?, reported.replayed))
}

/// The report that a request makes.
fn report(request: &Request, action: FulfillmentAction) -> Result<FulfillmentReport, Problem> {
    let plain = |fact| {
        extract::no_body(request)?;
        Ok(FulfillmentReport::Fulfillment(fact))
    };
    match action {
        FulfillmentAction::Accept => plain(FulfillmentFact::Accepted),
        FulfillmentAction::Pick => plain(FulfillmentFact::Picking),
        FulfillmentAction::Pack => plain(FulfillmentFact::Packed),
        FulfillmentAction::Short => {
            extract::no_body(request)?;
            Ok(FulfillmentReport::Short)
        }
        FulfillmentAction::CancelConsent => plain(FulfillmentFact::Cancelled { lines: Vec::new() }),
        FulfillmentAction::Reject => {
            Ok(FulfillmentReport::Fulfillment(FulfillmentFact::Rejected {
                reason: reason(request)?,
            }))
        }
        FulfillmentAction::CancelRefuse => Ok(FulfillmentReport::Fulfillment(
            FulfillmentFact::CancelRefused {
                reason: reason(request)?,
            },
        )),
        FulfillmentAction::Ship => extract::document::<ShipBody>(request)?.report(),
        FulfillmentAction::InTransit => of_shipment(request, ShipmentFact::InTransit),
        FulfillmentAction::OutForDelivery => of_shipment(request, ShipmentFact::OutForDelivery),
        FulfillmentAction::Deliver => of_shipment(request, ShipmentFact::Delivered),
        FulfillmentAction::ReturnedToSender => of_shipment(request, ShipmentFact::ReturnedToSender),
        FulfillmentAction::Exception => {
            let ShipmentExceptionBody { reference, reason } = extract::document(request)?;
            let reason = reason.map(checked_reason).transpose()?;
            Ok(FulfillmentReport::Shipment {
                reference: name("reference", &reference)?,
                fact: ShipmentFact::Exception { reason },
            })
        }
    }
}

fn of_shipment(request: &Request, fact: ShipmentFact) -> Result<FulfillmentReport, Problem> {
    let ShipmentBody { reference } = extract::document(request)?;
    Ok(FulfillmentReport::Shipment {
        reference: name("reference", &reference)?,
        fact,
    })
}

impl ShipBody {
    fn report(self) -> Result<FulfillmentReport, Problem> {
        let units = |line: &FactLine| (1..=UNITS_MAX).contains(&line.quantity);
        if self.lines.len() > ENTRIES_MAX || !self.lines.iter().all(units) {
            let detail = format!("At most {ENTRIES_MAX} lines, each of 1 to {UNITS_MAX} units.");
            return Err(Problem::invalid("invalid_report", "lines", detail));
        }
        let optional = |field: &str, text: Option<String>| match text {
            Some(text) if !text.trim().is_empty() => name(field, &text).map(Some),
            Some(_) | None => Ok(None),
        };
        Ok(FulfillmentReport::Fulfillment(FulfillmentFact::Shipped {
            reference: name("reference", &self.reference)?,
            carrier: optional("carrier", self.carrier)?,
            tracking: optional("tracking", self.tracking)?,
            lines: self.lines,
            last: self.last,
            totals: None,
        }))
    }
}

/// A name that people chose, as webhooks may have it.
fn name(field: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&text.chars().count());
    if fits && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    let detail = format!("`{field}` is 1 to {NAME_CHARS_MAX} characters on one line.");
    Err(Problem::invalid("invalid_report", field, detail))
}

fn reason(request: &Request) -> Result<String, Problem> {
    let ReasonBody { reason } = extract::document(request)?;
    checked_reason(reason)
}

fn checked_reason(reason: String) -> Result<String, Problem> {
    let code = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if (1..=REASON_CHARS_MAX).contains(&reason.len()) && reason.bytes().all(code) {
        return Ok(reason);
    }
    let detail = format!("`reason` is a code: 1 to {REASON_CHARS_MAX} of a-z 0-9 and _.");
    Err(Problem::invalid("invalid_report", "reason", detail))
}
