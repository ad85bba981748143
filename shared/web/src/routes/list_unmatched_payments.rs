//! Lists payments that no order names.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, PageRequest, Store, UnmatchedState, UnmatchedStore},
    views::unmatched_payments::{UnmatchedPaymentPage, UnmatchedPaymentView},
};

use crate::{
    call::Call,
    cursor::{self, Cursor},
    personal_data::{PERSONAL_DATA, asked},
    problem::Problem,
    query::Query,
    response::{Request, Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ListUnmatchedPayments,
    name: "listUnmatchedPayments",
    path: "/api/oms/unmatched_payments",
    permissions: &[Permission::ReadExceptions],
    summary: "List payments that no order names, the oldest first: those that are open, or those that were closed",
    query: &["closed", PERSONAL_DATA, "limit", "cursor"],
    answer: schema::<UnmatchedPaymentPage>,
    refusals: &[(400, &["bad_cursor", "bad_reason"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let query = Query::of(call.request, ROUTE.query)?;
    let access = asked(call, &query, &ROUTE)?;
    let page = page_of(call.store, &query, access.is_some()).await?;
    if let Some(access) = &access {
        access.log(call.store, call.env, None).await?;
    }
    Ok(json(200, &page)?)
}

/// One page of the unmatched payments that the query of a request asks for, without notes.
///
/// # Errors
/// What is wrong with the query, or that the store does not answer.
pub async fn list(
    store: &impl UnmatchedStore,
    request: &Request,
) -> Result<UnmatchedPaymentPage, Problem> {
    page_of(store, &Query::of(request, ROUTE.query)?, false).await
}

async fn page_of(
    store: &impl UnmatchedStore,
    query: &Query,
    with_notes: bool,
) -> Result<UnmatchedPaymentPage, Problem> {
    let limit = query.limit()?;
    let state = if query.switch("closed")? {
        UnmatchedState::Closed
    } else {
        UnmatchedState::Open
    };
    let listing = format!("{} {state:?}", ROUTE.name);
    let after = cursor::of_query(query, &listing)?.after;
    let page = PageRequest { limit, after };
    let page = store.unmatched_payments(state, None, &page).await?;
    let next_cursor = page
        .next
        .map(|after| cursor::write(&listing, &Cursor::after(after)))
        .transpose()?;
    let payments = page.items.into_iter();
    Ok(UnmatchedPaymentPage {
        payments: payments
            .map(|payment| UnmatchedPaymentView::of(payment, with_notes))
            .collect(),
        next_cursor,
    })
}
