//! The requests that an order's locations are due, and how they are written.

use domain::order::{
    Commit, Contact, FulfillmentOrder, LedgerEntry, Order, Performer, asked_back_by, fold,
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

/// The effects of an order that its locations are to perform now, each written as a request. Its id is the effect's key.
pub(super) async fn due_requests<'a>(
    store: &impl OrderStore,
    order: &'a Order,
) -> Result<Vec<DueRequests<'a>>, Failure> {
    let entries = || order.due_effects(Performer::Location);
    let contact = if entries().any(|entry| matches!(entry, LedgerEntry::Fulfill(_))) {
        Some(contact(store, order).await?)
    } else {
        None
    };
    let commits = if entries().any(|entry| matches!(entry, LedgerEntry::Cancel(_))) {
        store.commits(order.placed.id).await?
    } else {
        vec![]
    };
    let mut due: Vec<DueRequests<'a>> = Vec::new();
    for entry in entries() {
        let (found, request) = match (entry, &contact) {
            (LedgerEntry::Fulfill(found), Some(contact)) => {
                let request = ProviderRequest::Fulfill {
                    order: Box::new(order.clone()),
                    fulfillment_order: found.id,
                    contact: Box::new(contact.clone()),
                };
                (found, request)
            }
            (LedgerEntry::Cancel(found), _) => (found, cancellation(order, found, &commits)),
            (LedgerEntry::Fulfill(_) | LedgerEntry::Command(_), _) => continue,
        };
        let request = (entry.key(order.id(), &commits), request);
        match due.last_mut() {
            Some(last) if last.fulfillment_order.id == found.id => last.requests.push(request),
            _ => due.push(DueRequests {
                fulfillment_order: found,
                requests: vec![request],
            }),
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

/// The request to give units back is written from the order as the commit left it that last asked for it: a repetition has
/// the same id, time and body.
fn cancellation(order: &Order, found: &FulfillmentOrder, commits: &[Commit]) -> ProviderRequest {
    let asked = asked_back_by(found, commits);
    let then = asked.map_or_else(
        || order.clone(),
        |asked| {
            let until = commits.partition_point(|commit| commit.body.seq <= asked.body.seq);
            let until = commits.get(..until).unwrap_or_default();
            fold(Order::unplaced(order.placed.clone()), until)
        },
    );
    ProviderRequest::Cancel {
        requested_at: then.state.changed_at,
        order: Box::new(then),
        fulfillment_order: found.id,
    }
}
