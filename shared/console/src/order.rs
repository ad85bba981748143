//! The page of one order: how it is now, and what may be done next.

use std::borrow::Borrow;

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    views::{
        exceptions::ExceptionState,
        order_detail::{HoldEffect, LineView, OrderDetail},
    },
};
use askama::Template;
use domain::ids::OrderId;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use web::{Operation, problem::Problem};

use crate::{
    format::{self, Time, amount},
    forms::{Field, FieldKind, Form},
    layout::{Layout, Notice},
    order_actions::{Forms, refund_preview},
    refusal::Refusal,
    respond,
    submitted::Submitted,
    timeline::{Timeline, spaced},
    visit::{Answer, Visit, permitted},
};

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage<'a> {
    layout: Layout<'a>,
    order: OrderDetail,
    forms: Forms,
    /// How to see what is masked.
    reveal: Option<Form>,
    timeline: Timeline,
    now: Timestamp,
}

/// A step of the tracker.
struct Step {
    name: &'static str,
    detail: String,
    /// `done`, `part` or `open`.
    state: &'static str,
}

/// Shows an order as it is now.
pub(crate) async fn show(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    id: &str,
) -> Answer {
    let mut page = page(visit, id).await?;
    let query = Submitted::of_query(visit.request);
    page.layout.notice = query.get("done").and_then(done).map(Notice::done);
    Ok(respond::html(200, &page))
}

/// Shows an order with what a form would do that was tried out.
pub(crate) async fn previewed(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    id: &str,
    path: &str,
    sent: &Submitted,
    answer: &Value,
) -> Answer {
    let mut page = page(visit, id).await?;
    let preview = refund_preview(&page.order, answer);
    if let Some(form) = page.forms.sent_to(path, sent.get("reference")) {
        form.fill(sent);
        form.preview = preview;
    }
    Ok(respond::html(200, &page))
}

/// Shows an order as it is now, with why a form was refused: what has changed since the form was shown, and what was written
/// into it.
pub(crate) async fn refused(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    id: &str,
    path: &str,
    sent: &Submitted,
    refusal: &Refusal,
) -> Answer {
    // Without the order there is no page to show the reason on.
    match refusal.code.as_str() {
        "forbidden" => return Err(Problem::new(403, "forbidden", refusal.detail.clone())),
        "not_found" | "no_route" | "method_not_allowed" => {
            return Err(Problem::not_found(refusal.detail.clone()));
        }
        _ => {}
    }
    let mut page = page(visit, id).await?;
    let mut notice = Notice::refused(refusal);
    let seen: Option<u64> = sent.get("version").and_then(|version| version.parse().ok());
    if let Some(seen) = seen.filter(|seen| *seen < page.order.version) {
        notice.details.extend(page.changes_since(seen));
    }
    let is_final = refusal.status == 409;
    match page.forms.sent_to(path, sent.get("reference")) {
        Some(form) => {
            form.fill(sent);
            form.refuse(refusal.field.as_deref(), &refusal.detail);
            // What failed for now may have been done all the same: the same key finds out. What was refused is another
            // request when it has been corrected.
            if refusal.status >= 500
                && let Some(key) = sent.get("key")
            {
                form.key = key.to_owned();
            }
            form.is_open = !is_final || !form.fields.is_empty();
        }
        None => notice.kept = kept(sent),
    }
    page.layout.notice = Some(notice);
    Ok(respond::html(refusal.status, &page))
}

/// What the user had written.
fn kept(sent: &Submitted) -> Vec<(String, String)> {
    let ours = ["csrf", "key", "version", "decimals", "handle", "preview"];
    let fields = sent.0.iter();
    fields
        .filter(|(name, value)| !ours.contains(&name.as_str()) && !value.trim().is_empty())
        .map(|(name, value)| {
            (
                format::words(name.replace("line.", "Units of line ")),
                value.clone(),
            )
        })
        .collect()
}

async fn page<'a>(
    visit: &Visit<'a, impl Store, impl Clock + IdGenerator>,
    id: &str,
) -> Result<OrderPage<'a>, Problem> {
    permitted(visit.session, Operation::ReadOrder)?;
    let no_order = || Problem::not_found("There is no such order.");
    let id: OrderId = id.parse().map_err(|_| no_order())?;
    let principal = &visit.session.principal;
    let order = web::read_order(visit.store, visit.env, id, principal).await?;
    let title = format!("Order {}", order.number);
    let query = Submitted::of_query(visit.request);
    Ok(OrderPage {
        layout: Layout::new(visit.session, "/console/orders", title),
        forms: Forms::of(&order, visit.env),
        reveal: reveal(visit, &order),
        timeline: Timeline::of(&order.timeline, &query),
        order,
        now: visit.now,
    })
}

impl OrderPage<'_> {
    fn money(&self, minor: impl Borrow<i64>) -> String {
        amount(*minor.borrow(), self.order.money.decimals)
    }

    fn time(&self, at: impl Borrow<Timestamp>) -> Time {
        let at = *at.borrow();
        Time { at, now: self.now }
    }

    fn words(&self, name: impl Serialize) -> String {
        format::words(name)
    }

    fn event(&self, name: &str) -> String {
        spaced(name)
    }

    /// Who changed what since a version, newest first.
    fn changes_since(&self, version: u64) -> Vec<String> {
        let entries = self.order.timeline.iter().rev();
        entries
            .take_while(|entry| entry.seq > version)
            .take(5)
            .map(|entry| {
                let at = entry.at.strftime("%-d %b %Y, %H:%M:%S UTC");
                format!("Since you opened it, {at}, {}: {}", entry.actor, entry.text)
            })
            .collect()
    }

    /// Units of all lines.
    fn units(&self, of: impl Fn(&LineView) -> u32) -> u32 {
        let lines = self.order.lines.iter();
        lines.map(of).fold(0, u32::saturating_add)
    }

    fn steps(&self) -> Vec<Step> {
        let wanted = self.units(|line| line.quantity.saturating_sub(line.units.cancelled));
        let of_units = |name, count: u32| Step {
            name,
            detail: format!("{count} of {wanted} units"),
            state: if wanted > 0 && count >= wanted {
                "done"
            } else if count > 0 {
                "part"
            } else {
                "open"
            },
        };
        let money = &self.order.money;
        let paid = if money.secured >= money.due && money.authorized > 0 {
            "done"
        } else if money.secured > 0 {
            "part"
        } else {
            "open"
        };
        vec![
            Step {
                name: "Placed",
                detail: self.order.placed_at.strftime("%-d %b %Y").to_string(),
                state: "done",
            },
            Step {
                name: "Paid",
                detail: format::words(self.order.payment_status),
                state: paid,
            },
            of_units(
                "At a location",
                self.units(|line| line.units.assigned.saturating_add(line.units.shipped)),
            ),
            of_units("Shipped", self.units(|line| line.units.shipped)),
            of_units("Delivered", self.units(|line| line.units.delivered)),
        ]
    }

    /// Why nothing can be cancelled, for a user who may cancel.
    fn no_cancellation(&self) -> Option<&'static str> {
        use app::views::actions::ActionKind::Cancel;
        let may = self.layout.session.principal.may(Permission::CancelOrders);
        let can = self
            .order
            .actions
            .iter()
            .any(|action| action.action == Cancel);
        (may && !can).then_some("Nothing can be cancelled: every unit is picked, has left, is asked back already, or is cancelled.")
    }

    fn is_requested(&self, effect: &HoldEffect) -> bool {
        *effect == HoldEffect::Requested
    }

    fn is_taken(&self, state: &ExceptionState) -> bool {
        *state == ExceptionState::Taken
    }

    /// The page of the carrier that shows where a shipment is.
    fn tracking(&self, carrier: &Option<String>, number: &str) -> Option<String> {
        let number: String = form_urlencoded::byte_serialize(number.as_bytes()).collect();
        let carrier = carrier.as_deref()?.to_ascii_lowercase();
        let known = [
            (
                "dhl",
                "https://www.dhl.com/global-en/home/tracking.html?tracking-id=",
            ),
            ("ups", "https://www.ups.com/track?tracknum="),
            ("fedex", "https://www.fedex.com/fedextrack/?trknbr="),
            (
                "usps",
                "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
            ),
            (
                "dpd",
                "https://www.dpdgroup.com/be/mydpd/my-parcels/track?parcelNumber=",
            ),
            ("gls", "https://gls-group.com/track/"),
            (
                "royal mail",
                "https://www.royalmail.com/track-your-item#/tracking-results/",
            ),
        ];
        let found = known.iter().find(|(name, _)| carrier.starts_with(name));
        found.map(|(_, page)| format!("{page}{number}"))
    }
}

/// The form with which whoever may see personal data says why they need to.
fn reveal(visit: &Visit<'_, impl Store, impl IdGenerator>, order: &OrderDetail) -> Option<Form> {
    let is_masked = order.customer.as_ref()?.masked;
    let may = visit.session.principal.may(Permission::ReadPersonalData);
    let target = format!("/console/orders/{}/reveal", order.id);
    let title = "Show personal data";
    let form = || {
        Form::new(visit.env, "reveal", target, title, title)
            .hinted("You see the customer and the notes for 15 minutes.")
            .with([Field::new("reason", "Reason", FieldKind::Text)
                .required()
                .hinted("Kept in the access log with your user, for auditors. No names and no addresses.")])
    };
    (is_masked && may).then(form)
}

/// What was done, in words.
fn done(name: &str) -> Option<&'static str> {
    Some(match name {
        "cancel" => {
            "The cancellation is recorded. The timeline says what was cancelled at once and what a location was asked for."
        }
        "hold" => "The order is on hold.",
        "release" => "The hold is released.",
        "take" => "You have taken the exception.",
        "close" => "The exception is closed.",
        "refunds" => "The refund is requested.",
        "retry" => "It is tried again.",
        "payments" => "The payment is recorded.",
        "record" => "The refund is recorded.",
        "reveal" => "You see the customer and the notes for 15 minutes. The access log says so.",
        "accept" | "pick" | "pack" | "ship" | "short" | "reject" | "cancel_consent"
        | "cancel_refuse" | "in_transit" | "out_for_delivery" | "deliver" | "exception"
        | "returned_to_sender" => "The report is recorded.",
        _ => return None,
    })
}
