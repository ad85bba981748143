//! Reads one order in full.

use app::{
    access::{Permission, Principal},
    ports::{AccessLogStore, Clock, IdGenerator, OrderStore, Store},
    usecases::reveal::{is_revealed, reveal},
    views::order_detail::OrderDetail,
};
use domain::{ids::OrderId, order::Order};
use futures_util::future::{try_join, try_join3};

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
    operation: Operation::ReadOrder,
    name: "readOrder",
    path: "/api/oms/orders/{id}",
    permissions: &[Permission::ReadOrders],
    summary: "Read an order: units, shipments, money, timeline and legal actions; personal data and notes with a reason",
    query: &[PERSONAL_DATA],
    answer: schema::<OrderDetail>,
    refusals: &[(400, &["bad_reason"]), (404, &["not_found"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let query = Query::of(call.request, ROUTE.query)?;
    let access = asked(call, &query, &ROUTE)?;
    let order = loaded(call.store, id).await?;
    let contact = async {
        match &access {
            Some(access) => reveal(call.store, call.env, access, &order).await,
            None => call.store.contact(id, order.state.contact_version).await,
        }
    };
    let (history, contact) = try_join(call.store.history(id), contact).await?;
    let (clear, now) = (access.is_some(), call.env.now());
    let principal = &call.principal;
    let view = OrderDetail::of(&order, &history, contact.as_ref(), clear, principal, now);
    Ok(json(200, &view)?)
}

/// The order as a page shows it: masked, unless the caller has given a reason for it a moment ago, as the access log says.
///
/// # Errors
/// That there is no such order, or that the store does not answer.
pub async fn read(
    store: &(impl OrderStore + AccessLogStore),
    clock: &impl Clock,
    id: OrderId,
    principal: &Principal,
) -> Result<OrderDetail, Problem> {
    let order = loaded(store, id).await?;
    let now = clock.now();
    let (history, contact, clear) = try_join3(
        store.history(id),
        store.contact(id, order.state.contact_version),
        is_revealed(store, principal, id, now),
    )
    .await?;
    let contact = contact.as_ref();
    Ok(OrderDetail::of(
        &order, &history, contact, clear, principal, now,
    ))
}

async fn loaded(store: &impl OrderStore, id: OrderId) -> Result<Order, Problem> {
    let order = store.load(id).await?;
    order.ok_or_else(|| Problem::not_found("There is no such order."))
}
