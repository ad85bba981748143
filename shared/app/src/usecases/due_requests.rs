//! The requests that an order's locations are due, and how they are written.

use domain::{
    ids::FulfillmentOrderId,
    order::{Commit, Contact, Event, FulfillmentOrder, FulfillmentStatus, Order, fold},
};

use crate::{
    failure::Failure,
    ports::{OrderStore, ProviderRequest},
};

/// The requests about one fulfillment order, with their ids, in the order in which they are sent.
pub(super) struct DueRequests<'a> {
    pub(super) fulfillment_order: &'a FulfillmentOrder,
    pub(super) requests: Vec<(String, ProviderRequest)>,
}

/// What is due to the locations of an order: its open fulfillment orders that are requested and not accepted, and those
/// that are asked not to ship units.
pub(super) async fn due_requests<'a>(
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
            requests.push((request_id(found), request));
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

/// The id of the request to ship. A request that was taken back never arrived, and the next one may have another body.
fn request_id(found: &FulfillmentOrder) -> String {
    let id: FulfillmentOrderId = found.id;
    match found.taken_back {
        0 => id.to_string(),
        before => format!("{id}:request:{}", before.saturating_add(1)),
    }
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
