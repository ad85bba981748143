//! Writes of a transaction and their conditions.

use std::collections::HashMap;

use app::failure::Failure;
use aws_sdk_dynamodb::{
    error::BuildError,
    types::{
        AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};

use super::{
    client::Table,
    items::{Item, names},
    keys::Key,
};

/// One item's write in a transaction.
pub(super) struct Write(pub(super) TransactWriteItem);

/// A condition expression and the values of its placeholders.
pub(super) struct Condition<'a> {
    pub(super) expression: &'a str,
    pub(super) values: Vec<(&'a str, AttributeValue)>,
}

/// True when there is no item under the key.
pub(super) const ABSENT: Condition<'static> = Condition {
    expression: "attribute_not_exists(#pk)",
    values: Vec::new(),
};

impl Write {
    /// Writes an item as a whole. When the condition is false, the current item comes back.
    pub(super) fn put(
        table: &Table,
        item: Item,
        condition: Option<Condition<'_>>,
    ) -> Result<Self, Failure> {
        Self::put_into(&table.name, item, condition)
    }

    /// Writes an item of a table as a whole. When the condition is false, the current item comes back.
    pub(super) fn put_into(
        table: &str,
        item: Item,
        condition: Option<Condition<'_>>,
    ) -> Result<Self, Failure> {
        let mut put = Put::builder()
            .table_name(table)
            .set_item(Some(item.into_attributes()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(Condition { expression, values }) = condition {
            put = put
                .condition_expression(expression)
                .set_expression_attribute_names(Some(names(&[expression])))
                .set_expression_attribute_values(non_empty(values));
        }
        let put = put.build().map_err(invalid)?;
        Ok(Self(TransactWriteItem::builder().put(put).build()))
    }

    /// Changes attributes of an item. When the condition is false, the current item comes back.
    pub(super) fn update(
        table: &Table,
        key: Key,
        update: &str,
        condition: &str,
        values: Vec<(&str, AttributeValue)>,
    ) -> Result<Self, Failure> {
        let update = Update::builder()
            .table_name(&table.name)
            .set_key(Some(Item::new(key).into_attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names(&[update, condition])))
            .set_expression_attribute_values(non_empty(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = update.build().map_err(invalid)?;
        Ok(Self(TransactWriteItem::builder().update(update).build()))
    }

    /// Writes nothing; the transaction fails when the condition is false.
    pub(super) fn check(
        table: &Table,
        key: Key,
        condition: &str,
        values: Vec<(&str, AttributeValue)>,
    ) -> Result<Self, Failure> {
        let check = ConditionCheck::builder()
            .table_name(&table.name)
            .set_key(Some(Item::new(key).into_attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names(&[condition])))
            .set_expression_attribute_values(non_empty(values));
        let check = check.build().map_err(invalid)?;
        Ok(Self(
            TransactWriteItem::builder().condition_check(check).build(),
        ))
    }

    /// Deletes an item, if there is one.
    pub(super) fn delete(table: &Table, key: Key) -> Result<Self, Failure> {
        let delete = Delete::builder()
            .table_name(&table.name)
            .set_key(Some(Item::new(key).into_attributes()));
        let delete = delete.build().map_err(invalid)?;
        Ok(Self(TransactWriteItem::builder().delete(delete).build()))
    }
}

/// A whole number as an expression's value.
pub(super) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A text as an expression's value.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// DynamoDB rejects an empty map of values.
fn non_empty(values: Vec<(&str, AttributeValue)>) -> Option<HashMap<String, AttributeValue>> {
    if values.is_empty() {
        return None;
    }
    Some(
        values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn invalid(error: BuildError) -> Failure {
    Failure::Inconsistent(format!("a write that cannot be built: {error}"))
}
