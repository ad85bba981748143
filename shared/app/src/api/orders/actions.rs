//! What a caller may do with an order now. The rules are asked, not written a second time: an action is legal when
//! deciding it would cause something.

use domain::{
    command::{Command, Context},
    decide::{cancel, decide},
    ids::LineId,
    order::{CancelReason, Cause, HoldKind, Order},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::access::{Permission, Principal};

/// Something that the caller may do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Action {
    /// What.
    pub action: ActionKind,
    /// The request's method.
    pub method: &'static str,
    /// The request's path.
    pub href: String,
    /// For `release`: which hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// For `cancel`: which units.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Cancellable>,
}

/// Kinds of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Cancel units, or all.
    Cancel,
    /// Stop the order from moving on.
    Hold,
    /// End a hold.
    Release,
}

/// Units of a line that can be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cancellable {
    /// The line.
    pub line: LineId,
    /// Units that would be cancelled at once.
    pub now: u32,
    /// Units that a location would be asked for; it decides.
    pub to_ask: u32,
}

/// The actions that are legal for this caller on this order now.
pub(super) fn of(order: &Order, principal: &Principal, now: Timestamp) -> Vec<Action> {
    let id = order.placed.id;
    // A cause that no order has applied, so that only the state decides.
    let cause = Cause::new("preview", "");
    let context = Context {
        now,
        actor: principal.actor(),
        cause,
    };
    let causes_something =
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
        if !lines.is_empty() && causes_something(&cancel) {
            actions.push(action(ActionKind::Cancel, "cancel", None, lines));
        }
    }
    if principal.may(Permission::HoldOrders) {
        let hold = Command::PlaceHold {
            kind: HoldKind::Manual,
            handle: String::new(),
            until: None,
        };
        if causes_something(&hold) {
            actions.push(action(ActionKind::Hold, "hold", None, Vec::new()));
        }
        for hold in &order.state.holds {
            let release = Command::ReleaseHold {
                handle: hold.handle.clone(),
            };
            if causes_something(&release) {
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
    let assessed = cancel::assess(order, &[]).unwrap_or_default();
    let lines = assessed.into_iter().map(|line| Cancellable {
        now: line.now_units(),
        to_ask: line.ask_units(),
        line: line.line,
    });
    lines
        .filter(|line| line.now > 0 || line.to_ask > 0)
        .collect()
}
