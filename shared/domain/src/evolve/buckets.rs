//! Moving units between the buckets of a line.

use crate::{
    ids::LineId,
    order::{LineState, Order},
};

/// The units of a line.
pub(super) fn line_mut<'a>(order: &'a mut Order, id: &LineId) -> Option<&'a mut LineState> {
    order.state.lines.iter_mut().find(|line| line.id == *id)
}

/// Moves units from one bucket to another, no more than there are.
pub(super) fn shift(from: &mut u32, to: &mut u32, units: u32) {
    let moved = units.min(*from);
    *from = from.saturating_sub(moved);
    *to = to.saturating_add(moved);
}
