//! Finding orders: one box that recognises an order number, an e-mail address or a tracking number; and the listing by status.

use std::borrow::Borrow;

use app::{
    ports::{Clock, IdGenerator, Store},
    views::order_summary::{OrderPage, OrderSummary},
};
use askama::Template;
use domain::order::Status;
use http::Request;
use jiff::Timestamp;
use serde::Serialize;
use web::{Operation, problem::Problem};

use crate::{
    format::{self, Time, amount},
    layout::Layout,
    respond,
    submitted::{Submitted, query},
    visit::{Answer, Visit, permitted},
};

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage<'a> {
    layout: Layout<'a>,
    orders: Vec<OrderSummary>,
    /// What was looked for, in words; none for the listing.
    searched: Option<String>,
    /// The statuses of the filter: name, words, whether it is chosen.
    statuses: Vec<(&'static str, String, bool)>,
    /// The address of the next page.
    next: Option<String>,
    now: Timestamp,
}

/// Lists orders, or leads to the one that was looked for.
pub(crate) async fn show(visit: &Visit<'_, impl Store, impl Clock + IdGenerator>) -> Answer {
    permitted(visit.session, Operation::ListOrders)?;
    let given = Submitted::of_query(visit.request);
    let (search, status, cursor) = (given.get("q"), given.get("status"), given.get("cursor"));
    let (page, searched) = match search {
        None => {
            let query = query([("status", status), ("cursor", cursor)]);
            (list(visit, &query).await?, None)
        }
        Some(text) => {
            let (page, what) = find(visit, text, cursor).await?;
            (page, Some(what))
        }
    };
    if search.is_some()
        && cursor.is_none()
        && page.next_cursor.is_none()
        && let [order] = page.orders.as_slice()
    {
        return Ok(respond::see_other(&format!("/console/orders/{}", order.id)));
    }
    let mut layout = Layout::new(visit.session, "/console/orders", "Orders");
    layout.search = search.unwrap_or_default().to_owned();
    let next = page.next_cursor.as_deref().map(|cursor| {
        let query = query([("q", search), ("status", status), ("cursor", Some(cursor))]);
        format!("/console/orders{query}")
    });
    let page = OrdersPage {
        layout,
        orders: page.orders,
        searched,
        statuses: Status::ALL
            .map(|known| {
                (
                    known.as_str(),
                    format::words(known),
                    status == Some(known.as_str()),
                )
            })
            .to_vec(),
        next,
        now: visit.now,
    };
    Ok(respond::html(200, &page))
}

/// What a text in the search box may be: with an `@` an e-mail address; otherwise an order number, then a tracking number.
async fn find(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    text: &str,
    cursor: Option<&str>,
) -> Result<(OrderPage, String), Problem> {
    if text.contains('@') {
        let query = query([("customer_email", Some(text)), ("cursor", cursor)]);
        return Ok((list(visit, &query).await?, format!("e-mail address {text}")));
    }
    // People write numbers with the sign that shops print before them.
    let number = text.trim_start_matches('#');
    let what = format!("order or tracking number {text}");
    let by_number = list(visit, &query([("number", Some(number))])).await;
    match by_number {
        Ok(page) if !page.orders.is_empty() => return Ok((page, what)),
        // A text that no order number may be can still be a tracking number.
        Err(problem) if problem.status >= 500 => return Err(problem),
        Ok(_) | Err(_) => {}
    }
    Ok((list(visit, &query([("tracking", Some(text))])).await?, what))
}

/// One page of the API's own listing.
pub(crate) async fn list(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    query: &str,
) -> Result<OrderPage, Problem> {
    let request = request("/api/oms/orders", query)?;
    web::list_orders(visit.store, visit.env, &request).await
}

/// A request for a listing of the API.
pub(crate) fn request(path: &str, query: &str) -> Result<Request<Vec<u8>>, Problem> {
    let request = Request::get(format!("{path}{query}")).body(Vec::new());
    request.map_err(|_| Problem::malformed("query", "The address cannot be read."))
}

impl OrdersPage<'_> {
    fn money(&self, minor: impl Borrow<i64>, decimals: impl Borrow<u32>) -> String {
        amount(*minor.borrow(), *decimals.borrow())
    }

    fn time(&self, at: impl Borrow<Timestamp>) -> Time {
        let at = *at.borrow();
        Time { at, now: self.now }
    }

    fn words(&self, name: impl Serialize) -> String {
        format::words(name)
    }
}
