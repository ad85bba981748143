//! From method and path to a route.

use crate::{
    percent::decode,
    route::{Route, Scope},
    routes::ROUTES,
};

/// The result of matching a method and a path.
#[derive(Debug)]
pub(crate) enum RouteMatch {
    /// A route, and the decoded value of its path parameter.
    Found(&'static Route, Option<String>),
    /// The path exists with these methods only.
    MethodNotAllowed(String),
    NotFound,
}

/// Finds the route of a request.
pub(crate) fn find_route(scope: Scope, method: &str, path: &str) -> RouteMatch {
    let here = ROUTES.iter().filter(|route| route.scope == scope);
    let found: Vec<_> = here
        .filter_map(|route| Some((route, parameter(route.path, path)?)))
        .collect();
    if let Some((route, parameter)) = found.iter().find(|(route, _)| route.method == method) {
        return RouteMatch::Found(route, parameter.clone());
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

/// Matches a path with a template; returns the decoded value of the template's one parameter. A SKU may contain slashes,
/// and some gateways decode `%2F` before the function sees it, so the parameter `sku` takes the rest of the path.
fn parameter(template: &str, path: &str) -> Option<Option<String>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let Some((before, rest)) = template.split_once('{') else {
        return (template == path).then_some(None);
    };
    let (name, after) = rest.split_once('}')?;
    let inner = path.strip_prefix(before)?.strip_suffix(after)?;
    let takes_slashes = name == "sku";
    if inner.is_empty() || (inner.contains('/') && !takes_slashes) {
        return None;
    }
    Some(Some(decode(inner)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> String {
        match [Scope::Api, Scope::Cancellation].map(|scope| find_route(scope, method, path)) {
            [RouteMatch::Found(route, parameter), _] | [_, RouteMatch::Found(route, parameter)] => {
                format!("{} {}", route.name, parameter.unwrap_or_default())
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
            AdjustStock, CancelOrders, HoldOrders, PlaceOrders, WriteLocations,
        };
        for route in ROUTES {
            let writes = [
                AdjustStock,
                CancelOrders,
                HoldOrders,
                PlaceOrders,
                WriteLocations,
            ]
            .contains(&route.permission);
            assert_eq!(writes, route.method != "GET", "{}", route.name);
            assert_eq!(route.body.is_some(), writes, "{}", route.name);
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
