//! Backorders, unmatched payments, and the help.

use std::borrow::Borrow;

use app::{
    ports::{Clock, IdGenerator, Store},
    views::{
        stock::BackorderPage,
        unmatched_payments::{UnmatchedPaymentPage, UnmatchedPaymentView},
    },
};
use askama::Template;
use jiff::Timestamp;
use web::{Operation, problem::Problem};

use crate::{
    Session,
    format::{Time, amount, words},
    forms::{Field, FieldKind, Form},
    layout::{Layout, Notice, may},
    order_list::request,
    refusal::Refusal,
    respond,
    submitted::{Submitted, query, segment},
    visit::{Answer, Visit, permitted},
};

#[derive(Template)]
#[template(path = "backorders.html")]
struct BackordersPage<'a> {
    layout: Layout<'a>,
    page: BackorderPage,
    next: Option<String>,
    now: Timestamp,
}

#[derive(Template)]
#[template(path = "unmatched.html")]
struct UnmatchedPage<'a> {
    layout: Layout<'a>,
    rows: Vec<(UnmatchedPaymentView, Vec<Form>)>,
    next: Option<String>,
    now: Timestamp,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage<'a> {
    layout: Layout<'a>,
}

/// The SKUs that have backorders, or the queue of one.
pub(crate) async fn backorders(visit: &Visit<'_, impl Store, impl Clock + IdGenerator>) -> Answer {
    let given = Submitted::of_query(visit.request);
    let (sku, cursor) = (given.get("sku"), given.get("cursor"));
    let page = backorder_page(visit, &query([("sku", sku), ("cursor", cursor)])).await?;
    let title = sku.map_or("Backorders".to_owned(), |sku| {
        format!("Backorders of {sku}")
    });
    let page = BackordersPage {
        layout: Layout::new(visit.session, "/console/backorders", title),
        next: next("/console/backorders", page.next_cursor.as_deref()),
        page,
        now: visit.now,
    };
    Ok(respond::html(200, &page))
}

/// One page of the API's own listing.
pub(crate) async fn backorder_page(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    query: &str,
) -> Result<BackorderPage, Problem> {
    permitted(visit.session, Operation::ListBackorders)?;
    let request = request("/api/oms/backorders", query)?;
    web::list_backorders(visit.store, &request).await
}

/// Payments that no order names; after a form that was refused, with the reason.
pub(crate) async fn unmatched(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    refused: Option<&Refusal>,
) -> Answer {
    let given = Submitted::of_query(visit.request);
    let page = unmatched_page(visit, &query([("cursor", given.get("cursor"))])).await?;
    let mut layout = Layout::new(visit.session, "/console/unmatched", "Unmatched payments");
    layout.notice = match refused {
        Some(refusal) => Some(Notice::refused(refusal)),
        None => given
            .get("done")
            .map(|_| Notice::done("The payment is closed.")),
    };
    let may_close = may(&visit.session.principal, Operation::CloseUnmatchedPayment);
    let form = |payment: &str| {
        let target = format!("/console/unmatched_payments/close/{}", segment(payment));
        Form::new(
            visit.env,
            format!("close-{}", hex::encode(payment)),
            target,
            "Close",
            "Close payment",
        )
        .hinted("An order that names it later gets it all the same.")
        .with([Field::note()])
    };
    let rows = page.payments.into_iter().map(|payment| {
        let forms = may_close.then(|| form(&payment.payment));
        (payment, forms.into_iter().collect())
    });
    let page = UnmatchedPage {
        layout,
        next: next("/console/unmatched", page.next_cursor.as_deref()),
        rows: rows.collect(),
        now: visit.now,
    };
    Ok(respond::html(
        refused.map_or(200, |refusal| refusal.status),
        &page,
    ))
}

/// One page of the API's own listing.
pub(crate) async fn unmatched_page(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    query: &str,
) -> Result<UnmatchedPaymentPage, Problem> {
    permitted(visit.session, Operation::ListUnmatchedPayments)?;
    let request = request("/api/oms/unmatched_payments", query)?;
    web::list_unmatched_payments(visit.store, &request).await
}

/// What the keys do.
pub(crate) fn help<S, E>(visit: &Visit<'_, S, E>) -> Answer {
    let session: &Session = visit.session;
    let layout = Layout::new(session, "/console/help", "Help");
    Ok(respond::html(200, &HelpPage { layout }))
}

fn next(path: &str, cursor: Option<&str>) -> Option<String> {
    cursor.map(|cursor| format!("{path}{}", query([("cursor", Some(cursor))])))
}

impl BackordersPage<'_> {
    fn time(&self, at: impl Borrow<Timestamp>) -> Time {
        let at = *at.borrow();
        Time { at, now: self.now }
    }

    fn queue(&self, sku: &str) -> String {
        format!("/console/backorders{}", query([("sku", Some(sku))]))
    }

    fn stock(&self, sku: &str) -> String {
        format!("/console/stock{}", query([("sku", Some(sku))]))
    }
}

impl UnmatchedPage<'_> {
    fn time(&self, at: impl Borrow<Timestamp>) -> Time {
        let at = *at.borrow();
        Time { at, now: self.now }
    }

    fn words(&self, name: &str) -> String {
        words(name)
    }

    fn money(&self, event: &app::views::unmatched_payments::PaymentEventView) -> String {
        match (event.amount, event.currency) {
            (Some(minor), Some(currency)) => {
                format!("{} {currency}", amount(minor, currency.decimals()))
            }
            (Some(_), None) | (None, _) => "–".to_owned(),
        }
    }
}
