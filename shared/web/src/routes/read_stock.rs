//! Reads the stock levels of a SKU.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    views::stock::StockView,
};
use domain::ids::Sku;

use crate::{
    call::Call,
    extract,
    problem::Problem,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ReadStock,
    name: "readStock",
    path: "/api/oms/stock/{sku}",
    permissions: &[Permission::ReadStock],
    summary: "Read the stock levels of a SKU, and how many units are backordered",
    answer: schema::<StockView>,
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let sku: Sku = extract::id(call.parameter("sku"), "SKU")?;
    let stock = call.store.sku(&sku).await?;
    Ok(json(200, &StockView::of(sku, &stock))?)
}
