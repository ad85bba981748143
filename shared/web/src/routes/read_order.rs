//! Reads one order in full.

use app::{
    access::{Permission, Principal},
    ports::{Clock, IdGenerator, OrderStore, Store},
    views::order_detail::OrderDetail,
};
use domain::ids::OrderId;
use futures_util::future::try_join;

use crate::{
    call::Call,
    extract,
    problem::Problem,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ReadOrder,
    name: "readOrder",
    path: "/api/oms/orders/{id}",
    permissions: &[Permission::ReadOrders],
    summary: "Read an order: units, shipments, money, timeline and legal actions",
    answer: schema::<OrderDetail>,
    refusals: &[(404, &["not_found"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let view = read(call.store, call.env, id, &call.principal).await?;
    Ok(json(200, &view)?)
}

/// The order as the caller may see it. That personal data was read is logged.
///
/// # Errors
/// That there is no such order, or that the store does not answer.
pub async fn read(
    store: &impl OrderStore,
    clock: &impl Clock,
    id: OrderId,
    principal: &Principal,
) -> Result<OrderDetail, Problem> {
    let order = store
        .load(id)
        .await?
        .ok_or_else(|| Problem::not_found("There is no such order."))?;
    let (history, contact) = try_join(
        store.history(id),
        store.contact(id, order.state.contact_version),
    )
    .await?;
    if contact.is_some() && principal.may(Permission::ReadPersonalData) {
        // The record of who has read whose personal data.
        tracing::info!(order_id = %id, subject = %principal.subject, "personal data read");
    }
    let (contact, now) = (contact.as_ref(), clock.now());
    Ok(OrderDetail::of(&order, &history, contact, principal, now))
}
