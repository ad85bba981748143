//! The calls that every role attempts.

use live::{
    cloud::{DYNAMODB, EVENTS, SECRETS, SQS, Service},
    environment::Environment,
};
use serde_json::{Value, json};

const QUEUES: [&str; 5] = [
    "inbound",
    "routing",
    "dispatch",
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
