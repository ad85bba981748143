//! Results of reconciliation with the payment gateway.

use domain::{ids::OrderId, reconciliation::DayResult};
use jiff::civil::Date;

use super::{Page, PageRequest};
use crate::failure::Failure;

/// The results of days, and what moved on a day here.
pub trait ReconciliationStore: Sync {
    /// The result of a day; none when it was never compared.
    fn day_result(
        &self,
        day: Date,
    ) -> impl Future<Output = Result<Option<DayResult>, Failure>> + Send;

    /// The results of the days from `from` to `to`, both included, by day.
    fn day_results(
        &self,
        from: Date,
        to: Date,
    ) -> impl Future<Output = Result<Vec<DayResult>, Failure>> + Send;

    /// Writes the result of a day over the version before it; version 1 is the first. `false`: nothing was written, because
    /// another writer was faster.
    fn put_day_result(
        &self,
        result: &DayResult,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// The orders of the commits that changed on a UTC day what the gateway must agree about, each as often as it has such
    /// commits, oldest first. The index may lag.
    fn reconciled_on(
        &self,
        day: Date,
        page: &PageRequest,
    ) -> impl Future<Output = Result<Page<OrderId>, Failure>> + Send;
}
