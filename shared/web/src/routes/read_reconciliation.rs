//! Reads the stored results of reconciliation with the payment gateway.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    views::reconciliation::ReconciliationView,
};
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use crate::{
    call::Call,
    problem::Problem,
    query::Query,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

/// The most days that one request reads.
pub const RECONCILIATION_DAYS_MAX: i32 = 31;
/// Days that are read when the request does not say since when.
const DAYS_DEFAULT: i32 = 7;

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ReadReconciliation,
    name: "readReconciliation",
    path: "/api/oms/reconciliation",
    permissions: &[Permission::ReadReconciliation],
    summary: "Read in what the payment gateway's lists and our ledger differ, day by day (UTC), at most 31 days; without \
              parameters the last 7 that are over",
    query: &["from", "to"],
    answer: schema::<ReconciliationView>,
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let query = Query::of(call.request, ROUTE.query)?;
    let rule = "a day, as in 2026-11-22";
    let to = match query.parsed::<Date>("to", rule)? {
        Some(to) => to,
        None => back(call.env.now().to_zoned(TimeZone::UTC).date(), 1),
    };
    let from = match query.parsed::<Date>("from", rule)? {
        Some(from) => from,
        None => back(to, DAYS_DEFAULT.saturating_sub(1)),
    };
    if from > to {
        return Err(Problem::malformed("from", "`from` is not later than `to`."));
    }
    if from < back(to, RECONCILIATION_DAYS_MAX.saturating_sub(1)) {
        let rule = format!("`from` and `to` span at most {RECONCILIATION_DAYS_MAX} days.");
        return Err(Problem::malformed("from", rule));
    }
    let results = call.store.day_results(from, to).await?;
    Ok(json(200, &ReconciliationView::of(from, to, results))?)
}

fn back(day: Date, days: i32) -> Date {
    day.checked_sub(days.days()).unwrap_or(Date::MIN)
}
