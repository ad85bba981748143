//! The calls that every role attempts.

use live::{
    cloud::{DYNAMODB, EVENTS, SECRETS, SQS, Service},
    environment::Environment,
};
use serde_json::{Value, json};

pub(super) const QUEUES: [&str; 6] = [
    "inbound",
    "routing",
    "dispatch",
    "payments",
    "cancellation",
    "replenishment",
];

pub(super) struct Attempt {
    /// As in [`super::granted`].
    pub(super) name: String,
    pub(super) service: Service,
    pub(super) operation: &'static str,
    pub(super) input: Value,
}

/// Calls that change nothing when they are allowed: with items that do not exist, conditions that do not hold,
/// empty messages and invalid receipts.
pub(super) fn attempts(env: &Environment) -> Vec<Attempt> {
    let mut all = on_the_table(&env.stack.table);
    all.extend(on_the_contacts(&env.stack.contacts_table));
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
        all.push(attempt(
            format!("receive: {name} dead letters"),
            SQS,
            "ReceiveMessage",
            json!({ "QueueUrl": dead, "MaxNumberOfMessages": 0 }),
        ));
        all.push(attempt(
            format!("delete: {name} dead letters"),
            SQS,
            "DeleteMessage",
            json!({ "QueueUrl": dead, "ReceiptHandle": "none" }),
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
        "gateway/stripe",
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

/// A condition that no key of these attempts meets.
const MISSING: &str = "attribute_exists(pk)";

fn nothing() -> Value {
    json!({ "pk": { "S": "SKU#NOTHING" }, "sk": { "S": "NOTHING" } })
}

fn on(table: &str, more: &Value) -> Value {
    let mut input = json!({ "TableName": table });
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    input
}

fn equals(attribute: &str) -> Value {
    json!({
        "KeyConditionExpression": "#a = :a", "ExpressionAttributeNames": { "#a": attribute },
        "ExpressionAttributeValues": { ":a": { "S": "NOTHING" } },
    })
}

fn on_index(table: &str, name: &str, attribute: &str) -> Value {
    let mut input = on(table, &equals(attribute));
    input["IndexName"] = json!(name);
    input
}

fn on_dynamodb(name: &str, operation: &'static str, input: Value) -> Attempt {
    Attempt {
        name: name.to_owned(),
        service: DYNAMODB,
        operation,
        input,
    }
}

fn on_the_table(table: &str) -> Vec<Attempt> {
    let key = nothing();
    let of = |more: Value| on(table, &more);
    let index = |name: &str, attribute: &str| on_index(table, name, attribute);
    let check = json!({ "TableName": table, "Key": key, "ConditionExpression": MISSING });
    let update = json!({
        "Key": key, "UpdateExpression": "SET #x = :x", "ConditionExpression": MISSING,
        "ExpressionAttributeNames": { "#x": "x" }, "ExpressionAttributeValues": { ":x": { "S": "x" } },
    });
    let all = [
        ("get: table", "GetItem", of(json!({ "Key": key }))),
        ("query: table", "Query", of(equals("pk"))),
        (
            "put: table",
            "PutItem",
            of(json!({ "Item": key, "ConditionExpression": MISSING })),
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
            of(json!({ "Key": key, "ConditionExpression": MISSING })),
        ),
        ("query: by-due", "Query", index("by-due", "due")),
        (
            "query: by-backordered-sku",
            "Query",
            index("by-backordered-sku", "backordered"),
        ),
        (
            "query: by-exceptions",
            "Query",
            index("by-exceptions", "exceptions"),
        ),
        (
            "query: by-phase-day",
            "Query",
            index("by-phase-day", "phase_day"),
        ),
        ("scan: table", "Scan", of(json!({}))),
        (
            "drop: table",
            "DeleteTable",
            json!({ "TableName": format!("{table}-none") }),
        ),
    ];
    all.map(|(name, operation, input)| on_dynamodb(name, operation, input))
        .into()
}

fn on_the_contacts(table: &str) -> Vec<Attempt> {
    let key = nothing();
    let of = |more: Value| on(table, &more);
    let all = [
        ("get: contacts", "GetItem", of(json!({ "Key": key }))),
        ("query: contacts", "Query", of(equals("pk"))),
        (
            "put: contacts",
            "PutItem",
            of(json!({ "Item": key, "ConditionExpression": MISSING })),
        ),
        (
            "delete: contacts",
            "DeleteItem",
            of(json!({ "Key": key, "ConditionExpression": MISSING })),
        ),
        (
            "query: by-customer",
            "Query",
            on_index(table, "by-customer", "customer"),
        ),
        (
            "query: by-access-day",
            "Query",
            on_index(table, "by-access-day", "access_day"),
        ),
        ("scan: contacts", "Scan", of(json!({}))),
    ];
    all.map(|(name, operation, input)| on_dynamodb(name, operation, input))
        .into()
}
