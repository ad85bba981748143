//! The queue of exceptions: by kind, state and owner, oldest order first.

use std::borrow::Borrow;

use app::{
    ports::{Clock, IdGenerator, Store},
    views::exceptions::{ExceptionEntry, ExceptionPage},
};
use askama::Template;
use domain::order::{ExceptionKind, ExceptionOutcome};
use jiff::Timestamp;
use web::{Operation, problem::Problem};

use crate::{
    format::{Time, words},
    forms::{Field, FieldKind, Form, deliberate},
    layout::{Layout, Notice},
    order_list::request,
    refusal::Refusal,
    respond,
    submitted::{Submitted, query, segment},
    visit::{Answer, Visit, permitted},
};

#[derive(Template)]
#[template(path = "exceptions.html")]
struct ExceptionsPage<'a> {
    layout: Layout<'a>,
    /// Those about stock with their forms; those of an order are worked on at the order.
    rows: Vec<(ExceptionEntry, Vec<Form>)>,
    /// Kinds of the filter: name, words, whether it is chosen.
    kinds: Vec<(&'static str, String, bool)>,
    /// `open`, `taken` or empty.
    state: String,
    is_mine: bool,
    next: Option<String>,
    now: Timestamp,
}

/// Lists the exceptions that are not closed; after a form that was refused, with the reason.
pub(crate) async fn show(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    refused: Option<&Refusal>,
) -> Answer {
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
    let mut layout = Layout::new(visit.session, "/console/exceptions", "Exceptions");
    layout.notice = match (refused, given.get("done")) {
        (Some(refusal), _) => Some(Notice::refused(refusal)),
        (None, Some("take")) => Some(Notice::done("You have taken the exception.")),
        (None, Some(_)) => Some(Notice::done("The exception is closed.")),
        (None, None) => None,
    };
    let rows = page.exceptions.into_iter().map(|entry| {
        let forms = stock_forms(visit, &entry);
        (entry, forms)
    });
    let page = ExceptionsPage {
        layout,
        rows: rows.collect(),
        kinds: ExceptionKind::KNOWN
            .iter()
            .map(|name| (*name, words(name), kind == Some(*name)))
            .collect(),
        state: given.get("state").unwrap_or_default().to_owned(),
        is_mine: given.get("owner") == Some("me"),
        next,
        now: visit.now,
    };
    Ok(respond::html(
        refused.map_or(200, |refusal| refusal.status),
        &page,
    ))
}

/// The forms of an exception about stock, for a user who may work on it.
fn stock_forms<S, E: IdGenerator>(visit: &Visit<'_, S, E>, entry: &ExceptionEntry) -> Vec<Form> {
    let (Some(sku), Some(location)) = (&entry.sku, &entry.location) else {
        return Vec::new();
    };
    let open = &entry.exception.exception;
    let principal = &visit.session.principal;
    if !principal.may_work_on(&open.kind) {
        return Vec::new();
    }
    let form = |name: &str, title, button| {
        let (place, sku) = (segment(location.as_str()), segment(sku.as_str()));
        let target = format!(
            "/console/locations/{place}/exceptions/{}/{name}/{sku}",
            open.id
        );
        let id = format!("{name}-{}-{place}-{}", open.id, hex::encode(sku));
        Form::new(visit.env, id, target, title, button)
    };
    let outcomes = [
        ExceptionOutcome::Resolved,
        ExceptionOutcome::NoAction,
        ExceptionOutcome::NoLongerTrue,
    ];
    let outcomes = deliberate(outcomes.iter().map(ExceptionOutcome::as_str));
    let mut forms = Vec::new();
    if open.owner.as_deref() != Some(principal.subject.as_str()) {
        forms.push(form("take", "Take", "Take"));
    }
    forms.push(form("close", "Close", "Close exception").with([
        Field::new("outcome", "Outcome", outcomes).required(),
        Field::note(),
    ]));
    forms
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
