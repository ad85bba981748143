//! The run of one day.

use std::collections::BTreeSet;

use domain::{
    ids::OrderId,
    reconciliation::{DayResult, GatewayObject, ObjectKind, Step},
};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

use super::{DISPUTES_BACK_DAYS, RECONCILED_DAYS};
use crate::{
    failure::Failure,
    ports::{Clock, IdGenerator, Made, PaymentGateway, ReconciliationQueue, Store},
};

/// Has each of the last [`RECONCILED_DAYS`] days compared.
///
/// # Errors
/// When the queue does not answer; days that were sent are compared again.
pub async fn reconcile_last_days(
    own: &impl ReconciliationQueue,
    clock: &impl Clock,
) -> Result<(), Failure> {
    let today = day_of(clock.now());
    for back in 1..=RECONCILED_DAYS {
        own.reconcile(before(today, back)).await?;
    }
    Ok(())
}

/// Compares a UTC day that is over, or goes on with it. From `stop_at` on no further object is compared, and a message goes
/// on. Where no gateway is connected nothing is stored.
///
/// # Errors
/// [`Failure::Malformed`] for a day that is not over. When the gateway, the queue or the store does not answer: what was
/// compared before the last page is kept.
pub async fn reconcile_day(
    store: &impl Store,
    gateway: &impl PaymentGateway,
    own: &impl ReconciliationQueue,
    env: &(impl Clock + IdGenerator),
    day: Date,
    stop_at: Timestamp,
) -> Result<(), Failure> {
    let now = env.now();
    if day >= day_of(now) {
        return Err(Failure::Malformed("a day that is not over".to_owned()));
    }
    let stored = store.day_result(day).await?;
    let mut result = stored.unwrap_or_else(|| DayResult::new(day));
    let begun_at = result.begin(now).begun_at;
    let mut run = DayRun {
        store,
        gateway,
        env,
        begun_at,
        stop_at,
        result,
        met: BTreeSet::new(),
        orders_met: BTreeSet::new(),
        is_overtaken: false,
    };
    while let Some(at) = run.result.run.clone() {
        let is_connected = match at.step {
            Step::Payments => run.list(ObjectKind::Payment, at.after).await?,
            Step::Refunds => run.list(ObjectKind::Refund, at.after).await?,
            Step::Disputes => run.list(ObjectKind::Dispute, at.after).await?,
            Step::Ours => run.ours(at.after).await?,
            Step::Again => run.again().await?,
        };
        if !is_connected {
            tracing::info!("no payment gateway is connected");
            return Ok(());
        }
        run.write().await?;
        if run.is_overtaken {
            tracing::info!(%day, "another run compares the day");
            return Ok(());
        }
        if run.result.run.is_some() && run.is_out_of_time() {
            tracing::info!(%day, "out of time; continued in a new message");
            return own.reconcile(day).await;
        }
    }
    run.tell();
    Ok(())
}

/// What one function compares of a day.
pub(super) struct DayRun<'a, S, G, E> {
    pub(super) store: &'a S,
    pub(super) gateway: &'a G,
    pub(super) env: &'a E,
    pub(super) begun_at: Timestamp,
    stop_at: Timestamp,
    pub(super) result: DayResult,
    /// The objects that were compared.
    pub(super) met: BTreeSet<GatewayObject>,
    /// The orders whose objects were.
    pub(super) orders_met: BTreeSet<OrderId>,
    /// Another run has written the result meanwhile: nothing more is written.
    pub(super) is_overtaken: bool,
}

impl<S: Store, G: PaymentGateway, E: Clock + IdGenerator> DayRun<'_, S, G, E> {
    pub(super) fn is_out_of_time(&self) -> bool {
        self.env.now() >= self.stop_at
    }

    /// Whether nothing further is to be compared by this function.
    pub(super) fn is_over(&self) -> bool {
        self.is_overtaken || self.is_out_of_time()
    }

    /// Writes the result over what was read.
    pub(super) async fn write(&mut self) -> Result<(), Failure> {
        if self.is_overtaken {
            return Ok(());
        }
        self.result.version = self.result.version.saturating_add(1);
        self.is_overtaken = !self.store.put_day_result(&self.result).await?;
        Ok(())
    }

    /// When the objects were made that are compared with this day.
    pub(super) fn made(&self, kind: ObjectKind) -> Made {
        let day = self.result.day;
        let is_yesterday = before(day_of(self.begun_at), 1) == day;
        let first = match kind {
            ObjectKind::Dispute if is_yesterday => before(day, DISPUTES_BACK_DAYS),
            ObjectKind::Dispute | ObjectKind::Payment | ObjectKind::Refund => day,
        };
        let next = day.tomorrow().unwrap_or(Date::MAX);
        Made {
            from: midnight(first),
            to: midnight(next),
        }
    }

    /// Tells the log what has come of it. The template makes the metrics from the fields.
    fn tell(&self) {
        let day = self.result.day;
        let open = self.result.open().count();
        let stays_open = self.result.stays_open(self.begun_at);
        let left_out = self.result.left_out;
        if stays_open > 0 {
            tracing::error!(%day, reconciliation_stays_open = stays_open, open, left_out, "differences with the payment gateway stay open");
        }
        tracing::info!(%day, reconciliation_open = open, left_out, "the day is reconciled");
    }
}

/// The UTC day of a time.
fn day_of(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

fn before(day: Date, days: i32) -> Date {
    day.checked_sub(Span::new().days(days)).unwrap_or(Date::MIN)
}

fn midnight(day: Date) -> Timestamp {
    let zoned = day.to_zoned(TimeZone::UTC);
    zoned.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}
