//! The rights of each function's role: every function attempts every call.

use std::thread;

use live::{
    cloud::{AwsError, Cloud, DYNAMODB, EVENTS, SECRETS, SQS, Service},
    environment::Environment,
    http::Http,
    outcome::{Outcome, StoryError, expect},
};
use serde_json::{Value, json};

/// Calls on the table by the functions that write orders.
const TABLE: &[&str] = &["get", "query", "put", "update", "check"];
const QUEUES: [&str; 5] = [
    "inbound",
    "routing",
    "dispatch",
    "cancellation",
    "replenishment",
];

/// The calls that a function is allowed; all others must be denied.
fn granted(function: &str) -> Vec<String> {
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
            consumer("dispatch"),
            secret(&["dispatch/berlin"]),
        ]
        .concat(),
        "replenishment" => {
            let drives = send(&["replenishment", "routing", "dispatch", "cancellation"]);
            let looks_up = index(&["by-due", "by-waiting-sku"]);
            [
                table(&["delete"]),
                consumer("replenishment"),
                drives,
                looks_up,
            ]
            .concat()
        }
        "relay" => vec![
            "publish: oms.orders".to_owned(),
            "publish: oms.stock".to_owned(),
            "send: relay failures".to_owned(),
        ],
        "api" => {
            let looks_up = index(&["by-customer", "by-status-day", "by-waiting-sku"]);
            [table(&[]), looks_up, secret(&["customer-key"])].concat()
        }
        _ => Vec::new(),
    }
}

/// Every function attempts every call that any of them is allowed, and some that none is.
pub(crate) fn each_function(env: &Environment) -> Outcome {
    let attempts = attempts(env);
    let functions: Vec<&str> = env.stack.functions.keys().map(String::as_str).collect();
    expect("functions", functions.len(), 8)?;
    // In parallel, because the script that gives a role's keys takes a second.
    let results: Vec<Outcome> = thread::scope(|scope| {
        let all: Vec<_> = functions
            .iter()
            .map(|name| (name, &attempts))
            .map(|(name, attempts)| scope.spawn(move || check(env, name, attempts)))
            .collect();
        all.into_iter()
            .map(|one| {
                one.join()
                    .unwrap_or_else(|_| Err(StoryError::Failed("a thread panicked".to_owned())))
            })
            .collect()
    });
    results.into_iter().collect()
}

fn check(env: &Environment, function: &str, attempts: &[Attempt]) -> Outcome {
    let cloud = Cloud::new(Http::default(), &env.stack, &env.stack.role_of(function)?);
    let granted = granted(function);
    for attempt in attempts {
        let outcome = cloud.request(attempt.service, attempt.operation, &attempt.input)?;
        let denied = outcome.as_ref().err().is_some_and(is_denial);
        let what = format!(
            "whether {function} is denied `{}` ({outcome:?})",
            attempt.name
        );
        expect(&what, denied, !granted.contains(&attempt.name))?;
    }
    let unknown: Vec<&String> = granted
        .iter()
        .filter(|name| attempts.iter().all(|a| a.name != **name))
        .collect();
    expect(
        "calls that are granted and were not attempted",
        unknown,
        Vec::<&String>::new(),
    )
}

/// Any other error (a bad receipt, a failed condition) means that the call was allowed.
fn is_denial(error: &AwsError) -> bool {
    matches!(
        error.code.as_str(),
        "AccessDenied" | "AccessDeniedException"
    )
}

struct Attempt {
    name: String,
    service: Service,
    operation: &'static str,
    input: Value,
}

/// Calls that change nothing when they are allowed: with items that do not exist, conditions that do not hold,
/// empty messages and invalid receipts.
fn attempts(env: &Environment) -> Vec<Attempt> {
    let mut all = on_the_table(&env.stack.table);
    let attempt = |name: String, service, operation, input| Attempt {
        name,
        service,
        operation,
        input,
    };
    let empty = |queue: &str| json!({ "QueueUrl": queue, "MessageBody": "" });
    for name in QUEUES {
        let queue = env.stack.queues.get(name).cloned().unwrap_or_default();
        let receipt = json!({ "QueueUrl": queue, "ReceiptHandle": "none", "VisibilityTimeout": 0 });
        let none = json!({ "QueueUrl": queue, "MaxNumberOfMessages": 0 });
        let dead = env
            .stack
            .dead_letters
            .get(name)
            .cloned()
            .unwrap_or_default();
        all.push(attempt(
            format!("send: {name}"),
            SQS,
            "SendMessage",
            empty(&queue),
        ));
        all.push(attempt(
            format!("receive: {name}"),
            SQS,
            "ReceiveMessage",
            none,
        ));
        all.push(attempt(
            format!("delete: {name}"),
            SQS,
            "DeleteMessage",
            receipt.clone(),
        ));
        all.push(attempt(
            format!("change visibility: {name}"),
            SQS,
            "ChangeMessageVisibility",
            receipt,
        ));
        all.push(attempt(
            format!("purge: {name}"),
            SQS,
            "PurgeQueue",
            json!({ "QueueUrl": format!("{queue}-none") }),
        ));
        all.push(attempt(
            format!("send: {name} dead letters"),
            SQS,
            "SendMessage",
            empty(&dead),
        ));
    }
    all.push(attempt(
        "send: relay failures".to_owned(),
        SQS,
        "SendMessage",
        empty(&env.stack.relay_failures),
    ));
    for source in ["oms.orders", "oms.stock", "oms.other"] {
        // No rule matches this detail type.
        let entry = json!({ "EventBusName": env.stack.bus, "Source": source, "DetailType": "NothingAtAll", "Detail": "{}" });
        all.push(attempt(
            format!("publish: {source}"),
            EVENTS,
            "PutEvents",
            json!({ "Entries": [entry] }),
        ));
    }
    for name in [
        "webhooks/stripe",
        "webhooks/wms/berlin",
        "dispatch/berlin",
        "customer-key",
    ] {
        let id = json!({ "SecretId": format!("{}/{name}", env.stack.secrets_prefix) });
        all.push(attempt(
            format!("secret: {name}"),
            SECRETS,
            "GetSecretValue",
            id,
        ));
    }
    all
}

fn on_the_table(table: &str) -> Vec<Attempt> {
    let key = json!({ "pk": { "S": "SKU#NOTHING" }, "sk": { "S": "NOTHING" } });
    let missing = "attribute_exists(pk)";
    let of = |more: Value| {
        let mut input = json!({ "TableName": table });
        for (name, value) in more.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        input
    };
    let equals = |attribute: &str| {
        json!({
            "KeyConditionExpression": "#a = :a", "ExpressionAttributeNames": { "#a": attribute },
            "ExpressionAttributeValues": { ":a": { "S": "NOTHING" } },
        })
    };
    let index = |name: &str, attribute: &str| {
        let mut input = of(equals(attribute));
        input["IndexName"] = json!(name);
        input
    };
    let check = json!({ "TableName": table, "Key": key, "ConditionExpression": missing });
    let update = json!({
        "Key": key, "UpdateExpression": "SET #x = :x", "ConditionExpression": missing,
        "ExpressionAttributeNames": { "#x": "x" }, "ExpressionAttributeValues": { ":x": { "S": "x" } },
    });
    let all = [
        ("get: table", "GetItem", of(json!({ "Key": key }))),
        ("query: table", "Query", of(equals("pk"))),
        (
            "put: table",
            "PutItem",
            of(json!({ "Item": key, "ConditionExpression": missing })),
        ),
        ("update: table", "UpdateItem", of(update)),
        (
            "check: table",
            "TransactWriteItems",
            json!({ "TransactItems": [{ "ConditionCheck": check }] }),
        ),
        (
            "delete: table",
            "DeleteItem",
            of(json!({ "Key": key, "ConditionExpression": missing })),
        ),
        ("query: by-due", "Query", index("by-due", "due")),
        (
            "query: by-waiting-sku",
            "Query",
            index("by-waiting-sku", "waiting"),
        ),
        (
            "query: by-customer",
            "Query",
            index("by-customer", "customer"),
        ),
        (
            "query: by-status-day",
            "Query",
            index("by-status-day", "status_day"),
        ),
        ("scan: table", "Scan", of(json!({}))),
        (
            "drop: table",
            "DeleteTable",
            json!({ "TableName": format!("{table}-none") }),
        ),
    ];
    all.map(|(name, operation, input)| Attempt {
        name: name.to_owned(),
        service: DYNAMODB,
        operation,
        input,
    })
    .into()
}
