//! Lists the exceptions that are not closed, of all orders.

use app::{
    access::{Permission, Principal},
    ports::{Clock, IdGenerator, OrderStore, PageRequest, Store},
    views::exceptions::{ExceptionFilter, ExceptionPage, ExceptionState},
};
use domain::order::ExceptionKind;

use crate::{
    call::Call,
    cursor::{self, Cursor},
    extract,
    problem::Problem,
    query::Query,
    response::{Request, Response, json},
    route::{Operation, READ, Route, schema},
    walk::{ORDERS_READ_MAX, load_all},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListExceptions,
    name: "listExceptions",
    path: "/api/oms/exceptions",
    permissions: &[Permission::ReadExceptions],
    summary: "List the exceptions that are not closed, by kind, state or owner; oldest order first",
    query: &["kind", "state", "owner", "limit", "cursor"],
    answer: schema::<ExceptionPage>,
    refusals: &[(400, &["bad_cursor"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let page = list(call.store, call.request, &call.principal).await?;
    Ok(json(200, &page)?)
}

/// The index knows which orders have exceptions, so the filters are applied to the orders that are read.
async fn list(
    store: &impl OrderStore,
    request: &Request,
    principal: &Principal,
) -> Result<ExceptionPage, Problem> {
    let query = Query::of(request, ROUTE.query)?;
    let limit = query.limit()?;
    let filter = filter(&query, principal)?;
    let listing = format!("{} {filter:?}", ROUTE.name);
    let mut after = cursor::of_query(&query, &listing)?.after;
    let mut page = ExceptionPage::default();
    let mut orders_read: usize = 0;
    loop {
        let found = u32::try_from(page.exceptions.len()).unwrap_or(limit);
        let request = PageRequest {
            limit: limit.saturating_sub(found),
            after,
        };
        let orders = store.with_exceptions(&request).await?;
        after = orders.next;
        orders_read = orders_read.saturating_add(orders.items.len());
        let orders = load_all(store, orders.items).await?;
        let found = orders.iter().flat_map(|order| filter.select(order));
        page.exceptions.extend(found);
        let is_full = u32::try_from(page.exceptions.len()).is_ok_and(|found| found >= limit);
        if after.is_none() || is_full || orders_read >= ORDERS_READ_MAX {
            break;
        }
    }
    page.next_cursor = after
        .map(|after| cursor::write(&listing, &Cursor::after(after)))
        .transpose()?;
    Ok(page)
}

fn filter(query: &Query, principal: &Principal) -> Result<ExceptionFilter, Problem> {
    let kind = query.get("kind").map(ExceptionKind::from);
    if kind.as_ref().is_some_and(|kind| !kind.is_known()) {
        return Err(extract::unknown("kind", ExceptionKind::KNOWN));
    }
    let state = match query.get("state") {
        None => None,
        Some("open") => Some(ExceptionState::Open),
        Some("taken") => Some(ExceptionState::Taken),
        Some(_) => return Err(extract::unknown("state", &["open", "taken"])),
    };
    let owner = query.get("owner").map(|owner| match owner {
        "me" => principal.subject.clone(),
        owner => owner.to_owned(),
    });
    Ok(ExceptionFilter { kind, state, owner })
}
