//! Tells locations what to ship, and what to cancel.
//!
//! First the order says that the locations are being told, then they are told. If we die in between, the same
//! messages are sent again, by the next delivery or by the sweep: they carry the same ids, so a location knows
//! them. What a location has accepted is not sent again.

use domain::{
    command::Command,
    ids::OrderId,
    location::Location,
    order::{Cause, Commit, Event, FulfillmentOrder, FulfillmentStatus, Order},
};
use futures_util::future::join_all;

use crate::{
    failure::Failure,
    messages::Message,
    ports::{Ambient, ConfigStore, Courier, Errand, OrderStore},
    settle::{Asked, settle},
};

/// Handles the body of a message on dispatch's queue.
///
/// # Errors
/// [`Failure::Malformed`] when it is about no order, and as [`dispatch`].
pub async fn on_message(
    store: &(impl OrderStore + ConfigStore),
    courier: &impl Courier,
    ambient: &impl Ambient,
    body: &str,
) -> Result<(), Failure> {
    let (order, trigger) = Message::read(body)?.about_order()?;
    dispatch(store, courier, ambient, order, &trigger).await
}

/// Tells each location of an order what it has not been told, or has not accepted yet. A location that cannot be
/// reached keeps none of the others from being told.
///
/// # Errors
/// [`Failure::NotFound`]; [`Failure::Inconsistent`] when the customer or a location of the order is gone; the
/// first error of the courier, when all have been tried.
pub async fn dispatch(
    store: &(impl OrderStore + ConfigStore),
    courier: &impl Courier,
    ambient: &impl Ambient,
    id: OrderId,
    trigger: &Cause,
) -> Result<(), Failure> {
    let asked = Asked::due("dispatch", trigger);
    let order = settle(store, ambient, id, &asked, what_is_planned)
        .await?
        .order()?;
    let errands = errands(store, &order).await?;
    if errands.is_empty() {
        tracing::info!(order_id = %id, "nothing to tell any location");
        return Ok(());
    }
    let locations = store.locations().await?;
    let told = join_all(errands.iter().map(|todo| tell(courier, &locations, todo))).await;
    told.into_iter().collect()
}

fn what_is_planned(order: &Order) -> Option<Command> {
    let planned = order
        .state
        .fulfillment_orders
        .iter()
        .any(|f| f.status == FulfillmentStatus::Planned);
    (planned && order.is_ready()).then_some(Command::RequestFulfillment)
}

/// What one location is told about one fulfillment order, in this order.
struct Todo<'a> {
    fulfillment_order: &'a FulfillmentOrder,
    errands: Vec<(String, Errand)>,
}

async fn errands<'a>(store: &impl OrderStore, order: &'a Order) -> Result<Vec<Todo<'a>>, Failure> {
    let open = || {
        order
            .state
            .fulfillment_orders
            .iter()
            .filter(|f| f.status.is_open())
    };
    let asks = |f: &FulfillmentOrder| f.status == FulfillmentStatus::Requested && order.is_ready();
    let contact = if open().any(asks) {
        Some(contact(store, order).await?)
    } else {
        None
    };
    let commits = if open().any(FulfillmentOrder::awaits_cancellation) {
        store.commits(order.placed.id).await?
    } else {
        vec![]
    };
    let mut todos = Vec::new();
    for found in open() {
        let mut errands = Vec::new();
        if let Some(contact) = contact.as_ref().filter(|_| asks(found)) {
            let contact = Box::new(contact.clone());
            let errand = Errand::Fulfill {
                order: Box::new(order.clone()),
                fulfillment_order: found.id,
                contact,
            };
            errands.push((found.id.to_string(), errand));
        }
        if found.awaits_cancellation() {
            let errand = Errand::Cancel {
                order: Box::new(order.clone()),
                fulfillment_order: found.id,
            };
            errands.push((
                format!("{}:cancel:{}", found.id, last_request(&commits, found)),
                errand,
            ));
        }
        if !errands.is_empty() {
            todos.push(Todo {
                fulfillment_order: found,
                errands,
            });
        }
    }
    Ok(todos)
}

async fn contact(
    store: &impl OrderStore,
    order: &Order,
) -> Result<domain::order::Contact, Failure> {
    let gone = || {
        let id = order.placed.id;
        Failure::Inconsistent(format!(
            "order {id} is to be shipped, and its customer has been erased"
        ))
    };
    store.contact(order.placed.id).await?.ok_or_else(gone)
}

/// The number of the commit that last asked for a cancellation: a new wish is a new message, the same is the same.
fn last_request(commits: &[Commit], found: &FulfillmentOrder) -> u64 {
    let asks = |event: &Event| matches!(event, Event::CancellationRequested { fulfillment_order, .. } if *fulfillment_order == found.id);
    let last = commits
        .iter()
        .rev()
        .find(|commit| commit.body.events.iter().any(asks));
    last.map_or(0, |commit| commit.body.seq)
}

async fn tell(
    courier: &impl Courier,
    locations: &[Location],
    todo: &Todo<'_>,
) -> Result<(), Failure> {
    let id = &todo.fulfillment_order.location;
    let Some(location) = locations.iter().find(|location| location.id == *id) else {
        return Err(Failure::Inconsistent(format!(
            "location {id} has work and is not set up"
        )));
    };
    if location.webhook_url.is_none() {
        tracing::info!(location = %id, "a person works this location from the API: nothing to send");
        return Ok(());
    }
    for (message, errand) in &todo.errands {
        let sent = courier.send(location, message, errand).await;
        if let Err(failure) = &sent {
            tracing::warn!(location = %id, message, error = failure.code(), "a location could not be told");
        }
        sent?;
        tracing::info!(location = %id, message, "a location was told");
    }
    Ok(())
}
