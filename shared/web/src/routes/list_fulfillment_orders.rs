//! Lists the fulfillment orders that a location works on.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    views::fulfillment_work::{FulfillmentWork, FulfillmentWorkPage, is_at_work},
};
use domain::{
    ids::LocationId,
    order::{Order, Phase},
};

use crate::{
    call::Call,
    extract,
    problem::Problem,
    query::Query,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
    walk::{self, Listing},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListFulfillmentOrders,
    name: "listFulfillmentOrders",
    path: "/api/oms/locations/{id}/fulfillment_orders",
    permissions: &[
        Permission::WorkFulfillmentOrders,
        Permission::WorkAtOwnLocations,
    ],
    summary: "List the fulfillment orders that a location is to ship; newest order first",
    query: &["since", "limit", "cursor"],
    answer: schema::<FulfillmentWorkPage>,
    refusals: &[(400, &["bad_cursor"]), (404, &["not_found"])],
    ..READ
};

/// The open orders are walked through, because no index knows their locations: a page reads a bounded number of them.
pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let location: LocationId = extract::id(call.parameter("id"), "location")?;
    let principal = &call.principal;
    if !principal.may_work_at(&location) {
        return Err(Problem::not_found("You work at no such location."));
    }
    let query = Query::of(call.request, ROUTE.query)?;
    let now = call.env.now();
    let listing = Listing {
        name: &format!("{} {location}", ROUTE.name),
        phases: vec![Phase::Open],
        pick: |order: &Order| {
            let all = order.state.fulfillment_orders.iter();
            let wanted = all.filter(|found| found.location == location && is_at_work(found));
            wanted
                .map(|found| FulfillmentWork::of(order, found, principal, now))
                .collect()
        },
    };
    let (fulfillment_orders, next_cursor) = walk::page(call.store, now, &query, listing).await?;
    let page = FulfillmentWorkPage {
        fulfillment_orders,
        next_cursor,
    };
    Ok(json(200, &page)?)
}
