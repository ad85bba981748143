//! Lists the locations.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    views::locations::{LocationFamily, Locations},
};

use crate::{
    call::Call,
    problem::Problem,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListLocations,
    name: "listLocations",
    path: "/api/oms/locations",
    permissions: &[Permission::ReadLocations],
    summary: "List the warehouses and 3PLs, with their health",
    answer: schema::<Locations>,
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let (all, health) = (call.store.locations().await?, call.store.health().await?);
    let locations = LocationFamily::Locations.select(all, health);
    Ok(json(200, &Locations { locations })?)
}
