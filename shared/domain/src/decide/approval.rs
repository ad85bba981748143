//! The approval of a refund by a second person, and the other ends of exceptions.

use super::{exception, paid_twice, refund_request::approve};
use crate::order::{
    Context, Event, ExceptionKind, ExceptionOutcome, Order, Rejection, RejectionCode,
};

/// Ends an exception. Of a refund that waits for approval, the outcome `approved` makes it, by anybody but who asked for it;
/// any other ends it unmade.
pub(super) fn close(
    order: &Order,
    id: u32,
    outcome: &ExceptionOutcome,
    note: Option<&str>,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let mut events = Vec::new();
    if *outcome == ExceptionOutcome::Approved {
        let open = exception::find(order, id)?;
        let mut proposed = order.state.proposed_refunds.iter();
        let proposed = proposed
            .find(|proposed| proposed.number.to_string() == open.subject)
            .filter(|_| open.kind == ExceptionKind::RefundAwaitsApproval);
        let Some(proposed) = proposed else {
            let message = "only a refund that waits for it can be approved";
            let code = RejectionCode::OutcomeNotAllowed;
            return Err(Rejection::new(code, open.kind.as_str(), message));
        };
        if proposed.by == context.actor {
            let message = "whoever asks for a refund cannot approve it";
            let code = RejectionCode::OwnRefund;
            return Err(Rejection::new(code, proposed.number.to_string(), message));
        }
        events.extend(approve(order, &proposed.refund, note, context)?);
    }
    events.extend(paid_twice::decided(order, id, outcome, note)?);
    events.extend(exception::close(order, id, outcome, note)?);
    Ok(events)
}
