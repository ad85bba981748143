//! The part of an order's history that a view shows.

use domain::order::{Commit, Order};

use crate::ports::OrderHistory;

/// The commits that led to the order's state; newer ones are left out.
pub(super) fn commits_of<'a>(
    order: &Order,
    history: &'a OrderHistory,
) -> impl Iterator<Item = &'a Commit> {
    let version = order.state.version;
    history
        .commits
        .iter()
        .filter(move |commit| commit.body.seq <= version)
}
