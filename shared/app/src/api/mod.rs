//! The HTTP API for agents and shops, without a gateway: a request is a value, and so is its answer.
//!
//! [`routes::ROUTES`] is the one table that dispatch, access control and the API document read. A request passes,
//! in this order: route (404, 405), caller (401), right (403), idempotency key and body (400, 413, 415), and then
//! the use case (404, 409, 422). Nobody learns what is behind a door that they may not open.

mod access;
mod cursor;
mod examples;
mod find;
mod http;
pub mod locations;
mod mask;
pub mod openapi;
pub mod orders;
mod problem;
mod query;
mod read;
pub mod routes;
pub mod stock;

use domain::{
    ids::{LocationId, OrderId, Sku},
    place::PlaceOrder,
};
use serde::Serialize;

pub use self::{
    access::{GRANTS, Permission, Principal, Role, grants},
    http::{Request, Response},
    problem::{More, Problem},
    read::BODY_MAX,
};
use self::{
    find::Found,
    locations::{Family, LocationBody, Locations, Suppliers},
    orders::{
        cancel::{CancelBody, CancelView},
        hold::{HeldView, HoldBody, PlacedHold, ReleaseBody, ReleasedView},
        place::PlacedView,
    },
    routes::{Operation, Route},
    stock::{Adjustment, StockView},
};
use crate::{
    cancellation,
    failure::Failure,
    holds, place,
    ports::{Ambient, Store},
};

/// Which function serves a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `api`: all but cancelling.
    Api,
    /// `cancellation`: cancelling, under rights of its own.
    Cancellation,
}

/// Answers a request. Every outcome is an answer; what went wrong inside is logged here and told to nobody.
pub async fn serve(
    store: &impl Store,
    ambient: &impl Ambient,
    request: &Request,
    scope: Scope,
) -> Response {
    let route = find::find(scope, &request.method, &request.path);
    let name = if let Found::Route(route, _) = &route {
        route.name
    } else {
        "none"
    };
    match answer(store, ambient, request, route).await {
        Ok(response) => {
            tracing::info!(route = name, status = response.status, "answered");
            response
        }
        Err(problem) => {
            let (status, code) = (problem.status, problem.code);
            match &problem.more.cause {
                Some(cause) => tracing::error!(route = name, status, code, cause, "failed"),
                None => tracing::info!(route = name, status, code, "refused"),
            }
            problem.into_response()
        }
    }
}

async fn answer(
    store: &impl Store,
    ambient: &impl Ambient,
    request: &Request,
    route: Found,
) -> Result<Response, Problem> {
    let (route, parameter) = match route {
        Found::Route(route, parameter) => (route, parameter.unwrap_or_default()),
        Found::OtherMethods(methods) => {
            let problem = Problem::new(
                405,
                "method_not_allowed",
                "The path has other methods; see `Allow`.",
            );
            return Err(problem.with(More {
                allow: Some(methods),
                ..More::default()
            }));
        }
        Found::Nothing => return Err(Problem::new(404, "no_route", "There is no such path.")),
    };
    let principal = admitted(request, route)?;
    let call = Call {
        store,
        ambient,
        request,
        principal,
    };
    match route.operation {
        Operation::PlaceOrder => call.place_order().await,
        Operation::ListOrders => json(route, &orders::list::list(store, ambient, request).await?),
        Operation::ReadOrder => {
            let id: OrderId = read::id(&parameter, "order")?;
            json(
                route,
                &orders::read(store, ambient, &call.principal, id).await?,
            )
        }
        Operation::CancelOrder => call.cancel_order(read::id(&parameter, "order")?).await,
        Operation::HoldOrder => call.hold_order(read::id(&parameter, "order")?).await,
        Operation::ReleaseOrder => call.release_order(read::id(&parameter, "order")?).await,
        Operation::AdjustStock => call.adjust_stock().await,
        Operation::ReadStock => {
            let sku: Sku = read::id(&parameter, "SKU")?;
            let view = store.sku(&sku).await?;
            json(route, &StockView::of(sku, &view))
        }
        Operation::ListBackorders => json(route, &stock::backorders(store, request).await?),
        Operation::ListLocations => json(
            route,
            &Locations {
                locations: locations::list(store, Family::Locations).await?,
            },
        ),
        Operation::PutLocation => call.put_location(Family::Locations, &parameter).await,
        Operation::ListSuppliers => json(
            route,
            &Suppliers {
                suppliers: locations::list(store, Family::Suppliers).await?,
            },
        ),
        Operation::PutSupplier => call.put_location(Family::Suppliers, &parameter).await,
    }
}

/// The caller, when there is one who may call this route.
fn admitted(request: &Request, route: &Route) -> Result<Principal, Problem> {
    let principal = request
        .claims
        .as_ref()
        .and_then(Principal::of)
        .ok_or_else(|| {
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
        format!("None of your groups has the right `{permission}`."),
    ))
}

fn json(route: &Route, body: &impl Serialize) -> Result<Response, Problem> {
    answered(route.status, body)
}

fn answered(status: u16, body: &impl Serialize) -> Result<Response, Problem> {
    let unwritable = |error| Failure::Inconsistent(format!("an answer cannot be written: {error}"));
    Ok(Response::json(status, body).map_err(unwritable)?)
}

/// The same answer as before says so.
fn repeated(response: Response, replayed: bool) -> Response {
    if replayed {
        response.with_header("idempotent-replayed", "true")
    } else {
        response
    }
}

/// An admitted request, and what it is carried out with.
struct Call<'a, S, A> {
    store: &'a S,
    ambient: &'a A,
    request: &'a Request,
    principal: Principal,
}

impl<S: Store, A: Ambient> Call<'_, S, A> {
    async fn place_order(&self) -> Result<Response, Problem> {
        let key = read::key(self.request)?;
        let order: PlaceOrder = read::document(self.request)?;
        let placed = place::place(
            self.store,
            self.ambient,
            &order,
            &key,
            &self.principal.actor(),
        )
        .await?;
        let view = PlacedView::of(&placed.order);
        let response =
            answered(201, &view)?.with_header("location", format!("/api/oms/orders/{}", view.id));
        Ok(repeated(response, placed.existing))
    }

    async fn cancel_order(&self, id: OrderId) -> Result<Response, Problem> {
        let key = read::key(self.request)?;
        let wish = read::document::<CancelBody>(self.request)?.request()?;
        let actor = self.principal.actor();
        let answer =
            cancellation::cancel(self.store, self.ambient, id, &wish, &key, &actor).await?;
        Ok(repeated(
            answered(200, &CancelView::of(&answer))?,
            answer.replayed,
        ))
    }

    async fn hold_order(&self, id: OrderId) -> Result<Response, Problem> {
        let key = read::key(self.request)?;
        let body: HoldBody = read::document(self.request)?;
        let hold = body.request(&key.cause(), self.ambient.now())?;
        let actor = self.principal.actor();
        let held = holds::place_hold(self.store, self.ambient, id, &hold, &key, &actor).await?;
        // A hold of that handle may have stood before, until another time.
        let standing = held
            .value
            .state
            .holds
            .iter()
            .find(|standing| standing.handle == hold.handle);
        let (kind, until) = match standing {
            Some(standing) if !held.replayed => (standing.kind, standing.until),
            Some(_) | None => (hold.kind, hold.until),
        };
        let view = HeldView {
            order: id,
            hold: PlacedHold {
                kind,
                handle: hold.handle,
                until,
            },
        };
        Ok(repeated(answered(200, &view)?, held.replayed))
    }

    async fn release_order(&self, id: OrderId) -> Result<Response, Problem> {
        let key = read::key(self.request)?;
        let ReleaseBody { handle } = read::document(self.request)?;
        let actor = self.principal.actor();
        let released =
            holds::release_hold(self.store, self.ambient, id, &handle, &key, &actor).await?;
        Ok(repeated(
            answered(200, &ReleasedView { order: id, handle })?,
            released.replayed,
        ))
    }

    async fn adjust_stock(&self) -> Result<Response, Problem> {
        let key = read::key(self.request)?;
        let body: Adjustment = read::document(self.request)?;
        let (facts, actor) = ([body.fact()?], self.principal.actor());
        let adjusted = crate::stock::adjust(
            self.store,
            self.ambient,
            &body.location,
            &facts,
            &key,
            &actor,
        )
        .await;
        if let Err(Failure::NotFound(_)) = adjusted {
            let detail = "There is no such location or supplier.";
            return Err(Problem::invalid("unknown_location", "location", detail));
        }
        let adjusted = adjusted?;
        let change = adjusted.value.first();
        let change = change
            .ok_or_else(|| Failure::Inconsistent("a movement of stock moved nothing".to_owned()))?;
        Ok(repeated(answered(200, change)?, adjusted.replayed))
    }

    async fn put_location(&self, family: Family, id: &str) -> Result<Response, Problem> {
        let id: LocationId = id.parse().map_err(|_| {
            Problem::invalid(
                "invalid_location",
                "id",
                "An id is 1 to 48 of A-Z a-z 0-9 and -_.",
            )
        })?;
        let body: LocationBody = read::document(self.request)?;
        answered(200, &locations::put(self.store, family, id, body).await?)
    }
}
