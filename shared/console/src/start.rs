//! The start page: what waits for a person, and how long the oldest has waited. Counts are of the first page of a listing: a
//! longer queue is shown as "100+", and nothing is scanned.

use std::{borrow::Borrow, collections::BTreeMap};

use app::{
    access::permission_to_work_on,
    ports::{Clock, IdGenerator, Store},
    views::exceptions::ExceptionEntry,
};
use askama::Template;
use jiff::Timestamp;
use web::{Operation, problem::Problem};

use crate::{
    exceptions,
    format::{Time, words},
    layout::{Layout, may},
    lists::{backorder_page, unmatched_page},
    order_list, respond,
    submitted::query,
    visit::{Answer, Visit},
};

/// The most entries that are counted.
const COUNTED_MAX: &str = "?limit=100";

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'a> {
    layout: Layout<'a>,
    groups: Vec<Group>,
    now: Timestamp,
}

/// Queues that belong together.
struct Group {
    name: &'static str,
    queues: Vec<Queue>,
}

/// A queue.
struct Queue {
    name: String,
    path: String,
    count: String,
    oldest: Option<Timestamp>,
    hint: String,
}

/// Shows what waits.
pub(crate) async fn show(visit: &Visit<'_, impl Store, impl Clock + IdGenerator>) -> Answer {
    let mut groups = Vec::new();
    let principal = &visit.session.principal;
    if may(principal, Operation::ListExceptions) {
        groups.extend(exception_groups(visit).await?);
    }
    let mut others = Vec::new();
    if may(principal, Operation::ListOrders) {
        others.push(on_hold(visit).await?);
    }
    if may(principal, Operation::ListBackorders) {
        others.push(backorders(visit).await?);
    }
    if may(principal, Operation::ListUnmatchedPayments) {
        others.push(unmatched(visit).await?);
    }
    groups.push(Group {
        name: "Orders, stock and payments",
        queues: others,
    });
    groups.retain(|group| !group.queues.is_empty());
    let page = StartPage {
        layout: Layout::new(visit.session, "/console", "What waits"),
        groups,
        now: visit.now,
    };
    Ok(respond::html(200, &page))
}

fn count(number: usize, has_more: bool) -> String {
    format!("{number}{}", if has_more { "+" } else { "" })
}

async fn exception_groups(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Vec<Group>, Problem> {
    let page = exceptions::list(visit, COUNTED_MAX).await?;
    let has_more = page.next_cursor.is_some();
    let principal = &visit.session.principal;
    let mut kinds: BTreeMap<&str, Vec<&ExceptionEntry>> = BTreeMap::new();
    for entry in &page.exceptions {
        let kind = entry.exception.exception.kind.as_str();
        kinds.entry(kind).or_default().push(entry);
    }
    let mut mine = Vec::new();
    let mut others = Vec::new();
    for (kind, entries) in kinds {
        let oldest = entries
            .iter()
            .map(|entry| entry.exception.exception.at)
            .min();
        let taken = entries
            .iter()
            .filter(|entry| entry.exception.exception.owner.is_some());
        let taken = taken.count();
        let queue = Queue {
            name: words(kind),
            path: format!("/console/exceptions{}", query([("kind", Some(kind))])),
            count: count(entries.len(), has_more),
            oldest,
            hint: if taken > 0 {
                format!("{taken} taken")
            } else {
                String::new()
            },
        };
        let needed = entries
            .first()
            .map(|entry| permission_to_work_on(&entry.exception.exception.kind));
        if needed.is_some_and(|needed| principal.may(needed)) {
            mine.push(queue);
        } else {
            others.push(queue);
        }
    }
    let own = page.exceptions.iter().filter(|entry| {
        entry.exception.exception.owner.as_deref() == Some(principal.subject.as_str())
    });
    let own: Vec<_> = own.collect();
    if !own.is_empty() {
        let queue = Queue {
            name: "Taken by you".to_owned(),
            path: "/console/exceptions?owner=me".to_owned(),
            count: count(own.len(), has_more),
            oldest: own.iter().map(|entry| entry.exception.exception.at).min(),
            hint: String::new(),
        };
        mine.insert(0, queue);
    }
    Ok(vec![
        Group {
            name: "Exceptions for you to work on",
            queues: mine,
        },
        Group {
            name: "Exceptions that others work on",
            queues: others,
        },
    ])
}

async fn on_hold(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Queue, Problem> {
    let page = order_list::list(visit, COUNTED_MAX).await?;
    let held: Vec<_> = page.orders.iter().filter(|order| order.on_hold).collect();
    Ok(Queue {
        name: "On hold".to_owned(),
        path: "/console/orders".to_owned(),
        count: count(held.len(), false),
        oldest: held.iter().map(|order| order.placed_at).min(),
        hint: format!("of the newest {} orders", page.orders.len()),
    })
}

async fn backorders(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Queue, Problem> {
    let page = backorder_page(visit, COUNTED_MAX).await?;
    Ok(Queue {
        name: "Waiting for stock".to_owned(),
        path: "/console/backorders".to_owned(),
        count: count(
            page.skus.unwrap_or_default().len(),
            page.next_cursor.is_some(),
        ),
        oldest: None,
        hint: "SKUs".to_owned(),
    })
}

async fn unmatched(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Queue, Problem> {
    let page = unmatched_page(visit, COUNTED_MAX).await?;
    Ok(Queue {
        name: "Unmatched payments".to_owned(),
        path: "/console/unmatched".to_owned(),
        count: count(page.payments.len(), page.next_cursor.is_some()),
        oldest: page.payments.iter().map(|payment| payment.since).min(),
        hint: String::new(),
    })
}

impl StartPage<'_> {
    fn time(&self, at: impl Borrow<Timestamp>) -> Time {
        let at = *at.borrow();
        Time { at, now: self.now }
    }
}
