//! What a caller may do with an order now. The rules are not written a second time: an action is legal when `decide`
//! returns events for it.

use domain::{
    decide::{decide, preview_cancellation},
    ids::LineId,
    order::{CancelReason, Cause, HoldKind, Order},
    order::{Command, Context},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access::{Permission, Principal};

/// Something that the caller may do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Action {
    /// The kind of action.
    pub action: ActionKind,
    /// The request's method.
    pub method: &'static str,
    /// The request's path.
    pub href: String,
    /// For `release`: the hold's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// For `cancel`: the units that can be cancelled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Cancellable>,
}

/// A kind of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Cancel units or the whole order.
    Cancel,
    /// Place a hold.
    Hold,
    /// Release a hold.
    Release,
}

/// Units of a line that can be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cancellable {
    /// The line.
    pub line: LineId,
    /// Units that can be cancelled at once.
    pub now: u32,
    /// Units whose cancellation would be requested from a location, which decides.
    pub to_request: u32,
}

/// The actions that are legal for this caller on this order now.
pub(super) fn legal_actions(order: &Order, principal: &Principal, now: Timestamp) -> Vec<Action> {
    let id = order.placed.id;
    // No order has recorded this cause, so only the state decides.
    let cause = Cause::new("preview", "");
    let context = Context {
        now,
        actor: principal.actor(),
        cause,
    };
    let has_effect =
        |command: &Command| decide(order, command, &context).is_ok_and(|events| !events.is_empty());
    let action = |action, name: &str, handle: Option<String>, lines| Action {
        action,
        method: "POST",
        href: format!("/api/oms/orders/{id}/{name}"),
        handle,
        lines,
    };
    let mut actions = Vec::new();
    if principal.may(Permission::CancelOrders) {
        let cancel = Command::Cancel {
            lines: Vec::new(),
            reason: CancelReason::Other,
            note: None,
        };
        let lines = cancellable(order);
        if !lines.is_empty() && has_effect(&cancel) {
            actions.push(action(ActionKind::Cancel, "cancel", None, lines));
        }
    }
    if principal.may(Permission::HoldOrders) {
        let hold = Command::PlaceHold {
            kind: HoldKind::Manual,
            handle: String::new(),
            until: None,
        };
        if has_effect(&hold) {
            actions.push(action(ActionKind::Hold, "hold", None, Vec::new()));
        }
        for hold in &order.state.holds {
            let release = Command::ReleaseHold {
                handle: hold.handle.clone(),
            };
            if has_effect(&release) {
                actions.push(action(
                    ActionKind::Release,
                    "release",
                    Some(hold.handle.clone()),
                    Vec::new(),
                ));
            }
        }
    }
    actions
}

fn cancellable(order: &Order) -> Vec<Cancellable> {
    let preview = preview_cancellation(order, &[]).unwrap_or_default();
    let lines = preview.into_iter().map(|line| Cancellable {
        now: line.cancelled,
        to_request: line.requested_units(),
        line: line.line,
    });
    lines
        .filter(|line| line.now > 0 || line.to_request > 0)
        .collect()
}
