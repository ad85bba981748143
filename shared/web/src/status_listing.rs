//! Lists orders by status. The index knows phases, so the status is read from the orders.

use app::{
    ports::OrderStore,
    views::order_summary::{OrderPage, OrderSummary},
};
use domain::order::{Order, Phase, Status};
use jiff::Timestamp;

use crate::{
    problem::Problem,
    query::Query,
    walk::{self, Listing},
};

/// One page of the orders of a status, or of all orders, newest day first.
pub(crate) async fn list_by_status(
    store: &impl OrderStore,
    now: Timestamp,
    query: &Query,
) -> Result<OrderPage, Problem> {
    let name = query.get("status");
    let statuses = name.map_or_else(|| Status::ALL.to_vec(), Status::named);
    if statuses.is_empty() {
        let names = Status::ALL.map(Status::as_str).join(", ");
        return Err(Problem::malformed(
            "status",
            format!("`status` is one of {names}, or an alias of one."),
        ));
    }
    let listing = Listing {
        name: &format!("status={}", name.unwrap_or_default()),
        phases: phases_of(&statuses),
        pick: |order: &Order| {
            let wanted = has_status(order, name).then(|| OrderSummary::of(order));
            wanted.into_iter().collect()
        },
    };
    let (orders, next_cursor) = walk::page(store, now, query, listing).await?;
    Ok(OrderPage {
        orders,
        next_cursor,
    })
}

/// Whether an order has the requested status, by its name or by its alias.
fn has_status(order: &Order, name: Option<&str>) -> bool {
    let status = order.state.status;
    name.is_none_or(|name| {
        status.as_str() == name || status.alias(order.is_ready()) == name.to_ascii_uppercase()
    })
}

/// The phases that have any of the statuses.
fn phases_of(statuses: &[Status]) -> Vec<Phase> {
    let has = |phase: &Phase| statuses.iter().any(|status| status.phase() == *phase);
    Phase::ALL.into_iter().filter(has).collect()
}
