//! Reads a fulfillment order: what its location needs to ship it.

use app::{
    access::Permission,
    ports::{AccessVia, Clock, IdGenerator, Store},
    usecases::reveal::{Access, reveal},
    views::fulfillment_work::{FulfillmentWork, is_at_work},
};
use domain::ids::{FulfillmentOrderId, OrderId};

use crate::{
    call::Call,
    extract,
    personal_data::{PERSONAL_DATA, asked},
    problem::Problem,
    query::Query,
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
    query: &[PERSONAL_DATA],
    answer: schema::<FulfillmentWork>,
    refusals: &[(400, &["bad_reason"]), (404, &["not_found"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let fulfillment_order: FulfillmentOrderId =
        extract::id(call.parameter("fid"), "fulfillment order")?;
    let query = Query::of(call.request, ROUTE.query)?;
    let asked = asked(call, &query, &ROUTE)?;
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
        let days = call.settings.access_log_days();
        // Who ships it needs the address, and gives no reason for each parcel.
        let at_work = || Access::at_work(principal, &found.location, AccessVia::Api, days);
        let access = asked.or_else(at_work);
        let contact = match &access {
            Some(access) => reveal(call.store, call.env, access, &order).await?,
            None => call.store.contact(id, order.state.contact_version).await?,
        };
        if let Some(contact) = contact {
            view = view.with_contact(&contact, access.is_some());
        }
    }
    Ok(json(200, &view)?)
}

fn none() -> Problem {
    Problem::not_found("There is no such fulfillment order.")
}
