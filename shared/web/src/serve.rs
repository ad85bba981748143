//! The entry: finds the route, authenticates, authorises, and calls the handler.

use app::{
    access::{Claims, Principal},
    ports::{Clock, IdGenerator, Store},
};

use crate::{
    call::Call,
    problem::Problem,
    response::{Request, Response},
    route::{Operation, Route, Scope},
    router::{RouteMatch, find_route},
    routes::{
        adjust_stock, cancel_order, hold_order, list_backorders, list_locations, list_orders,
        list_suppliers, place_order, put_location, put_supplier, read_order, read_stock,
        release_hold,
    },
};

/// Answers a request. Every outcome is a response; internal causes are logged here and not sent.
pub async fn serve(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    request: &Request,
    scope: Scope,
) -> Response {
    let found = find_route(scope, request.method().as_str(), request.uri().path());
    let name = if let RouteMatch::Found(route, _) = &found {
        route.name
    } else {
        "none"
    };
    match answer(store, env, request, found).await {
        Ok(response) => {
            tracing::info!(
                route = name,
                status = response.status().as_u16(),
                "answered"
            );
            response
        }
        Err(problem) => {
            problem.log(name);
            problem.into_response()
        }
    }
}

async fn answer(
    store: &impl Store,
    env: &(impl Clock + IdGenerator),
    request: &Request,
    found: RouteMatch,
) -> Result<Response, Problem> {
    let (route, parameter) = match found {
        RouteMatch::Found(route, parameter) => (route, parameter.unwrap_or_default()),
        RouteMatch::MethodNotAllowed(methods) => return Err(Problem::method_not_allowed(methods)),
        RouteMatch::NotFound => {
            return Err(Problem::new(404, "no_route", "There is no such path."));
        }
    };
    let call = Call {
        store,
        env,
        request,
        principal: authorize(request, route)?,
        parameter,
    };
    match route.operation {
        Operation::PlaceOrder => place_order::handle(&call).await,
        Operation::ListOrders => list_orders::handle(&call).await,
        Operation::ReadOrder => read_order::handle(&call).await,
        Operation::CancelOrder => cancel_order::handle(&call).await,
        Operation::HoldOrder => hold_order::handle(&call).await,
        Operation::ReleaseHold => release_hold::handle(&call).await,
        Operation::AdjustStock => adjust_stock::handle(&call).await,
        Operation::ReadStock => read_stock::handle(&call).await,
        Operation::ListBackorders => list_backorders::handle(&call).await,
        Operation::ListLocations => list_locations::handle(&call).await,
        Operation::PutLocation => put_location::handle(&call).await,
        Operation::ListSuppliers => list_suppliers::handle(&call).await,
        Operation::PutSupplier => put_supplier::handle(&call).await,
    }
}

/// The caller, if the token names one that may call this route.
fn authorize(request: &Request, route: &Route) -> Result<Principal, Problem> {
    let claims = request.extensions().get::<Claims>();
    let principal = claims.and_then(Principal::from_claims).ok_or_else(|| {
        Problem::new(
            401,
            "unauthorized",
            "Send a bearer token of a user of the pool in `Authorization`.",
        )
    })?;
    if principal.may(route.permission) {
        return Ok(principal);
    }
    let (subject, permission) = (principal.subject.as_str(), route.permission.as_str());
    tracing::warn!(subject, permission, route = route.name, "forbidden");
    Err(Problem::new(
        403,
        "forbidden",
        format!("None of your groups has the permission `{permission}`."),
    ))
}
