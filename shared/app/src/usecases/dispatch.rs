//! Sends requests to locations: what to ship, and what to cancel.
//!
//! First the order records that the requests are being sent, then they are sent. If the function stops in between, the next
//! delivery or the sweep sends the same requests again, with the same ids, so that a location recognises them. A
//! request that a location has accepted is not sent again.
//!
//! Nothing is sent to a location that is down ([`super::breaker`]). The message about it stays on its queue until the
//! pause is over; at its last receive it is given up, and the order, which still owes the request, is driven by the
//! sweep. A message of the sweep is given up at once: the sweep sends the next one.

use domain::{
    ids::OrderId,
    location::Location,
    order::Command,
    order::{Cause, Commit, Contact, Event, FulfillmentOrder, FulfillmentStatus, Order, fold},
};
use futures_util::future::join_all;

use super::{
    breaker::GuardedProvider,
    execute::{CommandRequest, execute},
};
use crate::{
    bus::message::QueueMessage,
    failure::Failure,
    ports::{Clock, ConfigStore, FulfillmentProvider, HealthStore, OrderStore, ProviderRequest},
};

/// Handles the body of a message on the dispatch queue.
///
/// # Errors
/// [`Failure::Malformed`] when it names no order, and as [`dispatch`].
pub async fn on_message(
    store: &(impl OrderStore + ConfigStore + HealthStore),
    provider: &GuardedProvider<'_, impl FulfillmentProvider>,
    clock: &impl Clock,
    body: &str,
) -> Result<(), Failure> {
    let message = QueueMessage::read(body)?;
    let (order, trigger) = message.about_order()?;
    match (
        message,
        dispatch(store, provider, clock, order, &trigger).await,
    ) {
        (QueueMessage::Redrive(_), Err(failure @ Failure::LocationDown { .. })) => {
            tracing::info!(order_id = %order, "{failure}; the sweep sends the order again");
            Ok(())
        }
        (_, sent) => sent,
    }
}

/// The order that a message is about; none when it cannot be read. Messages about one order are handled one after the
/// other, so that its locations get their requests in order.
pub fn order_of(body: &str) -> Option<OrderId> {
    let about = QueueMessage::read(body).and_then(|message| message.about_order());
    about.ok().map(|(order, _)| order)
}

/// Sends each location of an order the requests that it has not received, or has not accepted yet. A location that
/// cannot be reached does not keep the others from receiving theirs.
///
/// # Errors
/// [`Failure::NotFound`]; [`Failure::Inconsistent`] when the contact or a location of the order is gone; the
/// first error of a provider, after all have been tried; [`Failure::LocationDown`] when nothing else went wrong.
pub async fn dispatch(
    store: &(impl OrderStore + ConfigStore + HealthStore),
    provider: &GuardedProvider<'_, impl FulfillmentProvider>,
    clock: &impl Clock,
    id: OrderId,
    trigger: &Cause,
) -> Result<(), Failure> {
    let request = CommandRequest::due("dispatch", trigger);
    let order = execute(store, clock, id, &request, request_planned)
        .await?
        .order()?;
    let due = due_requests(store, &order).await?;
    if due.is_empty() {
        tracing::info!(order_id = %id, "no requests to send");
        return Ok(());
    }
    let locations = store.locations().await?;
    let sending = due
        .iter()
        .map(|due| send((store, provider, clock), &locations, due));
    outcome_of_all(join_all(sending).await)
}

/// A failure that can end as a dead letter comes before a location that is down, which cannot; of several locations
/// that are down, the one that is tried first.
fn outcome_of_all(sent: Vec<Result<(), Failure>>) -> Result<(), Failure> {
    let tried_at = |failure: &Failure| {
        if let Failure::LocationDown { until, .. } = failure {
            Some(*until)
        } else {
            None
        }
    };
    let failures = sent.into_iter().filter_map(Result::err);
    failures.min_by_key(tried_at).map_or(Ok(()), Err)
}

fn request_planned(order: &Order) -> Option<Command> {
    let planned = order
        .state
        .fulfillment_orders
        .iter()
        .any(|f| f.status == FulfillmentStatus::Planned);
    (planned && order.is_ready()).then_some(Command::RequestFulfillment)
}

/// The requests about one fulfillment order, with their ids, in the order in which they are sent.
struct DueRequests<'a> {
    fulfillment_order: &'a FulfillmentOrder,
    requests: Vec<(String, ProviderRequest)>,
}

async fn due_requests<'a>(
    store: &impl OrderStore,
    order: &'a Order,
) -> Result<Vec<DueRequests<'a>>, Failure> {
    let open = || {
        order
            .state
            .fulfillment_orders
            .iter()
            .filter(|f| f.status.is_open())
    };
    let is_requested =
        |f: &FulfillmentOrder| f.status == FulfillmentStatus::Requested && order.is_ready();
    let contact = if open().any(is_requested) {
        Some(contact(store, order).await?)
    } else {
        None
    };
    let commits = if open().any(FulfillmentOrder::awaits_cancellation) {
        store.commits(order.placed.id).await?
    } else {
        vec![]
    };
    let mut due = Vec::new();
    for found in open() {
        let mut requests = Vec::new();
        if let Some(contact) = contact.as_ref().filter(|_| is_requested(found)) {
            let request = ProviderRequest::Fulfill {
                order: Box::new(order.clone()),
                fulfillment_order: found.id,
                contact: Box::new(contact.clone()),
            };
            requests.push((found.id.to_string(), request));
        }
        if found.awaits_cancellation() {
            // The request is written from the order as its commit left it: a repetition has the same id, time and body.
            let (then, seq) = as_requested(order, &commits, found);
            let request = ProviderRequest::Cancel {
                requested_at: then.state.changed_at,
                order: Box::new(then),
                fulfillment_order: found.id,
            };
            requests.push((format!("{}:cancel:{seq}", found.id), request));
        }
        if !requests.is_empty() {
            due.push(DueRequests {
                fulfillment_order: found,
                requests,
            });
        }
    }
    Ok(due)
}

async fn contact(store: &impl OrderStore, order: &Order) -> Result<Contact, Failure> {
    let erased = || {
        let id = order.placed.id;
        Failure::Inconsistent(format!(
            "order {id} is to be shipped, and its customer has been erased"
        ))
    };
    store
        .contact(order.placed.id, order.state.contact_version)
        .await?
        .ok_or_else(erased)
}

/// The order as the commit left it that last requested a cancellation of this fulfillment order, and its number.
fn as_requested(order: &Order, commits: &[Commit], found: &FulfillmentOrder) -> (Order, u64) {
    let requests = |event: &Event| {
        matches!(event,
            Event::CancellationRequested { fulfillment_order, .. } | Event::RecallRequested { fulfillment_order, .. }
                if *fulfillment_order == found.id)
    };
    let last = commits
        .iter()
        .rposition(|commit| commit.body.events.iter().any(requests));
    let until = last.and_then(|last| commits.get(..=last));
    until.map_or_else(
        || (order.clone(), 0),
        |until| {
            let then = fold(Order::unplaced(order.placed.clone()), until);
            let seq = then.state.version;
            (then, seq)
        },
    )
}

async fn send(
    (store, provider, clock): (
        &impl HealthStore,
        &GuardedProvider<'_, impl FulfillmentProvider>,
        &impl Clock,
    ),
    locations: &[Location],
    due: &DueRequests<'_>,
) -> Result<(), Failure> {
    let id = &due.fulfillment_order.location;
    let Some(location) = locations.iter().find(|location| location.id == *id) else {
        return Err(Failure::Inconsistent(format!(
            "location {id} has work and is not set up"
        )));
    };
    if location.webhook_url.is_none() {
        tracing::info!(location = %id, "the location has no webhook URL: people work it through the API");
        return Ok(());
    }
    for (message, request) in &due.requests {
        let sent = provider
            .send(store, clock, location, message, request)
            .await;
        if let Err(failure) = &sent {
            tracing::warn!(location = %id, message, error = failure.code(), "request not sent");
        }
        sent?;
        tracing::info!(location = %id, message, "request sent");
    }
    Ok(())
}
