//! Reads who has seen whose personal data.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, PageRequest, Store},
    views::access_log::AccessLogPage,
};
use domain::ids::OrderId;
use jiff::{civil::Date, tz::TimeZone};

use crate::{
    call::Call,
    cursor::{self, Cursor},
    problem::Problem,
    query::Query,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ReadAccessLog,
    name: "readAccessLog",
    path: "/api/oms/access_log",
    permissions: &[Permission::ReadAccessLog],
    summary: "Read who has seen personal data, of a day (UTC; today without parameters) or of an order, newest first",
    query: &["day", "order", "limit", "cursor"],
    answer: schema::<AccessLogPage>,
    refusals: &[(400, &["bad_cursor"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let query = Query::of(call.request, ROUTE.query)?;
    let limit = query.limit()?;
    let order: Option<OrderId> = query.parsed("order", "the id of an order")?;
    let day: Option<Date> = query.parsed("day", "a day, as in 2026-11-22")?;
    if order.is_some() && day.is_some() {
        return Err(Problem::malformed(
            "day",
            "Give `day` or `order`, not both.",
        ));
    }
    // A listing of today that goes on after midnight stays on its day.
    let today = call.env.now().to_zoned(TimeZone::UTC).date();
    let listing = match (order, day) {
        (Some(order), _) => format!("{} {order}", ROUTE.name),
        (None, Some(day)) => format!("{} {day}", ROUTE.name),
        (None, None) => format!("{} of today", ROUTE.name),
    };
    let Cursor {
        after,
        day: begun_on,
        ..
    } = cursor::of_query(&query, &listing)?;
    let day = day.or(begun_on).unwrap_or(today);
    let page = PageRequest { limit, after };
    let page = match order {
        Some(order) => call.store.accesses_of_order(order, &page).await?,
        None => call.store.accesses_on(day, &page).await?,
    };
    let next = |after| {
        let cursor = Cursor {
            day: Some(day),
            ..Cursor::after(after)
        };
        cursor::write(&listing, &cursor)
    };
    let view = AccessLogPage {
        entries: page.items,
        next_cursor: page.next.map(next).transpose()?,
    };
    Ok(json(200, &view)?)
}
