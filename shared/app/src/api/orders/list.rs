//! Finding orders: by customer, number, tracking number or status, page by page.

use std::collections::VecDeque;

use domain::{
    change::Reference,
    ids::{OrderId, OrderNumber, ShopId},
    order::{Order, Status},
};
use futures_util::future::try_join_all;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use super::summary::OrderSummary;
use crate::{
    api::{
        cursor::{self, Place},
        http::Request,
        problem::Problem,
        query::Query,
    },
    ports::{Ambient, OrderStore, Page},
};

/// Index reads for one page at most: a listing of a quiet status walks back day by day, and goes on with a cursor
/// where it stopped.
const READS_MAX: u32 = 60;
/// How far back a listing by status goes unless told, in days.
const DAYS_BACK: i32 = 366;
/// The filters, of which at most one is given.
const FILTERS: [&str; 4] = ["customer_email", "status", "number", "tracking"];
/// Every parameter.
pub(in crate::api) const PARAMETERS: [&str; 8] = [
    "customer_email",
    "status",
    "number",
    "shop",
    "tracking",
    "since",
    "limit",
    "cursor",
];

/// One page of orders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrderPage {
    /// The orders, newest first; by status: newest days first.
    pub orders: Vec<OrderSummary>,
    /// Where the page ended; none: there is no more. A page may be empty and still have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Lists orders.
pub(in crate::api) async fn list(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    request: &Request,
) -> Result<OrderPage, Problem> {
    let query = Query::of(request, &PARAMETERS)?;
    let given: Vec<&str> = FILTERS
        .into_iter()
        .filter(|name| query.get(name).is_some())
        .collect();
    if given.len() > 1 {
        return Err(Problem::malformed(
            given[1],
            format!("Give one of {}.", FILTERS.join(", ")),
        ));
    }
    let limit = query.limit()?;
    match given.first() {
        Some(&"customer_email") => of_customer(store, &query, limit).await,
        Some(&"number") => {
            let number: Option<OrderNumber> = query.parsed("number", "an order number")?;
            let shop: Option<ShopId> = query.parsed("shop", "a shop id")?;
            let shop = shop.map_or_else(|| "default".to_owned(), |shop| shop.to_string());
            let number = number.map_or_else(String::new, |number| number.to_string());
            found(store, &query, Reference::Number(format!("{shop}/{number}"))).await
        }
        Some(&"tracking") => {
            let number = query.get("tracking").unwrap_or_default().to_owned();
            found(store, &query, Reference::Tracking(number)).await
        }
        _ => of_status(store, ambient, &query, limit).await,
    }
}

/// The order that a name leads to, as a page of one or none.
async fn found(
    store: &impl OrderStore,
    query: &Query,
    reference: Reference,
) -> Result<OrderPage, Problem> {
    if query.get("cursor").is_some() {
        return Err(
            Problem::new(400, "bad_cursor", "This listing has one page only.").about("cursor"),
        );
    }
    let id = store.find(&reference).await?;
    let orders = load(store, id.into_iter().collect()).await?;
    Ok(OrderPage {
        orders: orders.iter().map(OrderSummary::of).collect(),
        next_cursor: None,
    })
}

async fn of_customer(
    store: &impl OrderStore,
    query: &Query,
    limit: u32,
) -> Result<OrderPage, Problem> {
    let email = query
        .get("customer_email")
        .unwrap_or_default()
        .to_lowercase();
    let question = format!("customer_email={email}");
    let place = query
        .get("cursor")
        .map(|text| cursor::read(&question, text))
        .transpose()?
        .unwrap_or_default();
    let listed = store
        .of_customer(
            &email,
            &Page {
                limit,
                after: place.after,
            },
        )
        .await?;
    let orders = load(store, listed.items).await?;
    let next = listed.next.map(|after| Place {
        after: Some(after),
        ..Place::default()
    });
    Ok(OrderPage {
        orders: orders.iter().map(OrderSummary::of).collect(),
        next_cursor: next
            .map(|place| cursor::write(&question, &place))
            .transpose()?,
    })
}

async fn of_status(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    query: &Query,
    limit: u32,
) -> Result<OrderPage, Problem> {
    let name = query.get("status");
    let statuses = name.map_or_else(|| Status::ALL.to_vec(), Status::named);
    if statuses.is_empty() {
        let names = Status::ALL.map(Status::as_str).join(", ");
        return Err(Problem::malformed(
            "status",
            format!("`status` is one of {names}, or an alias of one."),
        ));
    }
    let today = ambient.now().to_zoned(TimeZone::UTC).date();
    let since: Option<Date> = query.parsed("since", "a day, e.g. 2026-11-22")?;
    let question = format!("status={};since={since:?}", name.unwrap_or_default());
    let place = query
        .get("cursor")
        .map(|text| cursor::read(&question, text))
        .transpose()?
        .unwrap_or_default();
    let since = since.unwrap_or_else(|| today.saturating_sub(DAYS_BACK.days()));
    // A shop's clock may run ahead of ours.
    let first = place
        .day
        .unwrap_or_else(|| today.tomorrow().unwrap_or(today));
    let mut walk = Walk {
        statuses,
        place: Place {
            day: Some(first),
            ..place
        },
        since,
    };
    let mut orders = Vec::new();
    for _ in 0..READS_MAX {
        let left = limit.saturating_sub(u32::try_from(orders.len()).unwrap_or(limit));
        let Some((status, day)) = walk.stand().filter(|_| left > 0) else {
            break;
        };
        let listed = store
            .of_status(
                status,
                day,
                &Page {
                    limit: left,
                    after: walk.place.after.take(),
                },
            )
            .await?;
        // The index may lag, so the order itself has the last word.
        let here = load(store, listed.items)
            .await?
            .into_iter()
            .filter(|order| is_named(order, name));
        orders.extend(here.map(|order| OrderSummary::of(&order)));
        walk.on(listed.next);
    }
    let more = walk.stand().is_some();
    let next_cursor = more
        .then(|| cursor::write(&question, &walk.place))
        .transpose()?;
    Ok(OrderPage {
        orders,
        next_cursor,
    })
}

/// Whether an order has the status that was asked for, by our name or by its alias.
fn is_named(order: &Order, name: Option<&str>) -> bool {
    let status = order.state.status;
    name.is_none_or(|name| {
        status.as_str() == name || status.alias(order.is_ready()) == name.to_ascii_uppercase()
    })
}

/// A walk back through the days, status by status.
struct Walk {
    statuses: Vec<Status>,
    place: Place,
    since: Date,
}

impl Walk {
    /// Where the walk stands; none: it is over.
    fn stand(&self) -> Option<(Status, Date)> {
        let day = self.place.day.filter(|day| *day >= self.since)?;
        Some((*self.statuses.get(self.place.status)?, day))
    }

    /// One step on: the next page of the same status and day, the next status, the day before.
    fn on(&mut self, next: Option<String>) {
        self.place.after = next;
        if self.place.after.is_none() {
            self.place.status = self.place.status.saturating_add(1);
            if self.place.status >= self.statuses.len() {
                self.place.status = 0;
                self.place.day = self.place.day.and_then(|day| day.yesterday().ok());
            }
        }
    }
}

/// Orders read at one time at most.
const READ_AT_ONCE: usize = 20;

/// Reads orders, a few at a time, in the order of their ids. One that is gone is left out.
async fn load(store: &impl OrderStore, ids: Vec<OrderId>) -> Result<Vec<Order>, Problem> {
    let mut ids = VecDeque::from(ids);
    let mut orders = Vec::with_capacity(ids.len());
    while !ids.is_empty() {
        let some = ids.drain(..ids.len().min(READ_AT_ONCE));
        orders.extend(
            try_join_all(some.map(|id| store.load(id)))
                .await?
                .into_iter()
                .flatten(),
        );
    }
    Ok(orders)
}
