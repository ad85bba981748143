//! Finds orders by customer, number, tracking number or status, page by page.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, OrderStore, PageRequest, Store},
    views::order_summary::{OrderPage, OrderSummary},
};
use domain::{
    ids::{OrderId, OrderNumber, ShopId},
    order::Reference,
};

use crate::{
    call::Call,
    cursor::{self, Cursor},
    problem::Problem,
    query::Query,
    response::{Request, Response, json},
    route::{Operation, READ, Route, schema},
    status_listing::list_by_status,
    walk::load_all,
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListOrders,
    name: "listOrders",
    path: "/api/oms/orders",
    permissions: &[Permission::ReadOrders],
    summary: "Find orders by customer, status, number or tracking number; newest first",
    query: &[
        "customer_email",
        "status",
        "number",
        "shop",
        "tracking",
        "since",
        "limit",
        "cursor",
    ],
    answer: schema::<OrderPage>,
    refusals: &[(400, &["bad_cursor"])],
    ..READ
};

/// The filters, of which at most one is given.
const FILTERS: [&str; 4] = ["customer_email", "status", "number", "tracking"];

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    Ok(json(200, &list(call.store, call.env, call.request).await?)?)
}

/// One page of the orders that the query of a request asks for.
///
/// # Errors
/// What is wrong with the query, or that the store does not answer.
pub async fn list(
    store: &impl OrderStore,
    clock: &impl Clock,
    request: &Request,
) -> Result<OrderPage, Problem> {
    let query = Query::of(request, ROUTE.query)?;
    let given: Vec<&str> = FILTERS
        .into_iter()
        .filter(|name| query.get(name).is_some())
        .collect();
    if given.len() > 1 {
        return Err(Problem::malformed(
            given[1],
            format!("Give one of {}.", FILTERS.join(", ")),
        ));
    }
    let limit = query.limit()?;
    match given.first() {
        Some(&"customer_email") => list_by_customer(store, &query, limit).await,
        Some(&"number") => {
            let number: Option<OrderNumber> = query.parsed("number", "an order number")?;
            let shop: Option<ShopId> = query.parsed("shop", "a shop id")?;
            let id = number.map(|number| OrderId::of(&shop.unwrap_or_default(), &number));
            one_page(&query)?;
            page_of_one(store, id).await
        }
        Some(&"tracking") => {
            let number = query.get("tracking").unwrap_or_default().to_owned();
            one_page(&query)?;
            let id = store.find(&Reference::Tracking(number)).await?;
            page_of_one(store, id).await
        }
        _ => list_by_status(store, clock.now(), &query).await,
    }
}

/// A listing of at most one order has no other page.
fn one_page(query: &Query) -> Result<(), Problem> {
    if query.get("cursor").is_some() {
        let detail = "This listing has one page only.";
        return Err(Problem::new(400, "bad_cursor", detail).about("cursor"));
    }
    Ok(())
}

/// The order of that id, as a page of one or none.
async fn page_of_one(store: &impl OrderStore, id: Option<OrderId>) -> Result<OrderPage, Problem> {
    let orders = load_all(store, id.into_iter().collect()).await?;
    Ok(OrderPage {
        orders: orders.iter().map(OrderSummary::of).collect(),
        next_cursor: None,
    })
}

async fn list_by_customer(
    store: &impl OrderStore,
    query: &Query,
    limit: u32,
) -> Result<OrderPage, Problem> {
    let email = query
        .get("customer_email")
        .unwrap_or_default()
        .to_lowercase();
    let listing = format!("customer_email={email}");
    let cursor = cursor::of_query(query, &listing)?;
    let request = PageRequest {
        limit,
        after: cursor.after,
    };
    let page = store.of_customer(&email, &request).await?;
    let orders = load_all(store, page.items).await?;
    let next_cursor = page
        .next
        .map(|after| cursor::write(&listing, &Cursor::after(after)))
        .transpose()?;
    Ok(OrderPage {
        orders: orders.iter().map(OrderSummary::of).collect(),
        next_cursor,
    })
}
