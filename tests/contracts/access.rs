//! Every route with every role, and with nobody.

use app::access::{Permission, Role, grants};
use serde_json::json;
use web::{ROUTES, Scope, serve};

use crate::desk::{Desk, order, request};

#[tokio::test]
async fn every_route_asks_every_role_for_its_right() {
    let desk = Desk::open().await;
    let id = desk.place(&order("1001")).await.to_string();
    for route in ROUTES {
        let path = route
            .path
            .replace("{id}", &id)
            .replace("{sku}", "TEE-RED-M");
        for role in Role::ALL {
            // Without key and body, so that nothing is done: who is let in is refused for that, or reads.
            let answer = desk
                .put_request(&request(role.as_str(), route.method, &path, "", None))
                .await;
            let status = answer.response.status().as_u16();
            if grants(role, route.permission) {
                let usual = if route.method == "GET" {
                    status == 200
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
                    answer.refused(403),
                    "forbidden",
                    "{} as {}",
                    route.name,
                    role.as_str()
                );
            }
        }
    }
}

#[tokio::test]
async fn nobody_and_members_of_no_group_get_nowhere() {
    let desk = Desk::open().await;
    for route in ROUTES {
        let path = route.path.replace("{id}", "x").replace("{sku}", "x");
        let mut asked = request("", route.method, &path, "{}", Some("k"));
        assert_eq!(
            desk.put_request(&asked).await.refused(403),
            "forbidden",
            "{}",
            route.name
        );
        asked.extensions_mut().clear();
        let answer = desk.put_request(&asked).await;
        assert_eq!(
            answer
                .response
                .headers()
                .get("www-authenticate")
                .and_then(|value| value.to_str().ok()),
            Some("Bearer")
        );
        assert_eq!(answer.refused(401), "unauthorized", "{}", route.name);
        asked.extensions_mut().insert(app::access::Claims(
            json!({ "cognito:groups": "[admin]" })
                .as_object()
                .cloned()
                .unwrap(),
        ));
        assert_eq!(
            desk.put_request(&asked).await.refused(401),
            "unauthorized",
            "{}",
            route.name
        );
    }
}

#[tokio::test]
async fn two_groups_have_the_rights_of_both() {
    let desk = Desk::open().await;
    let mut asked = request("support operator", "GET", "/api/oms/locations", "", None);
    desk.put_request(&asked).await.expect(200);
    *asked.method_mut() = "PUT".parse().unwrap();
    *asked.uri_mut() = "/api/oms/locations/x".parse().unwrap();
    assert_eq!(desk.put_request(&asked).await.refused(403), "forbidden");
}

#[tokio::test]
async fn each_function_serves_its_own_routes_only() {
    let desk = Desk::open().await;
    for route in ROUTES {
        let other = if route.scope == Scope::Api {
            Scope::Cancellation
        } else {
            Scope::Api
        };
        let path = route.path.replace("{id}", "x").replace("{sku}", "x");
        let response = serve(
            &desk.store,
            &desk.clock,
            &request("admin", route.method, &path, "", None),
            other,
        )
        .await;
        assert_eq!(response.status().as_u16(), 404, "{}", route.name);
    }
}

#[tokio::test]
async fn personal_data_is_masked_for_who_may_not_see_it() {
    let desk = Desk::open().await;
    let id = desk.place(&order("1001")).await;
    for role in Role::ALL {
        let view = desk.order(role.as_str(), id).await;
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
