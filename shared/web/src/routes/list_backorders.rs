//! Reads the backorder queue of a SKU, or the SKUs that have backorders.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, PageRequest, StockStore, Store},
    views::stock::{BackorderPage, BackorderView},
};
use domain::ids::Sku;

use crate::{
    call::Call,
    cursor::{self, Cursor},
    problem::Problem,
    query::Query,
    response::{Request, Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListBackorders,
    name: "listBackorders",
    path: "/api/oms/backorders",
    permissions: &[Permission::ReadBackorders],
    summary: "Read the backorder queue of a SKU, or the SKUs that have backorders",
    query: &["sku", "limit", "cursor"],
    answer: schema::<BackorderPage>,
    refusals: &[(400, &["bad_cursor"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    Ok(json(200, &list(call.store, call.request).await?)?)
}

/// The SKUs that have backorders, or the backorders of the SKU that the query of a request names.
///
/// # Errors
/// What is wrong with the query, or that the store does not answer.
pub async fn list(store: &impl StockStore, request: &Request) -> Result<BackorderPage, Problem> {
    let query = Query::of(request, ROUTE.query)?;
    let limit = query.limit()?;
    if let Some(sku) = query.parsed::<Sku>("sku", "a SKU")? {
        let stock = store.sku(&sku).await?;
        return Ok(BackorderPage {
            sku: Some(sku),
            backorders: Some(BackorderView::all(&stock.backorders)),
            ..BackorderPage::default()
        });
    }
    let cursor = cursor::of_query(&query, ROUTE.name)?;
    let page = store
        .backordered_skus(&PageRequest {
            limit,
            after: cursor.after,
        })
        .await?;
    let next_cursor = page
        .next
        .map(|after| cursor::write(ROUTE.name, &Cursor::after(after)))
        .transpose()?;
    Ok(BackorderPage {
        skus: Some(page.items),
        next_cursor,
        ..BackorderPage::default()
    })
}
