//! Orders: placing, finding, reading, holding and cancelling them.

pub mod actions;
pub mod cancel;
pub mod detail;
pub mod hold;
pub mod list;
pub mod place;
pub mod summary;
pub mod timeline;

use domain::ids::OrderId;
use futures_util::future::try_join;

use self::detail::OrderDetail;
use super::{
    access::{Permission, Principal},
    problem::Problem,
};
use crate::ports::{Ambient, OrderStore};

/// Reads one order.
pub(super) async fn read(
    store: &impl OrderStore,
    ambient: &impl Ambient,
    principal: &Principal,
    id: OrderId,
) -> Result<OrderDetail, Problem> {
    let order = store
        .load(id)
        .await?
        .ok_or_else(|| Problem::not_found("There is no such order."))?;
    let (commits, contact) = try_join(store.commits(id), store.contact(id)).await?;
    if contact.is_some() && principal.may(Permission::ReadPersonalData) {
        // Who has seen whose data can be told later.
        tracing::info!(order_id = %id, subject = %principal.subject, "personal data read");
    }
    Ok(OrderDetail::of(
        &order,
        &commits,
        contact.as_ref(),
        principal,
        ambient.now(),
    ))
}
