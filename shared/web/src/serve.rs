//! The entry: finds the route, authenticates, authorises, and calls the handler.

use app::{
    access::{Claims, Principal},
    ports::{Clock, DeadLetterQueues, IdGenerator, Store},
};

use crate::{
    call::Call,
    problem::{Problem, forbidden},
    response::{Request, Response},
    route::{Operation, Route, Scope},
    router::{RouteMatch, find_route},
    routes::{
        adjust_stock, allow_location, cancel_order, close_exception, close_stock_exception,
        close_unmatched_payment, hold_order, list_backorders, list_dead_letters, list_exceptions,
        list_fulfillment_orders, list_locations, list_orders, list_queues, list_suppliers,
        list_unmatched_payments, place_order, put_account, put_location, put_supplier,
        read_access_log, read_account, read_fulfillment_order, read_order, read_reconciliation,
        read_stock, record_payment, record_refund, redrive_dead_letters, refund_order,
        release_hold, report_fulfillment, retry_effect, take_exception, take_stock_exception,
    },
    settings::Settings,
};

/// Answers a request, as the deployment's `settings` say. Every outcome is a response; internal causes are logged here and
/// not sent.
pub async fn serve(
    store: &impl Store,
    env: &(impl Clock + IdGenerator + DeadLetterQueues),
    settings: &Settings,
    request: &Request,
    scope: Scope,
) -> Response {
    let found = find_route(scope, request.method().as_str(), request.uri().path());
    let name = if let RouteMatch::Found(route, _) = &found {
        route.name
    } else {
        "none"
    };
    match answer(store, env, settings, request, found).await {
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
    env: &(impl Clock + IdGenerator + DeadLetterQueues),
    settings: &Settings,
    request: &Request,
    found: RouteMatch,
) -> Result<Response, Problem> {
    let (route, parameters) = match found {
        RouteMatch::Found(route, parameters) => (route, parameters),
        RouteMatch::MethodNotAllowed(methods) => return Err(Problem::method_not_allowed(methods)),
        RouteMatch::NotFound => {
            return Err(Problem::new(404, "no_route", "There is no such path."));
        }
    };
    let call = Call {
        store,
        env,
        settings,
        request,
        principal: authorize(request, route)?,
        parameters,
    };
    match route.operation {
        Operation::PlaceOrder => place_order::handle(&call).await,
        Operation::ListOrders => list_orders::handle(&call).await,
        Operation::ReadOrder => read_order::handle(&call).await,
        Operation::ReadFulfillmentOrder => read_fulfillment_order::handle(&call).await,
        Operation::ListFulfillmentOrders => list_fulfillment_orders::handle(&call).await,
        Operation::ReportFulfillment(action) => report_fulfillment::handle(&call, action).await,
        Operation::ListExceptions => list_exceptions::handle(&call).await,
        Operation::TakeException => take_exception::handle(&call).await,
        Operation::CloseException => close_exception::handle(&call).await,
        Operation::TakeStockException => take_stock_exception::handle(&call).await,
        Operation::CloseStockException => close_stock_exception::handle(&call).await,
        Operation::ListUnmatchedPayments => list_unmatched_payments::handle(&call).await,
        Operation::ReadReconciliation => read_reconciliation::handle(&call).await,
        Operation::ListQueues => list_queues::handle(&call).await,
        Operation::ListDeadLetters => list_dead_letters::handle(&call).await,
        Operation::RedriveDeadLetters => redrive_dead_letters::handle(&call).await,
        Operation::ReadAccessLog => read_access_log::handle(&call).await,
        Operation::CloseUnmatchedPayment => close_unmatched_payment::handle(&call).await,
        Operation::CancelOrder => cancel_order::handle(&call).await,
        Operation::RefundOrder => refund_order::handle(&call).await,
        Operation::RetryEffect => retry_effect::handle(&call).await,
        Operation::RecordPayment => record_payment::handle(&call).await,
        Operation::RecordRefund => record_refund::handle(&call).await,
        Operation::ReadAccount => read_account::handle(&call).await,
        Operation::PutAccount => put_account::handle(&call).await,
        Operation::HoldOrder => hold_order::handle(&call).await,
        Operation::AllowLocation => allow_location::handle(&call).await,
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

/// The caller, if the request names one that may call this route: by the claims of a token that the gateway has verified,
/// or as the principal whom our own pages have found out. Neither can be sent; both are put there in this process.
fn authorize(request: &Request, route: &Route) -> Result<Principal, Problem> {
    let extensions = request.extensions();
    let verified = extensions.get::<Principal>().cloned();
    let claims = extensions.get::<Claims>();
    let principal = verified.or_else(|| claims.and_then(Principal::from_claims));
    let principal = principal.ok_or_else(|| {
        Problem::new(
            401,
            "unauthorized",
            "Send a bearer token of a user of the pool in `Authorization`.",
        )
    })?;
    if principal.may_any(route.permissions) {
        return Ok(principal);
    }
    Err(forbidden(&principal, route.permissions, route.name))
}
