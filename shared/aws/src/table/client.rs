//! The names of the tables, the SDK client, and consistent reads.

use std::fmt;

use app::failure::Failure;
use aws_sdk_dynamodb::{
    Client, error::SdkError, operation::query::builders::QueryFluentBuilder, types::AttributeValue,
};

use super::{items::Item, keys::Key};

/// The DynamoDB tables; see [`crate::table`].
#[derive(Clone)]
pub struct Table {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) contacts: Option<String>,
    pub(super) customer_key: Option<Vec<u8>>,
}

impl Table {
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
            contacts: None,
            customer_key: None,
        }
    }

    /// Adds the name of the table of personal data. Only functions that place or read orders for people, or send them to
    /// locations, need it.
    pub fn with_contacts(self, name: impl Into<String>) -> Self {
        Self {
            contacts: Some(name.into()),
            ..self
        }
    }

    /// Adds the secret under which customers are found. Only functions that place orders or list them by customer
    /// need it.
    pub fn with_customer_key(self, secret: impl Into<Vec<u8>>) -> Self {
        Self {
            customer_key: Some(secret.into()),
            ..self
        }
    }

    /// Opens the connection, so that the first message does not wait for it. A failure is only logged: the next call
    /// connects.
    pub async fn warm(&self) {
        if let Err(failure) = self.get(Key::nothing()).await {
            tracing::debug!(
                error = failure.chain(),
                "could not open the connection to the table yet"
            );
        }
    }

    /// Reads one item, strongly consistent.
    pub(super) async fn get(&self, key: Key) -> Result<Option<Item>, Failure> {
        self.get_from(&self.name, key).await
    }

    /// The name of the table of personal data.
    pub(super) fn contacts_table(&self) -> Result<&str, Failure> {
        let missing =
            || Failure::Inconsistent("this function was not given the contacts table".to_owned());
        self.contacts.as_deref().ok_or_else(missing)
    }

    /// Reads one item of a table, strongly consistent.
    pub(super) async fn get_from(&self, table: &str, key: Key) -> Result<Option<Item>, Failure> {
        let key = Item::new(key).into_attributes();
        let get = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key))
            .consistent_read(true);
        Ok(get.send().await.map_err(unavailable)?.item.map(Item::from))
    }

    /// A strongly consistent query of the items under `pk` whose `sk` begins with `prefix`; of all of them when the
    /// prefix is empty.
    pub(super) fn query_under(&self, pk: &str, prefix: &str) -> QueryFluentBuilder {
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

    /// All items of [`Self::query_under`], page after page.
    pub(super) async fn all_under(&self, pk: &str, prefix: &str) -> Result<Vec<Item>, Failure> {
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

// Neither the client (it prints its credentials' provider) nor the key is printed.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// DynamoDB's error as a failure that is worth another attempt.
pub(super) fn unavailable<E, R>(error: SdkError<E, R>) -> Failure
where
    E: std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    Failure::unavailable("the table", error)
}
