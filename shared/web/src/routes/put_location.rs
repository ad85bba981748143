//! Create or replace a warehouse or 3PL.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    views::locations::LocationFamily,
};
use domain::location::Location;

use crate::{
    call::Call,
    examples,
    location_document::{LocationBody, put},
    problem::Problem,
    response::Response,
    route::{Body, Operation, PUT, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::PutLocation,
    name: "putLocation",
    path: "/api/oms/locations/{id}",
    permissions: &[Permission::WriteLocations],
    summary: "Create or replace a warehouse or 3PL",
    body: Some(Body {
        name: "LocationBody",
        schema: schema::<LocationBody>,
        example: examples::LOCATION,
    }),
    answer: schema::<Location>,
    refusals: &[(409, &["id_taken"]), (422, &["invalid_location"])],
    ..PUT
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    put(call, LocationFamily::Locations).await
}
