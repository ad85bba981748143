//! Refunds that people ask for: units, shipping, and amounts of which what is owed counts first.

use super::{
    commanded::commands,
    effects::{refunds, requested},
    exception::open,
    gateway::not_disputed,
    refund::refund_owed,
    surplus::of_surplus,
};
use crate::{
    evolve::evolve,
    money::{Money, is_whole},
    order::{
        Context, Event, ExceptionKind, LineUnits, Order, PaymentCommands, RefundReason,
        RefundRequest, Rejection, RejectionCode,
    },
};

/// A person asks for a refund; with more credits of the order than `credits_max` it waits for a second person.
pub(super) fn ask(
    order: &Order,
    asked: &RefundRequest,
    credits_max: Option<i64>,
    note: Option<&str>,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let plan = plan(order, asked, note, context)?;
    let credits = order.state.payment.credits.saturating_add(plan.credit);
    match credits_max.filter(|most| plan.credit > 0 && credits > *most) {
        Some(most) => Ok(proposed(order, asked, &plan, (credits, most), note)),
        None => Ok(made(order, asked, plan, note)),
    }
}

/// A second person approves a refund: it is made, when the order can give it now.
pub(super) fn approve(
    order: &Order,
    asked: &RefundRequest,
    note: Option<&str>,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let plan = plan(order, asked, note, context)?;
    Ok(made(order, asked, plan, note))
}

/// What a request comes to. Amounts in minor units.
struct Plan {
    commands: PaymentCommands,
    /// The units and the shipping that are given back.
    granted: Option<Event>,
    /// What goes back in all.
    amount: i64,
    /// How much of it is beyond what is owed.
    credit: i64,
    /// How much of the credit lowers what the order owes on its account, and moves no money.
    on_account: i64,
}

fn plan(
    order: &Order,
    asked: &RefundRequest,
    note: Option<&str>,
    context: &Context,
) -> Result<Plan, Rejection> {
    let commands = commands(order)?;
    not_disputed(order)?;
    for amount in [asked.shipping, asked.amount, asked.restocking_fee] {
        in_steps(order, amount)?;
    }
    // What is not paid is not given back: less is due.
    let open = order.open_on_account();
    let refundable = order.total_refundable().saturating_add(open);
    let granted = granted(order, asked, note)?;
    let worth = worth(order, granted.as_ref(), context)?;
    let fee = asked.restocking_fee;
    if fee < 0 || fee > worth {
        let message = format!("between 0 and {worth} can be kept, in minor units");
        return Err(too_much(worth, message));
    }
    let amount = worth.saturating_sub(fee).saturating_add(asked.amount);
    let nothing = granted.is_none() && asked.amount == 0;
    if asked.amount < 0 || amount > refundable || nothing {
        let message = format!("between 1 and {refundable} can be refunded, in minor units");
        return Err(too_much(refundable, message));
    }
    // What was paid too much is no credit.
    let owed = order
        .still_owed()
        .saturating_add(order.overpaid())
        .saturating_sub(order.refunds_asked_for());
    let credit = asked.amount.saturating_sub(owed.max(0)).max(0);
    let open_after = open.saturating_sub(worth.saturating_sub(fee)).max(0);
    Ok(Plan {
        commands,
        granted,
        amount,
        credit,
        on_account: credit.min(open_after),
    })
}

fn made(order: &Order, asked: &RefundRequest, plan: Plan, note: Option<&str>) -> Vec<Event> {
    let mut events: Vec<Event> = plan.granted.into_iter().collect();
    events.extend(kept(asked.restocking_fee));
    if plan.credit > 0 {
        events.push(Event::CreditGranted {
            refund: String::new(),
            amount: plan.credit,
            on_account: plan.on_account,
            reason: asked.reason.clone(),
        });
    }
    let amount = asked.amount.saturating_sub(plan.on_account);
    // What is owed counts first, then what was paid too much.
    let owed = order.not_asked().saturating_sub(order.surplus_not_asked());
    let surplus = asked
        .amount
        .saturating_sub(plan.credit)
        .saturating_sub(owed)
        .max(0);
    let refunds = requested(order, refunds(order, amount, &plan.commands));
    for event in of_surplus(refunds, surplus) {
        events.push(by_person(event, note));
    }
    events
}

fn proposed(
    order: &Order,
    asked: &RefundRequest,
    plan: &Plan,
    (credits, most): (i64, i64),
    note: Option<&str>,
) -> Vec<Event> {
    let number = order.state.refunds_proposed.saturating_add(1);
    let show = |minor| Money {
        minor,
        currency: order.placed.currency,
    };
    let detail = format!(
        "a refund of {} is asked for with which {} of this order would be given back beyond what is owed, more than {}: \
         somebody else than who asked for it approves it or not",
        show(plan.amount),
        show(credits),
        show(most)
    );
    let kind = ExceptionKind::RefundAwaitsApproval;
    vec![
        Event::RefundProposed {
            number,
            refund: asked.clone(),
            amount: plan.amount,
            credit: plan.credit,
            note: note.map(str::to_owned),
        },
        open(kind, number.to_string(), detail),
    ]
}

/// The units and the shipping that are given back; none: only an amount is.
fn granted(
    order: &Order,
    asked: &RefundRequest,
    note: Option<&str>,
) -> Result<Option<Event>, Rejection> {
    let mut lines: Vec<LineUnits> = Vec::new();
    for part in &asked.lines {
        let Some((line, state)) = order.line(&part.line) else {
            let message = "the order has no such line";
            let code = RejectionCode::UnknownLine;
            return Err(Rejection::new(code, part.line.as_str(), message));
        };
        let mut known = lines.iter_mut();
        let named = match known.find(|known| known.line == part.line) {
            Some(known) => {
                known.units = known.units.saturating_add(part.units);
                known.units
            }
            None => {
                lines.push(LineUnits {
                    line: line.id.clone(),
                    sku: line.sku.clone(),
                    units: part.units,
                });
                part.units
            }
        };
        let most = state.creditable();
        if part.units == 0 || named > most {
            let message = format!("{most} units of line {} can be refunded", line.id);
            let code = RejectionCode::BadQuantity;
            return Err(Rejection::new(code, part.units.to_string(), message));
        }
    }
    let left = order.shipping_left();
    if asked.shipping < 0 || asked.shipping > left {
        let message =
            format!("between 0 and {left} of the shipping can be refunded, in minor units");
        return Err(too_much(left, message));
    }
    let is_empty = lines.is_empty() && asked.shipping == 0;
    Ok((!is_empty).then(|| Event::RefundGranted {
        lines,
        shipping: asked.shipping,
        reason: asked.reason.clone().unwrap_or(RefundReason::Other),
        note: note.map(str::to_owned),
    }))
}

/// What the event credits, minor units. All of it was captured and is not needed for what is still due, or lowers what is
/// owed on account; otherwise it is refused: a person who asks for a refund is not given a part of it unseen.
fn worth(order: &Order, granted: Option<&Event>, context: &Context) -> Result<i64, Rejection> {
    let Some(granted) = granted else {
        return Ok(0);
    };
    let after = evolve(order.clone(), granted, context);
    let worth = after
        .credited_value()
        .saturating_sub(order.credited_value());
    let lowered = order
        .open_on_account()
        .saturating_sub(after.open_on_account());
    let owed = owed_now(&after).saturating_add(lowered);
    if owed < worth {
        let message = format!(
            "it is worth {worth} in minor units, and {owed} is captured beyond what is due: give that back as an amount"
        );
        return Err(too_much(owed, message));
    }
    Ok(worth)
}

/// What would be recorded as owed, minor units.
fn owed_now(order: &Order) -> i64 {
    if let Some(Event::RefundOwed { amount, .. }) = refund_owed(order) {
        amount
    } else {
        0
    }
}

/// What is kept of the refund that the events of a cancellation make due at once.
pub(super) fn kept_of_cancellation(
    order: &Order,
    events: &[Event],
    fee: i64,
    context: &Context,
) -> Result<Option<Event>, Rejection> {
    if fee == 0 || events.is_empty() {
        return Ok(None);
    }
    let apply = |order, event: &Event| evolve(order, event, context);
    let after = events.iter().fold(order.clone(), apply);
    let credited = after
        .credited_value()
        .saturating_sub(order.credited_value());
    let worth = owed_now(&after).min(credited);
    if fee < 0 || fee > worth {
        let message =
            format!("between 0 and {worth} of what goes back at once can be kept, in minor units");
        return Err(too_much(worth, message));
    }
    in_steps(order, fee)?;
    Ok(kept(fee))
}

/// The gateway moves whole steps of a currency only, so what a person gives back or keeps of its payments is made of them.
fn in_steps(order: &Order, amount: i64) -> Result<(), Rejection> {
    let currency = order.placed.currency;
    let step = currency.step();
    let mut at_gateway = order.state.payment.gateway_intents();
    if is_whole(amount, step) || at_gateway.next().is_none() {
        return Ok(());
    }
    let message = format!(
        "give a multiple of {step} minor units: the payment gateway moves no less of {currency}"
    );
    Err(too_much(amount, message))
}

fn kept(fee: i64) -> Option<Event> {
    (fee > 0).then_some(Event::RestockingFeeKept { amount: fee })
}

fn too_much(found: i64, message: String) -> Rejection {
    Rejection::new(RejectionCode::RefundAmount, found.to_string(), message)
}

/// The event as a person has caused it.
pub(super) fn by_person(mut event: Event, words: Option<&str>) -> Event {
    if let Event::EffectRequested {
        by_person, note, ..
    } = &mut event
    {
        *by_person = true;
        *note = words.map(str::to_owned);
    }
    event
}
