//! The single table. Every write is conditional or a transaction, and says which condition failed.
//!
//! | item | `pk` | `sk` | attributes besides | asked for by |
//! |---|---|---|---|---|
//! | order as placed | `ORDER#<id>` | `PLACED` | `text` | load |
//! | contact | `ORDER#<id>` | `CONTACT` | `text`, `customer` (keyed hash of the e-mail address), `placed_at` | contact, listing by customer |
//! | order state | `ORDER#<id>` | `STATE` | `text`, `version`, `status_day`, `placed_at`; `due`, `due_at` while progress is owed | load, listing by status and day, sweep |
//! | commit | `ORDER#<id>` | `COMMIT#<seq, 6 digits>` | `text`, `hash`, `order_id`, `outbox` | audit, the stream |
//! | reference | `REF#<kind>#<value>` | `REF` | `order_id` | find |
//! | stock level | `SKU#<sku>` | `STOCK#<location>` | `on_hand`, `reserved`, `safety_stock`, `available`; `shortfall` when there is one | sku |
//! | backorder | `SKU#<sku>` | `BACKORDER#<priority>#<placed at>#<order>#<line>` | `text`, `waiting`, `waiting_sku` | sku, sweep |
//! | movement | `INBOX#<source>#<id>` | `INBOX` | `record`, `outbox`, `expires_at` | "seen before?", the stream |
//! | location, supplier | `CONFIG` | `LOCATION#<id>` | `text` | routing, dispatch |
//! | rules | `CONFIG` | `RULES#<version, 6 digits>` | `text` | routing |
//!
//! `text` and `record` are JSON documents, read as a whole. Four sparse indexes hold keys only: `by-customer`,
//! `by-status-day`, `by-due`, `by-waiting-sku`; no decision rests on them.
//!
//! An order's write stands or falls with the `version` of its state; the commit, the stock that it moves, the
//! queue places that it takes or leaves and its references are in the same transaction.

mod config;
mod items;
mod keys;
mod listing;
mod orders;
mod save;
mod stock;
mod transact;

use std::fmt;

use app::failure::Failure;
use aws_sdk_dynamodb::{
    Client, error::SdkError, operation::query::builders::QueryFluentBuilder, types::AttributeValue,
};

use items::Item;
use keys::Key;

/// The table.
#[derive(Clone)]
pub struct Table {
    client: Client,
    name: String,
    customer_key: Option<Vec<u8>>,
}

impl Table {
    /// The table of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
            customer_key: None,
        }
    }

    /// With the secret under which customers are found; only who places orders or lists them by customer needs it.
    pub fn with_customer_key(self, secret: impl Into<Vec<u8>>) -> Self {
        Self {
            customer_key: Some(secret.into()),
            ..self
        }
    }

    /// Opens the connection, so that the first message does not pay for it. A failure is no matter: whoever
    /// comes first tries again.
    pub async fn warm(&self) {
        let nowhere = Key::nowhere();
        if let Err(failure) = self.get(nowhere).await {
            tracing::debug!(
                error = failure.chain(),
                "could not open the connection to the table yet"
            );
        }
    }

    /// One item, consistently.
    async fn get(&self, key: Key) -> Result<Option<Item>, Failure> {
        let key = Item::new(key).into_attributes();
        let get = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key))
            .consistent_read(true);
        Ok(get.send().await.map_err(unavailable)?.item.map(Item::from))
    }

    /// A consistent query of the items under `pk` whose `sk` begins so.
    fn query_under(&self, pk: &str, prefix: &str) -> QueryFluentBuilder {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()));
        if prefix.is_empty() {
            return query.key_condition_expression("#pk = :pk");
        }
        query
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":sk", AttributeValue::S(prefix.to_owned()))
    }

    /// All items under `pk` whose `sk` begins so, page after page.
    async fn all_under(&self, pk: &str, prefix: &str) -> Result<Vec<Item>, Failure> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .query_under(pk, prefix)
                .set_exclusive_start_key(start)
                .send();
            let page = page.await.map_err(unavailable)?;
            items.extend(page.items.unwrap_or_default().into_iter().map(Item::from));
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}

// The client prints its credentials' provider and the key would print itself.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn unavailable<E, R>(error: SdkError<E, R>) -> Failure
where
    E: std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    Failure::unavailable("the table", error)
}
