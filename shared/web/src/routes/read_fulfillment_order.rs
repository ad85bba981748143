//! Reads a fulfillment order: what its location needs to ship it.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    views::fulfillment_work::{FulfillmentWork, is_at_work, may_read_address},
};
use domain::ids::{FulfillmentOrderId, OrderId};

use crate::{
    call::Call,
    extract,
    problem::Problem,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ReadFulfillmentOrder,
    name: "readFulfillmentOrder",
    path: "/api/oms/orders/{id}/fulfillment_orders/{fid}",
    permissions: &[
        Permission::WorkFulfillmentOrders,
        Permission::WorkAtOwnLocations,
    ],
    summary: "Read a fulfillment order: units, delivery address, and what may be reported now",
    answer: schema::<FulfillmentWork>,
    refusals: &[(404, &["not_found"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let fulfillment_order: FulfillmentOrderId =
        extract::id(call.parameter("fid"), "fulfillment order")?;
    let principal = &call.principal;
    let order = call.store.load(id).await?;
    let order = order.ok_or_else(none)?;
    // Of another location or not there at all: the answer is the same.
    let found = order
        .fulfillment_order(fulfillment_order)
        .filter(|found| principal.may_work_at(&found.location))
        .ok_or_else(none)?;
    let mut view = FulfillmentWork::of(&order, found, principal, call.env.now());
    if is_at_work(found) {
        let contact = call.store.contact(id, order.state.contact_version).await?;
        if let Some(contact) = contact {
            if may_read_address(&found.location, principal) {
                // The record of who has read whose personal data.
                tracing::info!(order_id = %id, subject = %principal.subject, "personal data read");
            }
            view = view.with_contact(&contact, principal);
        }
    }
    Ok(json(200, &view)?)
}

fn none() -> Problem {
    Problem::not_found("There is no such fulfillment order.")
}
