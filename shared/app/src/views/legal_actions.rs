//! What a caller may do with an order now. The rules are not written a second time: an action is legal when `decide`
//! returns events for it.

use domain::{
    decide::{decide, preview_cancellation},
    ids::ShipmentId,
    inbound::{FulfillmentFact, ShipmentFact},
    order::{
        CancelReason, Cause, ExceptionOutcome, FulfillmentOrder, HoldKind, Order, RefundRequest,
    },
    order::{Command, Context},
};
use jiff::Timestamp;

use super::actions::{Action, ActionKind, Cancellable};
use crate::{
    access::{Permission, Principal, permission_to_close_with},
    usecases::report_fulfillment::FulfillmentReport,
};

/// The actions that are legal for this caller on this order now.
pub(super) fn legal_actions(order: &Order, principal: &Principal, now: Timestamp) -> Vec<Action> {
    let preview = Preview::new(order, principal, now);
    let mut actions = preview.cancel_and_hold(principal);
    for found in &order.state.fulfillment_orders {
        actions.extend(preview.fulfillment(found, principal));
    }
    actions.extend(preview.exceptions(principal));
    actions.extend(preview.money(principal));
    actions
}

/// What the caller may report about a fulfillment order now.
pub(super) fn fulfillment_actions(
    order: &Order,
    found: &FulfillmentOrder,
    principal: &Principal,
    now: Timestamp,
) -> Vec<Action> {
    Preview::new(order, principal, now).fulfillment(found, principal)
}

/// Tries out commands on an order.
struct Preview<'a> {
    order: &'a Order,
    context: Context,
}

impl<'a> Preview<'a> {
    fn new(order: &'a Order, principal: &Principal, now: Timestamp) -> Self {
        // No order has recorded this cause, so only the state decides.
        let cause = Cause::new("preview", "");
        let actor = principal.actor();
        let context = Context { now, actor, cause };
        Self { order, context }
    }

    fn has_effect(&self, command: &Command) -> bool {
        decide(self.order, command, &self.context).is_ok_and(|events| !events.is_empty())
    }

    fn action(&self, action: ActionKind, name: &str) -> Action {
        Action {
            action,
            method: "POST",
            href: format!("/api/oms/orders/{}/{name}", self.order.placed.id),
            handle: None,
            fulfillment_order: None,
            shipment: None,
            exception: None,
            effect: None,
            amount: None,
            outcomes: Vec::new(),
            lines: Vec::new(),
        }
    }

    fn cancel_and_hold(&self, principal: &Principal) -> Vec<Action> {
        let mut actions = Vec::new();
        let cancel = Command::Cancel {
            lines: Vec::new(),
            reason: CancelReason::Other,
            restocking_fee: 0,
            note: None,
        };
        let lines = cancellable(self.order);
        let may_cancel = principal.may(Permission::CancelOrders);
        if may_cancel && !lines.is_empty() && self.has_effect(&cancel) {
            let cancel = self.action(ActionKind::Cancel, "cancel");
            actions.push(Action { lines, ..cancel });
        }
        if !principal.may(Permission::HoldOrders) {
            return actions;
        }
        let hold = Command::PlaceHold {
            kind: HoldKind::Manual,
            handle: String::new(),
            until: None,
        };
        if self.has_effect(&hold) {
            actions.push(self.action(ActionKind::Hold, "hold"));
        }
        for hold in &self.order.state.holds {
            let handle = hold.handle.clone();
            if self.has_effect(&Command::ReleaseHold {
                handle: handle.clone(),
            }) {
                actions.push(Action {
                    handle: Some(handle),
                    ..self.action(ActionKind::Release, "release")
                });
            }
        }
        actions
    }

    fn exceptions(&self, principal: &Principal) -> Vec<Action> {
        let open = self.order.state.exceptions.iter();
        let mut actions = Vec::new();
        for open in open.filter(|open| principal.may_work_on(&open.kind)) {
            let id = open.id;
            let take = Command::TakeException {
                id,
                owner: principal.subject.clone(),
            };
            let action = |action, name| Action {
                exception: Some(id),
                ..self.action(action, &format!("exceptions/{id}/{name}"))
            };
            if self.has_effect(&take) {
                actions.push(action(ActionKind::TakeException, "take"));
            }
            let outcomes = self.outcomes(id, principal);
            if !outcomes.is_empty() {
                actions.push(Action {
                    outcomes,
                    ..action(ActionKind::CloseException, "close")
                });
            }
        }
        actions
    }

    /// How the caller may end an exception.
    fn outcomes(&self, id: u32, principal: &Principal) -> Vec<ExceptionOutcome> {
        let known = ExceptionOutcome::KNOWN
            .iter()
            .map(|name| ExceptionOutcome::from(*name));
        let may = |outcome: &ExceptionOutcome| {
            permission_to_close_with(outcome).is_none_or(|needed| principal.may(needed))
        };
        let is_legal = |outcome: &ExceptionOutcome| {
            self.has_effect(&Command::CloseException {
                id,
                outcome: outcome.clone(),
                note: None,
            })
        };
        known.filter(may).filter(is_legal).collect()
    }

    fn records(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        let order = self.order;
        let missing = order.missing();
        if missing > 0 {
            actions.push(Action {
                amount: Some(missing),
                ..self.action(ActionKind::RecordPayment, "payments")
            });
        }
        let effects = order.state.effects.iter();
        for effect in effects.filter(|effect| order.is_by_hand(effect)) {
            let path = format!("effects/{}/record", effect.id);
            actions.push(Action {
                effect: Some(effect.id),
                ..self.action(ActionKind::RecordRefund, &path)
            });
        }
        actions
    }

    fn money(&self, principal: &Principal) -> Vec<Action> {
        let mut actions = Vec::new();
        if principal.may(Permission::RecordPayments) {
            actions.extend(self.records());
        }
        if !principal.may(Permission::RefundOrders) {
            return actions;
        }
        let refundable = self.order.total_refundable();
        let amount = refundable.saturating_add(self.order.open_on_account());
        let refund = Command::Refund {
            refund: RefundRequest {
                amount,
                ..RefundRequest::default()
            },
            credits_max: None,
            note: None,
        };
        if self.has_effect(&refund) {
            actions.push(Action {
                amount: Some(amount),
                ..self.action(ActionKind::Refund, "refunds")
            });
        }
        for effect in &self.order.state.effects {
            let effect = effect.id;
            if self.has_effect(&Command::RetryEffect { effect }) {
                let path = format!("effects/{effect}/retry");
                actions.push(Action {
                    effect: Some(effect),
                    ..self.action(ActionKind::RetryEffect, &path)
                });
            }
        }
        actions
    }

    fn fulfillment(&self, found: &FulfillmentOrder, principal: &Principal) -> Vec<Action> {
        if !principal.may_work_at(&found.location) {
            return Vec::new();
        }
        let action = |action, name: &str| Action {
            fulfillment_order: Some(found.id),
            ..self.action(action, &format!("fulfillment_orders/{}/{name}", found.id))
        };
        let mut actions = Vec::new();
        for (kind, name, report) in reports() {
            let can_ship = kind != ActionKind::Ship || found.open_units() > 0;
            if can_ship && self.is_legal(found, &report) {
                actions.push(action(kind, name));
            }
        }
        let shipments = self.order.state.shipments.iter();
        for shipment in shipments.filter(|shipment| shipment.fulfillment_order == found.id) {
            let reference = shipment.reference.clone();
            for (kind, name, fact) in carrier_steps() {
                let report = FulfillmentReport::Shipment {
                    reference: reference.clone(),
                    fact,
                };
                if self.is_legal(found, &report) {
                    actions.push(Action {
                        shipment: Some(reference.clone()),
                        ..action(kind, name)
                    });
                }
            }
        }
        actions
    }

    fn is_legal(&self, found: &FulfillmentOrder, report: &FulfillmentReport) -> bool {
        let now = self.context.now;
        let command = report.command(found, now, ShipmentId::mint(now, [0; 10]));
        report.check(self.order, found).is_ok() && self.has_effect(&command)
    }
}

/// Each report about a shipment on its way.
fn carrier_steps() -> [(ActionKind, &'static str, ShipmentFact); 5] {
    let problem = ShipmentFact::Exception { reason: None };
    [
        (ActionKind::InTransit, "in_transit", ShipmentFact::InTransit),
        (
            ActionKind::OutForDelivery,
            "out_for_delivery",
            ShipmentFact::OutForDelivery,
        ),
        (ActionKind::Deliver, "deliver", ShipmentFact::Delivered),
        (ActionKind::Exception, "exception", problem),
        (
            ActionKind::ReturnedToSender,
            "returned_to_sender",
            ShipmentFact::ReturnedToSender,
        ),
    ]
}

/// An example of each report about a fulfillment order.
fn reports() -> [(ActionKind, &'static str, FulfillmentReport); 8] {
    use FulfillmentReport::{Fulfillment, Short};
    let reason = String::new;
    let shipped = FulfillmentFact::Shipped {
        reference: String::new(),
        carrier: None,
        tracking: None,
        lines: Vec::new(),
        last: true,
        totals: None,
    };
    let rejected = FulfillmentFact::Rejected { reason: reason() };
    let cancelled = FulfillmentFact::Cancelled { lines: Vec::new() };
    let refused = FulfillmentFact::CancelRefused { reason: reason() };
    [
        (
            ActionKind::Accept,
            "accept",
            Fulfillment(FulfillmentFact::Accepted),
        ),
        (
            ActionKind::Pick,
            "pick",
            Fulfillment(FulfillmentFact::Picking),
        ),
        (
            ActionKind::Pack,
            "pack",
            Fulfillment(FulfillmentFact::Packed),
        ),
        (ActionKind::Ship, "ship", Fulfillment(shipped)),
        (ActionKind::Short, "short", Short),
        (ActionKind::Reject, "reject", Fulfillment(rejected)),
        (
            ActionKind::CancelConsent,
            "cancel_consent",
            Fulfillment(cancelled),
        ),
        (
            ActionKind::CancelRefuse,
            "cancel_refuse",
            Fulfillment(refused),
        ),
    ]
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
