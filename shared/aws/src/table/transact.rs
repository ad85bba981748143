//! Transactions: all items are written or none, and the answer says which conditions failed.
//!
//! The reasons of a cancelled transaction are in the order of its items. A failed condition is an answer. A conflict
//! or throttling is not: another write to the same item is in progress and may yet fail. So when no condition
//! failed, the same request is sent again, with full jitter and a bound. The SDK does not retry cancelled
//! transactions, so it is done here.
//!
//! An attempt whose answer was lost may have been carried out. The SDK's own retries send the same token, so that
//! DynamoDB recognises the request. After that, writers recognise their own commit or marker by its content, from the
//! condition that it makes false. Should the function stop before the answer, the message comes again and its use case
//! finds the change done.

use std::time::Duration;

use app::failure::Failure;
use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput},
    types::{CancellationReason, TransactWriteItem},
};
use domain::order::TRANSACTION_ITEMS_MAX;

use super::{
    client::{Table, unavailable},
    items::Item,
    limits::{TRANSACTION_ATTEMPTS_MAX, TRANSACTION_BACKOFF},
    writes::Write,
};

/// How a transaction ended.
pub(super) enum TransactionEnd {
    Written,
    /// Nothing was written; at least one condition was false.
    ConditionsFailed(Vec<FailedCondition>),
}

/// A condition that was false.
pub(super) struct FailedCondition {
    /// Index of its item in the transaction.
    pub(super) index: usize,
    /// The item as it is; none when there is no item, or when it was not returned.
    pub(super) current: Option<Item>,
}

/// What the answer to one attempt means.
enum Attempt {
    Ended(TransactionEnd),
    /// Nothing was written and no condition failed: send the same request again.
    Retry(Failure),
    Failed(Failure),
}

impl Table {
    /// Writes all items or none.
    pub(super) async fn transact(&self, writes: Vec<Write>) -> Result<TransactionEnd, Failure> {
        if writes.len() > TRANSACTION_ITEMS_MAX {
            let count = writes.len();
            return Err(Failure::Inconsistent(format!(
                "{count} items do not fit one transaction of {TRANSACTION_ITEMS_MAX}"
            )));
        }
        let items: Vec<TransactWriteItem> = writes.into_iter().map(|write| write.0).collect();
        let mut attempts = 0;
        loop {
            let request = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()));
            attempts = u32::saturating_add(attempts, 1);
            match read_answer(request.send().await, attempts) {
                Attempt::Ended(end) => return Ok(end),
                Attempt::Failed(failure) => return Err(failure),
                Attempt::Retry(failure) if attempts >= TRANSACTION_ATTEMPTS_MAX => {
                    return Err(failure);
                }
                Attempt::Retry(_) => tokio::time::sleep(jitter(attempts)).await,
            }
        }
    }
}

/// A random wait between zero and 20, 40, 80 ... ms, so that two writers do not meet again.
pub(super) fn jitter(attempts: u32) -> Duration {
    let most = TRANSACTION_BACKOFF.saturating_mul(
        1_u32
            .checked_shl(attempts.saturating_sub(1))
            .unwrap_or(u32::MAX),
    );
    let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(fastrand::u64(0..=most))
}

fn read_answer(
    answer: Result<TransactWriteItemsOutput, SdkError<TransactWriteItemsError>>,
    attempts: u32,
) -> Attempt {
    let error = match answer {
        Ok(_) => return Attempt::Ended(TransactionEnd::Written),
        Err(error) => error,
    };
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    {
        let reasons = cancelled.cancellation_reasons();
        let failed = failed_conditions(reasons);
        if !failed.is_empty() {
            return Attempt::Ended(TransactionEnd::ConditionsFailed(failed));
        }
        let mut codes = reasons
            .iter()
            .filter_map(CancellationReason::code)
            .filter(|code| *code != "None");
        return match (codes.clone().count(), codes.all(is_transient)) {
            (0, _) | (_, false) => Attempt::Failed(unavailable(error)),
            _ if reasons.iter().any(|reason| reason.code() == Some(CONFLICT)) => {
                Attempt::Retry(Failure::Contended(attempts))
            }
            _ => Attempt::Retry(unavailable(error)),
        };
    }
    match error.code() {
        Some("TransactionInProgressException") => Attempt::Retry(Failure::Contended(attempts)),
        _ => Attempt::Failed(unavailable(error)),
    }
}

const CONFLICT: &str = "TransactionConflict";

/// Whether the same request may succeed later without any change.
fn is_transient(code: &str) -> bool {
    matches!(
        code,
        CONFLICT | "ThrottlingError" | "ProvisionedThroughputExceeded" | "RequestLimitExceeded"
    )
}

fn failed_conditions(reasons: &[CancellationReason]) -> Vec<FailedCondition> {
    let current =
        |reason: &CancellationReason| reason.item().filter(|item| !item.is_empty()).cloned();
    let failed = reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"));
    failed
        .map(|(index, reason)| FailedCondition {
            index,
            current: current(reason).map(Item::from),
        })
        .collect()
}
