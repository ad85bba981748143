//! Lists the exceptions that are not closed, of all orders and stock levels.

use app::{
    access::{Permission, Principal},
    ports::{Clock, IdGenerator, PageRequest, Store},
    views::exceptions::{ExceptionEntry, ExceptionFilter, ExceptionPage, ExceptionState},
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
    summary: "List the exceptions that are not closed, by kind, state or owner: of orders, the oldest first, then about stock",
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

/// Where a listing goes on: the exceptions of orders come first. A cursor has the part and the position in it.
enum Position {
    Orders(Option<String>),
    Stock(Option<String>),
    End,
}

const ORDERS_PART: &str = "orders ";
const STOCK_PART: &str = "stock ";

impl Position {
    fn read(cursor: Cursor) -> Self {
        let Some(text) = cursor.after else {
            return Self::Orders(None);
        };
        // Cursors are ours: their checksum has been compared.
        let after = |rest: &str| (!rest.is_empty()).then(|| rest.to_owned());
        match text.strip_prefix(STOCK_PART) {
            Some(rest) => Self::Stock(after(rest)),
            None => Self::Orders(text.strip_prefix(ORDERS_PART).and_then(after)),
        }
    }

    fn write(self, listing: &str) -> Result<Option<String>, Problem> {
        let (part, after) = match self {
            Self::Orders(after) => (ORDERS_PART, after),
            Self::Stock(after) => (STOCK_PART, after),
            Self::End => return Ok(None),
        };
        let text = format!("{part}{}", after.unwrap_or_default());
        cursor::write(listing, &Cursor::after(text)).map(Some)
    }
}

/// One page of the exceptions that the query of a request asks for. The index knows which orders have exceptions, so the
/// filters are applied to the orders that are read.
///
/// # Errors
/// What is wrong with the query, or that the store does not answer.
pub async fn list(
    store: &impl Store,
    request: &Request,
    principal: &Principal,
) -> Result<ExceptionPage, Problem> {
    let query = Query::of(request, ROUTE.query)?;
    let limit = query.limit()?;
    let filter = filter(&query, principal)?;
    let listing = format!("{} {filter:?}", ROUTE.name);
    let mut position = Position::read(cursor::of_query(&query, &listing)?);
    let mut page = ExceptionPage::default();
    let mut read: usize = 0;
    loop {
        let found = u32::try_from(page.exceptions.len()).unwrap_or(limit);
        let limit = limit.saturating_sub(found);
        let is_end = matches!(position, Position::End);
        if is_end || limit == 0 || read >= ORDERS_READ_MAX {
            break;
        }
        let (found, items, next) = next_part(store, &filter, limit, position).await?;
        page.exceptions.extend(found);
        read = read.saturating_add(items);
        position = next;
    }
    page.next_cursor = position.write(&listing)?;
    Ok(page)
}

/// What one request to the store finds, how many items it read, and where to go on.
async fn next_part(
    store: &impl Store,
    filter: &ExceptionFilter,
    limit: u32,
    position: Position,
) -> Result<(Vec<ExceptionEntry>, usize, Position), Problem> {
    match position {
        Position::Orders(after) => {
            let orders = store.with_exceptions(&PageRequest { limit, after }).await?;
            let read = orders.items.len();
            let next = match orders.next {
                None => Position::Stock(None),
                after => Position::Orders(after),
            };
            let orders = load_all(store, orders.items).await?;
            let found = orders.iter().flat_map(|order| filter.select(order));
            Ok((found.collect(), read, next))
        }
        Position::Stock(after) => {
            let open = store
                .stock_exceptions(&PageRequest { limit, after })
                .await?;
            // A page may be empty, when all that were read are closed.
            let read = usize::try_from(limit).unwrap_or(usize::MAX);
            let next = match open.next {
                None => Position::End,
                after => Position::Stock(after),
            };
            let open = open.items.into_iter();
            let found = open.filter_map(|open| filter.select_stock(open));
            Ok((found.collect(), read, next))
        }
        Position::End => Ok((Vec::new(), 0, Position::End)),
    }
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
