//! Reads one order in full.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
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
    let order = call
        .store
        .load(id)
        .await?
        .ok_or_else(|| Problem::not_found("There is no such order."))?;
    let (history, contact) = try_join(
        call.store.history(id),
        call.store.contact(id, order.state.contact_version),
    )
    .await?;
    let principal = &call.principal;
    if contact.is_some() && principal.may(Permission::ReadPersonalData) {
        // The record of who has read whose personal data.
        tracing::info!(order_id = %id, subject = %principal.subject, "personal data read");
    }
    let now = call.env.now();
    let view = OrderDetail::of(&order, &history, contact.as_ref(), principal, now);
    Ok(json(200, &view)?)
}
