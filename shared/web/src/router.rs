//! From method and path to a route.

use crate::{
    call::Parameters,
    percent::decode,
    route::{Route, Scope},
    routes::ROUTES,
};

/// The result of matching a method and a path.
#[derive(Debug)]
pub(crate) enum RouteMatch {
    /// A route, and the decoded parameters of its path.
    Found(&'static Route, Parameters),
    /// The path exists with these methods only.
    MethodNotAllowed(String),
    NotFound,
}

/// Finds the route of a request.
pub(crate) fn find_route(scope: Scope, method: &str, path: &str) -> RouteMatch {
    let here = ROUTES.iter().filter(|route| route.scope == scope);
    let found: Vec<_> = here
        .filter_map(|route| Some((route, parameters(route.path, path)?)))
        .collect();
    if let Some((route, parameters)) = found.iter().find(|(route, _)| route.method == method) {
        return RouteMatch::Found(route, parameters.clone());
    }
    let mut methods: Vec<&str> = found.iter().map(|(route, _)| route.method).collect();
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() {
        RouteMatch::NotFound
    } else {
        RouteMatch::MethodNotAllowed(methods.join(", "))
    }
}

/// Matches a path with a template, segment by segment. A SKU, and the name of an order in a payment, may contain
/// slashes, and some gateways decode `%2F` before the function sees it, so the parameters `sku` and `payment` take the rest
/// of the path.
fn parameters(template: &'static str, path: &str) -> Option<Parameters> {
    let mut rest = Some(path.strip_suffix('/').unwrap_or(path));
    let mut parameters = Vec::new();
    for expected in template.split('/') {
        let here = rest?;
        let (segment, after) = match here.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (here, None),
        };
        match parameter_name(expected) {
            Some(name @ ("sku" | "payment")) if !here.is_empty() => {
                parameters.push((name, decode(here)?));
                return Some(parameters);
            }
            Some(name) if !segment.is_empty() => parameters.push((name, decode(segment)?)),
            None if expected == segment => {}
            Some(_) | None => return None,
        }
        rest = after;
    }
    rest.is_none().then_some(parameters)
}

/// The parameter that a segment of a template is.
pub(crate) fn parameter_name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> String {
        match [Scope::Api, Scope::Cancellation].map(|scope| find_route(scope, method, path)) {
            [RouteMatch::Found(route, parameters), _]
            | [_, RouteMatch::Found(route, parameters)] => {
                let values: Vec<_> = parameters.iter().map(|(_, value)| value.as_str()).collect();
                format!("{} {}", route.name, values.join(" "))
                    .trim()
                    .to_owned()
            }
            [RouteMatch::MethodNotAllowed(methods), _]
            | [_, RouteMatch::MethodNotAllowed(methods)] => {
                format!("405 {methods}")
            }
            _ => "404".to_owned(),
        }
    }

    #[test]
    fn paths_lead_to_their_routes() {
        for (method, path, expected) in [
            ("POST", "/api/oms/orders", "placeOrder"),
            ("GET", "/api/oms/orders/", "listOrders"),
            ("GET", "/api/oms/orders/ord_1", "readOrder ord_1"),
            ("POST", "/api/oms/orders/ord_1/cancel", "cancelOrder ord_1"),
            ("POST", "/api/oms/orders/ord_1/refunds", "refundOrder ord_1"),
            (
                "POST",
                "/api/oms/orders/ord_1/effects/2/retry",
                "retryEffect ord_1 2",
            ),
            (
                "POST",
                "/api/oms/orders/ord_1/exceptions/2/take",
                "takeException ord_1 2",
            ),
            (
                "POST",
                "/api/oms/orders/ord_1/fulfillment_orders/ful_1/ship",
                "shipFulfillmentOrder ord_1 ful_1",
            ),
            (
                "GET",
                "/api/oms/orders/ord_1/fulfillment_orders/ful%5F1",
                "readFulfillmentOrder ord_1 ful_1",
            ),
            (
                "POST",
                "/api/oms/orders/ord_1/fulfillment_orders/ful_1/eat",
                "404",
            ),
            ("POST", "/api/oms/orders//exceptions/2/take", "404"),
            ("GET", "/api/oms/stock/TEE%2FM", "readStock TEE/M"),
            ("GET", "/api/oms/stock/TEE/M", "readStock TEE/M"),
            ("POST", "/api/oms/stock/adjustments", "adjustStock"),
            ("PUT", "/api/oms/suppliers/acme", "putSupplier acme"),
            ("DELETE", "/api/oms/orders", "405 GET, POST"),
            ("GET", "/api/oms/orders/ord_1/hold", "405 POST"),
            ("GET", "/api/oms/orders/ord_1/cancel", "405 POST"),
            ("GET", "/api/oms/nothing", "404"),
            ("GET", "/", "404"),
            ("GET", "", "404"),
            ("GET", "/api/oms/orders/a/b/c", "404"),
            ("GET", "/api/oms/orders/%zz", "404"),
        ] {
            assert_eq!(found(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn every_route_that_writes_needs_a_permission_to_write() {
        use app::access::Permission::{
            AdjustStock, CancelOrders, HoldOrders, PlaceOrders, RecordPayments, RedriveDeadLetters,
            RefundOrders, WorkAtOwnLocations, WorkFulfillmentOrders, WorkLocationExceptions,
            WorkOrderExceptions, WriteAccounts, WriteLocations,
        };
        let writing = [
            AdjustStock,
            CancelOrders,
            HoldOrders,
            PlaceOrders,
            RecordPayments,
            RedriveDeadLetters,
            RefundOrders,
            WorkAtOwnLocations,
            WorkFulfillmentOrders,
            WorkLocationExceptions,
            WorkOrderExceptions,
            WriteAccounts,
            WriteLocations,
        ];
        for route in ROUTES {
            let writes = route.method != "GET";
            let all = route.permissions.iter().all(|p| writing.contains(p));
            assert!(all || !writes, "{}", route.name);
            assert!(!route.permissions.is_empty(), "{}", route.name);
            assert!(route.body.is_none() || writes, "{}", route.name);
            assert_eq!(route.keyed, route.method == "POST", "{}", route.name);
        }
    }

    #[test]
    fn only_the_cancellation_function_serves_cancellation() {
        assert!(matches!(
            find_route(Scope::Api, "POST", "/api/oms/orders/x/cancel"),
            RouteMatch::NotFound
        ));
        assert!(matches!(
            find_route(Scope::Cancellation, "GET", "/api/oms/orders"),
            RouteMatch::NotFound
        ));
    }
}
