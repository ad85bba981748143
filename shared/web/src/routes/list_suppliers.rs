//! Lists the suppliers.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    views::locations::{LocationFamily, Suppliers},
};

use crate::{
    call::Call,
    problem::Problem,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListSuppliers,
    name: "listSuppliers",
    path: "/api/oms/suppliers",
    permissions: &[Permission::ReadLocations],
    summary: "List the suppliers, with their health",
    answer: schema::<Suppliers>,
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let (all, health) = (call.store.locations().await?, call.store.health().await?);
    let suppliers = LocationFamily::Suppliers.select(all, health);
    Ok(json(200, &Suppliers { suppliers })?)
}
