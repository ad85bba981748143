//! What the stream publishes, read from the table: commits and stock movements, as they are stored.

use app::failure::Failure;
use domain::ids::OrderId;

use super::{
    client::{Table, unavailable},
    items::{Item, names},
    keys::{COMMIT, INBOX, commit_sk, order_pk},
    writes::text,
};

/// A record that is or was published, as it is stored. It may be damaged: nothing of it is interpreted here.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord(Item);

impl StoredRecord {
    /// An attribute that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.find_text(name)
    }

    /// The number of a commit, from its key.
    pub fn seq(&self) -> Option<u64> {
        self.text("sk")?.strip_prefix(COMMIT)?.parse().ok()
    }

    /// Whether the stream publishes it.
    pub fn is_outbox(&self) -> bool {
        self.text("outbox").is_some()
    }
}

impl Table {
    /// The commits of an order as they are stored, from a number to another, both included, in their order. Numbers
    /// without a commit are left out.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when the table does not answer.
    pub async fn stored_commits(
        &self,
        order: OrderId,
        from: u64,
        to: u64,
    ) -> Result<Vec<StoredRecord>, Failure> {
        const RANGE: &str = "#pk = :pk AND #sk BETWEEN :from AND :to";
        let mut records = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.name)
                .consistent_read(true)
                .key_condition_expression(RANGE)
                .set_expression_attribute_names(Some(names(&[RANGE])))
                .expression_attribute_values(":pk", text(order_pk(order)))
                .expression_attribute_values(":from", text(commit_sk(from)))
                .expression_attribute_values(":to", text(commit_sk(to)))
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(unavailable)?;
            let items = page.items.unwrap_or_default().into_iter();
            records.extend(items.map(|item| StoredRecord(Item::from(item))));
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(records);
            }
        }
    }

    /// The stock movement under a partition key, as it is stored.
    ///
    /// # Errors
    /// [`Failure::Malformed`] when it is the key of something else; [`Failure::Unavailable`] when the table does not
    /// answer.
    pub async fn stored_movement(&self, pk: &str) -> Result<Option<StoredRecord>, Failure> {
        if !pk.starts_with(INBOX) {
            return Err(Failure::Malformed(
                "`pk` is not the key of a stock movement".to_owned(),
            ));
        }
        let items = self.all_under(pk, "").await?;
        Ok(items.into_iter().next().map(StoredRecord))
    }
}
