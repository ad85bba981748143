use std::collections::BTreeSet;

use app::access::*;
use serde_json::json;

/// One row for each permission: support, agent, operator, admin, shop, location. Written out apart from [`GRANTS`], so that a change
/// there is a change here too.
const CELLS: [(Permission, [bool; 6]); 23] = [
    (
        Permission::ReadOrders,
        [true, true, true, true, false, false],
    ),
    (
        Permission::ReadPersonalData,
        [false, true, false, true, false, false],
    ),
    (
        Permission::ReadAccessLog,
        [false, false, false, true, false, false],
    ),
    (
        Permission::PlaceOrders,
        [false, true, true, true, true, false],
    ),
    (
        Permission::CancelOrders,
        [false, true, false, true, false, false],
    ),
    (
        Permission::RefundOrders,
        [false, true, false, true, false, false],
    ),
    (
        Permission::RecordPayments,
        [false, false, true, true, false, false],
    ),
    (
        Permission::ReadReconciliation,
        [false, false, true, true, false, false],
    ),
    (
        Permission::ReadQueues,
        [false, false, true, true, false, false],
    ),
    (
        Permission::RedriveDeadLetters,
        [false, false, true, true, false, false],
    ),
    (
        Permission::ReadAccounts,
        [false, false, true, true, false, false],
    ),
    (
        Permission::WriteAccounts,
        [false, false, true, true, false, false],
    ),
    (
        Permission::HoldOrders,
        [false, true, false, true, false, false],
    ),
    (
        Permission::ReadStock,
        [true, true, true, true, false, false],
    ),
    (
        Permission::AdjustStock,
        [false, false, true, true, false, false],
    ),
    (
        Permission::ReadBackorders,
        [true, true, true, true, false, false],
    ),
    (
        Permission::ReadLocations,
        [false, false, true, true, false, false],
    ),
    (
        Permission::WriteLocations,
        [false, false, false, true, false, false],
    ),
    (
        Permission::ReadExceptions,
        [true, true, true, true, false, false],
    ),
    (
        Permission::WorkOrderExceptions,
        [false, true, false, true, false, false],
    ),
    (
        Permission::WorkLocationExceptions,
        [false, false, true, true, false, false],
    ),
    (
        Permission::WorkFulfillmentOrders,
        [false, false, true, true, false, false],
    ),
    (
        Permission::WorkAtOwnLocations,
        [false, false, false, true, false, true],
    ),
];

#[test]
fn every_cell_of_the_table_is_as_written() {
    assert_eq!(CELLS.map(|(permission, _)| permission), Permission::ALL);
    for (permission, cells) in CELLS {
        for (role, expected) in Role::ALL.into_iter().zip(cells) {
            assert_eq!(
                grants(role, permission),
                expected,
                "{} {}",
                role.as_str(),
                permission.as_str()
            );
            let claims = json!({ "sub": "u-1", "cognito:groups": format!("[{}]", role.as_str()) });
            let principal =
                Principal::from_claims(&Claims(claims.as_object().unwrap().clone())).unwrap();
            assert_eq!(principal.may(permission), expected);
        }
    }
}

#[test]
fn groups_are_read_in_every_shape_that_they_come_in() {
    let both = BTreeSet::from([Role::Support, Role::Agent]);
    for shape in [
        json!("[support agent]"),
        json!("[support, agent]"),
        json!("[\"support\",\"agent\"]"),
        json!(["support", "agent"]),
        json!("support agent"),
        json!("support,agent,somebody-else"),
    ] {
        let claims = json!({ "sub": "u-1", "cognito:groups": shape });
        assert_eq!(
            Principal::from_claims(&Claims(claims.as_object().unwrap().clone()))
                .unwrap()
                .roles,
            both,
            "{shape}"
        );
    }
}

#[test]
fn a_name_that_only_resembles_a_role_grants_nothing() {
    for shape in [
        json!("[administrator]"),
        json!("ADMIN"),
        json!("[admin2 notadmin]"),
        json!(7),
        json!(null),
    ] {
        let claims = json!({ "sub": "u-1", "cognito:groups": shape });
        assert!(
            Principal::from_claims(&Claims(claims.as_object().unwrap().clone()))
                .unwrap()
                .roles
                .is_empty(),
            "{shape}"
        );
    }
}

#[test]
fn a_token_without_a_subject_names_nobody() {
    let groups = json!("[admin]");
    for claims in [
        json!({ "cognito:groups": groups }),
        json!({ "sub": "", "cognito:groups": groups }),
    ] {
        assert_eq!(
            Principal::from_claims(&Claims(claims.as_object().unwrap().clone())),
            None
        );
    }
}

#[test]
fn a_user_of_a_location_works_at_the_locations_of_its_groups_only() {
    let at = |groups: &str| {
        let claims = json!({ "sub": "u-1", "cognito:groups": groups });
        let principal = Principal::from_claims(&Claims(claims.as_object().cloned().unwrap()));
        let principal = principal.unwrap();
        ["berlin", "lyon"].map(|id| principal.works_at(&id.parse().unwrap()))
    };
    assert_eq!(at("[location location:berlin]"), [true, false]);
    assert_eq!(at("[location:berlin]"), [false, false]);
    assert_eq!(at("[location]"), [false, false]);
}
