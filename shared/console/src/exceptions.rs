//! The queue of exceptions: by kind, state and owner, oldest order first.

use std::borrow::Borrow;

use app::{
    ports::{Clock, IdGenerator, Store},
    views::exceptions::{ExceptionEntry, ExceptionPage},
};
use askama::Template;
use domain::order::ExceptionKind;
use jiff::Timestamp;
use web::{Operation, problem::Problem};

use crate::{
    format::{Time, words},
    layout::Layout,
    order_list::request,
    pages::{Answer, Visit, permitted},
    respond,
    submitted::{Submitted, query},
};

#[derive(Template)]
#[template(path = "exceptions.html")]
struct ExceptionsPage<'a> {
    layout: Layout<'a>,
    exceptions: Vec<ExceptionEntry>,
    /// Kinds of the filter: name, words, whether it is chosen.
    kinds: Vec<(&'static str, String, bool)>,
    /// `open`, `taken` or empty.
    state: String,
    is_mine: bool,
    next: Option<String>,
    now: Timestamp,
}

/// Lists the exceptions that are not closed.
pub(crate) async fn show(visit: &Visit<'_, impl Store, impl Clock + IdGenerator>) -> Answer {
    let given = Submitted::of_query(visit.request);
    let names = ["kind", "state", "owner"];
    let filters = || names.into_iter().map(|name| (name, given.get(name)));
    let page = list(
        visit,
        &query(filters().chain([("cursor", given.get("cursor"))])),
    )
    .await?;
    let next = page.next_cursor.as_deref().map(|cursor| {
        let query = query(filters().chain([("cursor", Some(cursor))]));
        format!("/console/exceptions{query}")
    });
    let kind = given.get("kind");
    let page = ExceptionsPage {
        layout: Layout::new(visit.session, "/console/exceptions", "Exceptions"),
        exceptions: page.exceptions,
        kinds: ExceptionKind::KNOWN
            .iter()
            .map(|name| (*name, words(name), kind == Some(*name)))
            .collect(),
        state: given.get("state").unwrap_or_default().to_owned(),
        is_mine: given.get("owner") == Some("me"),
        next,
        now: visit.now,
    };
    Ok(respond::html(200, &page))
}

/// One page of the API's own listing.
pub(crate) async fn list(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    query: &str,
) -> Result<ExceptionPage, Problem> {
    permitted(visit.session, Operation::ListExceptions)?;
    let request = request("/api/oms/exceptions", query)?;
    web::list_exceptions(visit.store, &request, &visit.session.principal).await
}

impl ExceptionsPage<'_> {
    fn time(&self, at: impl Borrow<Timestamp>) -> Time {
        let at = *at.borrow();
        Time { at, now: self.now }
    }

    fn words(&self, name: &str) -> String {
        words(name)
    }

    fn stock(&self, sku: &str) -> String {
        format!("/console/stock{}", query([("sku", Some(sku))]))
    }
}
