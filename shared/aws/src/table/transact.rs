//! Transactions: all of it or nothing, and which condition failed.
//!
//! A cancelled transaction is read by place: its reasons stand in the order of its items. A failed condition is
//! an answer. A conflict or a throttle is none, because the other's outcome is not known yet: when nothing failed
//! for certain, the same request is sent again. The SDK does not do that for cancelled transactions, so it is
//! done here: full jitter, bounded.
//!
//! An attempt whose answer is lost may have been carried out. The SDK tries again under the same token, so that
//! DynamoDB knows it; beyond that, writers recognise their own commit or marker by what it says.

use std::{collections::HashMap, time::Duration};

use app::failure::Failure;
use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput},
    types::{
        AttributeValue, CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};

use super::{
    Table,
    items::{Item, names},
    keys::Key,
    unavailable,
};

/// Most items of one transaction.
const ITEMS_MAX: usize = 100;
/// Tries of one transaction that keeps meeting conflicts or throttles.
const TRIES: u32 = 6;
/// Upper bound of the first wait; it doubles with each try.
const BACKOFF: Duration = Duration::from_millis(20);

/// How a transaction ended.
pub(super) enum Outcome {
    /// Written.
    Done,
    /// Nothing was written: these conditions were false.
    Refused(Vec<Refused>),
}

/// A condition that was false.
pub(super) struct Refused {
    /// The place of its item in the transaction.
    pub(super) place: usize,
    /// The item that was there; none: nothing was, or it was not told.
    pub(super) there: Option<Item>,
}

/// One item to write.
pub(super) struct Write(TransactWriteItem);

/// A condition and what its placeholders stand for.
pub(super) struct Condition<'a> {
    pub(super) expression: &'a str,
    pub(super) values: Vec<(&'a str, AttributeValue)>,
}

/// Nothing is there.
pub(super) const ABSENT: Condition<'static> = Condition {
    expression: "attribute_not_exists(#pk)",
    values: Vec::new(),
};

impl Write {
    /// Puts an item as a whole.
    pub(super) fn put(
        table: &Table,
        item: Item,
        condition: Option<Condition<'_>>,
    ) -> Result<Self, Failure> {
        let mut put = Put::builder()
            .table_name(&table.name)
            .set_item(Some(item.into_attributes()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(Condition { expression, values }) = condition {
            put = put
                .condition_expression(expression)
                .set_expression_attribute_names(Some(names(&[expression])))
                .set_expression_attribute_values(some_of(values));
        }
        Ok(Self(
            TransactWriteItem::builder()
                .put(put.build().map_err(unwritable)?)
                .build(),
        ))
    }

    /// Changes attributes of an item.
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
            .set_expression_attribute_values(some_of(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(Self(
            TransactWriteItem::builder()
                .update(update.build().map_err(unwritable)?)
                .build(),
        ))
    }

    /// Takes an item away, if it is there.
    pub(super) fn delete(table: &Table, key: Key) -> Result<Self, Failure> {
        let delete = Delete::builder()
            .table_name(&table.name)
            .set_key(Some(Item::new(key).into_attributes()));
        Ok(Self(
            TransactWriteItem::builder()
                .delete(delete.build().map_err(unwritable)?)
                .build(),
        ))
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

fn some_of(values: Vec<(&str, AttributeValue)>) -> Option<HashMap<String, AttributeValue>> {
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

fn unwritable(error: aws_sdk_dynamodb::error::BuildError) -> Failure {
    Failure::Inconsistent(format!("a write that cannot be built: {error}"))
}

/// What one answer means.
enum Reading {
    Ended(Outcome),
    /// Nothing is known for certain: the same request again.
    Again(Failure),
    Failed(Failure),
}

impl Table {
    /// Writes all or nothing.
    pub(super) async fn transact(&self, writes: Vec<Write>) -> Result<Outcome, Failure> {
        if writes.len() > ITEMS_MAX {
            let count = writes.len();
            return Err(Failure::Inconsistent(format!(
                "{count} items do not fit one transaction of {ITEMS_MAX}"
            )));
        }
        let items: Vec<TransactWriteItem> = writes.into_iter().map(|write| write.0).collect();
        let mut tries = 0;
        loop {
            let request = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()));
            tries = u32::saturating_add(tries, 1);
            match read(request.send().await, tries) {
                Reading::Ended(outcome) => return Ok(outcome),
                Reading::Failed(failure) => return Err(failure),
                Reading::Again(failure) if tries >= TRIES => return Err(failure),
                Reading::Again(_) => tokio::time::sleep(jitter(tries)).await,
            }
        }
    }
}

/// A wait between nothing and 20, 40, 80 ... ms, evenly spread, so that rivals do not meet again.
pub(super) fn jitter(tries: u32) -> Duration {
    let most = BACKOFF.saturating_mul(
        1_u32
            .checked_shl(tries.saturating_sub(1))
            .unwrap_or(u32::MAX),
    );
    let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(fastrand::u64(0..=most))
}

fn read(
    answer: Result<TransactWriteItemsOutput, SdkError<TransactWriteItemsError>>,
    tries: u32,
) -> Reading {
    let error = match answer {
        Ok(_) => return Reading::Ended(Outcome::Done),
        Err(error) => error,
    };
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    {
        let reasons = cancelled.cancellation_reasons();
        let refused = refused(reasons);
        if !refused.is_empty() {
            return Reading::Ended(Outcome::Refused(refused));
        }
        let mut codes = reasons
            .iter()
            .filter_map(CancellationReason::code)
            .filter(|code| *code != "None");
        return match (codes.clone().count(), codes.all(passes)) {
            (0, _) | (_, false) => Reading::Failed(unavailable(error)),
            _ if reasons.iter().any(|reason| reason.code() == Some(CONFLICT)) => {
                Reading::Again(Failure::Contended(tries))
            }
            _ => Reading::Again(unavailable(error)),
        };
    }
    match error.code() {
        Some("TransactionInProgressException") => Reading::Again(Failure::Contended(tries)),
        _ => Reading::Failed(unavailable(error)),
    }
}

const CONFLICT: &str = "TransactionConflict";

/// Whether what cancelled the transaction passes by itself.
fn passes(code: &str) -> bool {
    matches!(
        code,
        CONFLICT | "ThrottlingError" | "ProvisionedThroughputExceeded" | "RequestLimitExceeded"
    )
}

fn refused(reasons: &[CancellationReason]) -> Vec<Refused> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let refused = reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| failed(reason));
    let there =
        |reason: &CancellationReason| reason.item().filter(|item| !item.is_empty()).cloned();
    refused
        .map(|(place, reason)| Refused {
            place,
            there: there(reason).map(Item::from),
        })
        .collect()
}
