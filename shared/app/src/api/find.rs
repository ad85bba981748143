//! From method and path to the route.

use super::{
    Scope,
    http::decode,
    routes::{ROUTES, Route},
};

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found {
    /// A route, and what stands in the place of its parameter.
    Route(&'static Route, Option<String>),
    /// A path of ours, with other methods.
    OtherMethods(String),
    /// No path of ours.
    Nothing,
}

/// Finds the route of a request.
pub(super) fn find(scope: Scope, method: &str, path: &str) -> Found {
    let here = ROUTES.iter().filter(|route| route.scope == scope);
    let found: Vec<_> = here
        .filter_map(|route| Some((route, parameter(route.path, path)?)))
        .collect();
    if let Some((route, parameter)) = found.iter().find(|(route, _)| route.method == method) {
        return Found::Route(route, parameter.clone());
    }
    let mut methods: Vec<&str> = found.iter().map(|(route, _)| route.method).collect();
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() {
        Found::Nothing
    } else {
        Found::OtherMethods(methods.join(", "))
    }
}

/// Whether a path fits a template; what stands in the place of the template's one parameter, decoded. A SKU may
/// contain slashes, and some gateways decode `%2F` before we see it, so a parameter at the end takes the rest.
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
        match [Scope::Api, Scope::Cancellation].map(|scope| find(scope, method, path)) {
            [Found::Route(route, parameter), _] | [_, Found::Route(route, parameter)] => {
                format!("{} {}", route.name, parameter.unwrap_or_default())
                    .trim()
                    .to_owned()
            }
            [Found::OtherMethods(methods), _] | [_, Found::OtherMethods(methods)] => {
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
    fn only_the_cancellation_function_serves_cancellation() {
        assert!(matches!(
            find(Scope::Api, "POST", "/api/oms/orders/x/cancel"),
            Found::Nothing
        ));
        assert!(matches!(
            find(Scope::Cancellation, "GET", "/api/oms/orders"),
            Found::Nothing
        ));
    }
}
