//! Every route with every role, and without a token.

use app::access::{Permission, Role, grants};
use domain::ids::FulfillmentOrderId;
use serde_json::json;
use web::{Env, ROUTES, Scope, serve};

use crate::{
    api_harness::{ApiHarness, request},
    samples::order,
};

#[tokio::test]
async fn every_route_checks_the_permission_of_every_role() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await.to_string();
    let account = format!("/api/oms/accounts/{id}");
    api.put(&account, &json!({ "limits": {} }))
        .await
        .expect(200);
    for route in ROUTES {
        // No fulfillment order is there, and no role has a location of its own.
        let path = path_of(route.path, &id);
        for role in Role::ALL {
            // Without key and body, so that nothing is written: whoever is permitted gets 400 or 415, or reads.
            let answer = api
                .send(&request(role.as_str(), route.method, &path, "", None))
                .await;
            let status = answer.response.status().as_u16();
            if route.permissions.iter().any(|needed| grants(role, *needed)) {
                let usual = if route.method == "GET" {
                    status == 200 || (status == 404 && route.path.contains("fulfillment_orders"))
                } else {
                    status == 400 || status == 415
                };
                assert!(
                    usual,
                    "{} as {}: {}",
                    route.name,
                    role.as_str(),
                    answer.response.body()
                );
            } else {
                assert_eq!(
                    answer.problem(403),
                    "forbidden",
                    "{} as {}",
                    route.name,
                    role.as_str()
                );
            }
        }
    }
}

/// A path of a route; `id` is its order, location or supplier.
fn path_of(template: &str, id: &str) -> String {
    let fulfillment_order = FulfillmentOrderId::mint(jiff::Timestamp::UNIX_EPOCH, [0; 10]);
    template
        .replace("{id}", id)
        .replace("{sku}", "TEE-RED-M")
        .replace("{fid}", &fulfillment_order.to_string())
        .replace("{n}", "1")
        .replace("{queue}", "inbound")
        .replace("{payment}", "intent:pi_1")
}

#[tokio::test]
async fn requests_without_a_token_or_a_group_are_refused() {
    let api = ApiHarness::new().await;
    for route in ROUTES {
        let path = path_of(route.path, "x");
        let mut sent = request("", route.method, &path, "{}", Some("k"));
        assert_eq!(
            api.send(&sent).await.problem(403),
            "forbidden",
            "{}",
            route.name
        );
        sent.extensions_mut().clear();
        let answer = api.send(&sent).await;
        assert_eq!(
            answer
                .response
                .headers()
                .get("www-authenticate")
                .and_then(|value| value.to_str().ok()),
            Some("Bearer")
        );
        assert_eq!(answer.problem(401), "unauthorized", "{}", route.name);
        sent.extensions_mut().insert(app::access::Claims(
            json!({ "cognito:groups": "[admin]" })
                .as_object()
                .cloned()
                .unwrap(),
        ));
        assert_eq!(
            api.send(&sent).await.problem(401),
            "unauthorized",
            "{}",
            route.name
        );
    }
}

#[tokio::test]
async fn two_groups_have_the_permissions_of_both() {
    let api = ApiHarness::new().await;
    let mut sent = request("support operator", "GET", "/api/oms/locations", "", None);
    api.send(&sent).await.expect(200);
    *sent.method_mut() = "PUT".parse().unwrap();
    *sent.uri_mut() = "/api/oms/locations/x".parse().unwrap();
    assert_eq!(api.send(&sent).await.problem(403), "forbidden");
}

#[tokio::test]
async fn each_function_serves_its_own_routes_only() {
    let api = ApiHarness::new().await;
    for route in ROUTES {
        let other = if route.scope == Scope::Api {
            Scope::Cancellation
        } else {
            Scope::Api
        };
        let path = path_of(route.path, "x");
        let env = Env {
            clock: &api.clock,
            queues: &api.queues,
        };
        let response = serve(
            &api.store,
            &env,
            &api.settings,
            &request("admin", route.method, &path, "", None),
            other,
        )
        .await;
        assert_eq!(response.status().as_u16(), 404, "{}", route.name);
    }
}

#[tokio::test]
async fn personal_data_is_redacted_for_roles_without_the_permission() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    for role in Role::ALL {
        if !grants(role, Permission::ReadOrders) {
            continue;
        }
        let view = if grants(role, Permission::ReadPersonalData) {
            api.revealed(role.as_str(), id).await
        } else {
            api.order(role.as_str(), id).await
        };
        let (customer, text) = (&view["customer"], view.to_string());
        if grants(role, Permission::ReadPersonalData) {
            assert_eq!(customer["masked"], false);
            assert_eq!(customer["email"], "Jane.Doe@Example.com");
            assert_eq!(customer["address"]["lines"][0], "Hauptstrasse 17");
        } else {
            assert_eq!(customer["masked"], true);
            assert_eq!(
                (&customer["name"], &customer["email"]),
                (&json!("J. v. D."), &json!("J***@E***.com"))
            );
            assert_eq!(
                customer["address"],
                json!({ "lines": [], "city": "Berlin", "country": "DE" })
            );
            for secret in ["Jane", "van Doe", "Example", "Hauptstr", "10827", "55512"] {
                assert!(!text.contains(secret), "{secret} as {}", role.as_str());
            }
        }
    }
}
