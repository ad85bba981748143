//! Places an order.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::place::place,
    views::placed_order::PlacedOrderView,
};
use domain::order::PlaceOrder;
use http::header;

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    response::{Response, json, mark_replayed, with_header},
    route::{Body, Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::PlaceOrder,
    name: "placeOrder",
    path: "/api/oms/orders",
    permissions: &[Permission::PlaceOrders],
    summary: "Place an order, once per Idempotency-Key and once per shop and number",
    body: Some(Body {
        name: "PlaceOrder",
        schema: schema::<PlaceOrder>,
        example: examples::ORDER,
    }),
    status: 201,
    answer: schema::<PlacedOrderView>,
    refusals: &[
        (
            409,
            &[
                "number_taken",
                "payment_intent_taken",
                "payment_reference_taken",
                "credit_limit_exceeded",
            ],
        ),
        (422, &["invalid_order", "unknown_account"]),
    ],
    ..WRITE
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let key = extract::key(&call.principal, call.request)?;
    let order: PlaceOrder = extract::document(call.request)?;
    let actor = call.principal.actor();
    let placed = place(
        call.store,
        call.env,
        &call.settings.defaults,
        &order,
        &key,
        &actor,
    )
    .await?;
    let view = PlacedOrderView::of(&placed.value);
    let location = format!("/api/oms/orders/{}", view.id);
    let response = with_header(json(201, &view)?, header::LOCATION, &location);
    Ok(mark_replayed(response, placed.replayed))
}
