//! What each role is granted.

use super::attempts::QUEUES;

/// Calls on the table by the functions that write orders.
const TABLE: &[&str] = &["get", "query", "put", "update", "check"];

/// The calls that a function is allowed; all others must be denied.
pub(super) fn granted(function: &str) -> Vec<String> {
    let consumer = |queue: &str| {
        let own = ["receive", "delete", "change visibility"].map(|verb| format!("{verb}: {queue}"));
        [own.to_vec(), vec![format!("send: {queue} dead letters")]].concat()
    };
    let table = |more: &[&str]| {
        [TABLE, more]
            .concat()
            .iter()
            .map(|verb| format!("{verb}: table"))
            .collect::<Vec<_>>()
    };
    let index = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("query: {name}"))
            .collect::<Vec<_>>()
    };
    let secret = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("secret: {name}"))
            .collect::<Vec<_>>()
    };
    let send = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("send: {name}"))
            .collect::<Vec<_>>()
    };
    match function {
        "intake" => [
            secret(&["webhooks/stripe", "webhooks/wms/berlin"]),
            send(&["inbound"]),
        ]
        .concat(),
        "lifecycle" => [table(&["delete"]), consumer("inbound")].concat(),
        "routing" => [table(&["delete"]), consumer("routing")].concat(),
        "cancellation" => [table(&["delete"]), consumer("cancellation")].concat(),
        "dispatch" => [
            table(&[]),
            vec!["get: contacts".to_owned()],
            consumer("dispatch"),
            secret(&["dispatch/berlin"]),
        ]
        .concat(),
        "payments" => [
            table(&[]),
            consumer("payments"),
            send(&["inbound", "payments"]),
            index(&["by-phase-day"]),
            secret(&["gateway/stripe"]),
        ]
        .concat(),
        "replenishment" => {
            let drives = [
                "replenishment",
                "routing",
                "dispatch",
                "payments",
                "cancellation",
            ];
            let drives = send(&drives);
            let looks_up = index(&["by-due", "by-backordered-sku", "by-exceptions"]);
            [
                table(&["delete"]),
                consumer("replenishment"),
                drives,
                looks_up,
            ]
            .concat()
        }
        "relay" => vec![
            "query: table".to_owned(),
            "publish: oms.orders".to_owned(),
            "publish: oms.stock".to_owned(),
            "send: relay failures".to_owned(),
        ],
        // The console does what the API and cancellation do.
        "api" | "console" => {
            let looks_up = index(&[
                "by-customer",
                "by-access-day",
                "by-phase-day",
                "by-exceptions",
                "by-backordered-sku",
            ]);
            let contacts = ["get: contacts", "query: contacts", "put: contacts"]
                .map(str::to_owned)
                .to_vec();
            let redrives = QUEUES.iter().flat_map(|queue| {
                [
                    format!("send: {queue}"),
                    format!("receive: {queue} dead letters"),
                    format!("delete: {queue} dead letters"),
                ]
            });
            let deletes: &[&str] = if function == "console" {
                &["delete"]
            } else {
                &[]
            };
            [
                table(deletes),
                contacts,
                looks_up,
                secret(&["customer-key"]),
                redrives.collect(),
            ]
            .concat()
        }
        _ => Vec::new(),
    }
}
