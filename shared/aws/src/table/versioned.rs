//! A document that is written over the version before it.

use app::failure::Failure;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use serde::Serialize;

use super::{
    client::{Table, unavailable},
    items::{Item, names},
    keys::Key,
    writes::number,
};

impl Table {
    /// Writes a document over the version before `version`; version 1 is the first. `false`: nothing was written, because
    /// another writer was faster.
    pub(super) async fn put_versioned(
        &self,
        key: Key,
        version: u64,
        document: &(impl Serialize + Sync),
    ) -> Result<bool, Failure> {
        const FIRST: &str = "attribute_not_exists(#pk)";
        const AFTER: &str = "#version = :before";
        let before = i64::try_from(version).unwrap_or(i64::MAX).saturating_sub(1);
        let item = Item::new(key)
            .number("version", version)
            .json("text", document)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.into_attributes()));
        let put = match before {
            0 => put
                .condition_expression(FIRST)
                .set_expression_attribute_names(Some(names(&[FIRST]))),
            before => put
                .condition_expression(AFTER)
                .set_expression_attribute_names(Some(names(&[AFTER])))
                .expression_attribute_values(":before", number(before)),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                Some(_) | None => Err(unavailable(error)),
            },
        }
    }
}
