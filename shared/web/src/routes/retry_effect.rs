//! Has what the payment gateway has refused tried again.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::refund::retry_effect,
    views::{effects::EffectState, refunds::RetriedEffectView},
};
use domain::ids::OrderId;

use crate::{
    call::Call,
    extract,
    problem::Problem,
    response::{Response, json, mark_replayed},
    route::{Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::RetryEffect,
    name: "retryEffect",
    path: "/api/oms/orders/{id}/effects/{n}/retry",
    permissions: &[Permission::RefundOrders],
    summary: "Have what the payment gateway has refused tried again",
    answer: schema::<RetriedEffectView>,
    refusals: &[
        (404, &["not_found", "unknown_effect"]),
        (409, &["disputed"]),
    ],
    ..WRITE
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    extract::no_body(call.request)?;
    let order: OrderId = extract::id(call.parameter("id"), "order")?;
    let effect: u32 = extract::id(call.parameter("n"), "effect")?;
    let key = extract::key(&call.principal, call.request)?;
    let actor = call.principal.actor();
    let retried = retry_effect(call.store, call.env, order, effect, &key, &actor).await?;
    let view = RetriedEffectView {
        order,
        effect,
        state: EffectState::Open,
    };
    Ok(mark_replayed(json(200, &view)?, retried.replayed))
}
