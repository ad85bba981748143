//! Performs the effects of an order that are requests to locations: what to ship, and what to cancel.
//!
//! First the order records that the requests are being sent, then they are sent. If the function stops in between, the next
//! delivery or the sweep sends the same requests again, with the same ids, so that a location recognises them. A
//! request that a location has accepted is not sent again. One that it refuses is shown to a person, and left to the sweep.
//!
//! Nothing is sent to a location that is down ([`super::breaker`]), and nothing is recorded as requested from it: its
//! fulfillment orders stay planned, and can be cancelled without asking. The message about it stays on its queue until
//! the pause is over; at its last receive it is given up, and the order, which still owes the request, is driven by the
//! sweep. A message of the sweep is given up at once: the sweep sends the next one.
//!
//! A request that has certainly not left is taken back by the invocation that recorded it: its fulfillment order is
//! planned again. Any other invocation records that it sends the request before it does, which keeps the first one from
//! taking it back; what follows is in `domain::decide`, `unsent.rs`.

use domain::{
    ids::{FulfillmentOrderId, LocationId, OrderId},
    location::Location,
    order::Command,
    order::{
        Cause, Event, FulfillmentOrder, FulfillmentStatus, Order, RefusedRequest, UnsentRequest,
    },
};
use futures_util::future::join_all;
use jiff::Timestamp;

use super::{
    admissions::Admissions,
    breaker::{GuardedProvider, Permit, SendFailure},
    due_requests::{DueRequests, due_requests},
    execute::{CommandRequest, Outcome, execute},
    outcome_of_all::outcome_of_all,
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
    let mut admissions = Admissions::of(store, provider, clock, id).await?;
    let down: Vec<LocationId> = admissions.down.keys().cloned().collect();
    let planned = |order: &Order| request_planned(order, &down);
    let requested = execute(store, clock, id, &request, planned).await?;
    let own = own_requests(&requested);
    let mut order = requested.order()?;
    let others = |order: &Order| repeat_requested(order, (&own, clock.now()), &down);
    if others(&order).is_some() {
        order = execute(store, clock, id, &request, others).await?.order()?;
    }
    let mut due = due_requests(store, &order).await?;
    due.retain(|due| may_send(due.fulfillment_order, (&own, clock.now())));
    let waiting = admissions.keep_waiting(&order, &mut due);
    if due.is_empty() && waiting.is_empty() {
        tracing::info!(order_id = %id, "no requests to send");
        return Ok(());
    }
    let locations = if due.is_empty() {
        vec![]
    } else {
        store.locations().await?
    };
    let sending: Vec<_> = due
        .iter()
        .map(|due| {
            let permit = admissions.permits.remove(&due.fulfillment_order.location);
            send((store, provider, clock), &locations, permit, due)
        })
        .collect();
    let sent = join_all(sending).await;
    let outcomes = [
        take_back_unsent(&due, &sent, &own),
        report_refused(&due, &sent),
    ];
    for command in outcomes.into_iter().flatten() {
        let again = |_: &Order| Some(command.clone());
        execute(store, clock, id, &request, again).await?.order()?;
    }
    // What a location refuses is recorded: the sweep asks again.
    let sent = sent
        .into_iter()
        .filter_map(|sent| Some(sent.err()?.failure))
        .filter(|failure| !matches!(failure, Failure::RequestRefused { .. }));
    outcome_of_all(sent.chain(waiting))
}

fn request_planned(order: &Order, down: &[LocationId]) -> Option<Command> {
    let mut work = order.state.fulfillment_orders.iter();
    let planned = work
        .any(|found| found.status == FulfillmentStatus::Planned && !down.contains(&found.location));
    let request = Command::RequestFulfillment {
        not_to: down.to_vec(),
    };
    (planned && order.is_ready()).then_some(request)
}

/// The requests that this invocation has recorded: nobody has tried to send them before.
fn own_requests(outcome: &Outcome) -> Vec<UnsentRequest> {
    let Outcome::Done(change) = outcome else {
        return vec![];
    };
    let mut own = Vec::new();
    for event in &change.commit.body.events {
        if let Event::FulfillmentRequested { fulfillment_orders } = event {
            own.extend(fulfillment_orders);
        }
    }
    let work = change.order.state.fulfillment_orders.iter();
    work.filter(|found| own.contains(&found.id))
        .map(unsent)
        .collect()
}

fn unsent(found: &FulfillmentOrder) -> UnsentRequest {
    UnsentRequest {
        fulfillment_order: found.id,
        taken_back: found.taken_back,
    }
}

/// Whether this invocation may send what is due: it has recorded the request, or an attempt has been recorded, or the
/// request cannot be taken back any more.
fn may_send(found: &FulfillmentOrder, (own, now): (&[UnsentRequest], Timestamp)) -> bool {
    !found.notes_repeats(now) || own.contains(&unsent(found))
}

/// Records an attempt to send requests that others have recorded.
fn repeat_requested(
    order: &Order,
    own: (&[UnsentRequest], Timestamp),
    down: &[LocationId],
) -> Option<Command> {
    let work = order.state.fulfillment_orders.iter();
    let others = work.filter(|found| {
        order.owes_request(found) && !may_send(found, own) && !down.contains(&found.location)
    });
    let fulfillment_orders: Vec<FulfillmentOrderId> = others.map(|found| found.id).collect();
    (!fulfillment_orders.is_empty()).then_some(Command::RepeatRequests { fulfillment_orders })
}

/// Takes those requests back that this invocation has recorded and that have certainly not left.
fn take_back_unsent(
    due: &[DueRequests<'_>],
    sent: &[Result<(), SendFailure>],
    own: &[UnsentRequest],
) -> Option<Command> {
    let unsent = due.iter().zip(sent).filter_map(|(due, sent)| {
        let failed = sent.as_ref().err().filter(|failed| !failed.may_have_left)?;
        let mut own = own.iter();
        let own = own.find(|own| own.fulfillment_order == due.fulfillment_order.id)?;
        Some((*own, &failed.failure))
    });
    let (requests, why): (Vec<UnsentRequest>, Vec<&Failure>) = unsent.unzip();
    let why = why.first()?;
    let reason = if let Failure::Location { code, .. } | Failure::LocationDown { code, .. } = why {
        code.clone()
    } else {
        why.code().to_owned()
    };
    Some(Command::TakeBackRequests { requests, reason })
}

/// Has a person shown what locations refuse.
fn report_refused(due: &[DueRequests<'_>], sent: &[Result<(), SendFailure>]) -> Option<Command> {
    let refused = due.iter().zip(sent).filter_map(|(due, sent)| {
        let failure = &sent.as_ref().err()?.failure;
        let Failure::RequestRefused { code } = failure else {
            return None;
        };
        Some(RefusedRequest {
            fulfillment_order: due.fulfillment_order.id,
            code: code.clone(),
        })
    });
    let requests: Vec<RefusedRequest> = refused.collect();
    (!requests.is_empty()).then_some(Command::ReportRefused { requests })
}

async fn send(
    (store, provider, clock): (
        &impl HealthStore,
        &GuardedProvider<'_, impl FulfillmentProvider>,
        &impl Clock,
    ),
    locations: &[Location],
    mut permit: Option<Permit>,
    due: &DueRequests<'_>,
) -> Result<(), SendFailure> {
    let id = &due.fulfillment_order.location;
    let Some(location) = locations.iter().find(|location| location.id == *id) else {
        let failure = Failure::Inconsistent(format!("location {id} has work and is not set up"));
        return Err(SendFailure {
            failure,
            may_have_left: true,
        });
    };
    if location.webhook_url.is_none() {
        tracing::info!(location = %id, "the location has no webhook URL: people work it through the API");
        return Ok(());
    }
    let mut has_request = false;
    for (message, request) in &due.requests {
        let sent = provider
            .send((store, clock), location, permit.take(), message, request)
            .await;
        if let Err(mut failed) = sent {
            tracing::warn!(location = %id, message.id = message, error = failed.failure.code(), "request not sent");
            failed.may_have_left |= has_request;
            return Err(failed);
        }
        has_request |= matches!(request, ProviderRequest::Fulfill { .. });
        tracing::info!(location = %id, message.id = message, "request sent");
    }
    Ok(())
}
