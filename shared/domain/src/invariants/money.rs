//! I3: money that goes back, the tax in it, and goods that go only while what is due is secured.

use super::{
    ledger::Ledger,
    snapshot::OrderRecord,
    violation::{Findings, Rule},
};
use crate::order::{EffectAction, Event, Order, TaxReversal, Taxed, fold, verify_chain};

pub(super) fn check(record: &OrderRecord, findings: &mut Findings) {
    given_back(record, findings);
    tax_reversed(record, findings);
    secured(record, findings);
}

/// Every step that gives goods away was taken while what was due was secured, unless the payment term lets goods go before
/// the money. Judged from the commits alone: what is
/// secured is added up from the payment events, not read from the state that the decision was made on.
fn secured(record: &OrderRecord, findings: &mut Findings) {
    let mut order = Order::unplaced(record.order.placed.clone());
    let mut ledger = Ledger::default();
    // Of a history with a gap nothing can be added up; I6 reports it.
    if verify_chain(&record.commits).is_err() {
        return;
    }
    for commit in &record.commits {
        order = fold(order, std::slice::from_ref(commit));
        for event in &commit.body.events {
            ledger.record(event);
            refund_requested(&ledger, event, &order, findings);
            if !gives_away(event) || order.goods_go_before_money() {
                continue;
            }
            let due = order.amount_kept().saturating_sub(ledger.credits());
            let secured = ledger.secured();
            let (name, seq) = (event.name(), commit.body.seq);
            let is_secured = due <= 0 || secured >= due;
            findings.unless(is_secured, Rule::I3, &order.placed.id, || {
                format!("{name} in commit {seq}, when {secured} was secured and {due} was due")
            });
        }
    }
}

/// Of no payment more is asked back than it has given.
fn refund_requested(ledger: &Ledger, event: &Event, order: &Order, findings: &mut Findings) {
    if let Event::EffectRequested {
        action: EffectAction::Refund { intent, .. },
        ..
    } = event
    {
        let (captured, back) = ledger.captured_and_given_back(intent);
        findings.unless(back <= captured, Rule::I3, &order.placed.id, || {
            format!("{back} of {intent} is refunded or asked for, {captured} was captured")
        });
    }
}

fn gives_away(event: &Event) -> bool {
    matches!(
        event,
        Event::OrderReleased {}
            | Event::OrderRouted { .. }
            | Event::BackorderReleased { .. }
            | Event::FulfillmentRequested { .. }
    )
}

/// Of an order with a tax transaction, all that is credited was asked to be reversed, and each cell once. Judged from the
/// requests in the commits.
fn tax_reversed(record: &OrderRecord, findings: &mut Findings) {
    let order = &record.order;
    if order.placed.tax.is_none() || verify_chain(&record.commits).is_err() {
        return;
    }
    let subject = order.placed.id;
    let left = order.tax_to_reverse();
    findings.unless(left.is_none(), Rule::I3, &subject, || {
        format!("the tax of what is credited was not asked to be reversed: {left:?}")
    });
    let events = record.commits.iter().flat_map(|c| &c.body.events);
    let asked: Vec<&TaxReversal> = events.filter_map(reversal).collect();
    let taxes_included = order.terms().taxes_included;
    for (line, state) in order.lines() {
        let of_line = asked.iter().flat_map(|reversal| &reversal.lines);
        let of_line = of_line.filter(|part| part.line == line.id);
        let reversed = of_line.fold(Taxed::default(), |sum, part| sum.plus(part.part));
        let from = line.quantity.saturating_sub(state.credited());
        let credited = line.taxed(from, line.quantity, taxes_included);
        let subject = format!("{subject} line {}", line.id);
        findings.unless(reversed == credited, Rule::I3, &subject, || {
            format!("{reversed:?} was asked to be reversed, {credited:?} is credited")
        });
    }
}

fn reversal(event: &Event) -> Option<&TaxReversal> {
    if let Event::EffectRequested {
        action: EffectAction::ReverseTax(reversal),
        ..
    } = event
    {
        Some(reversal)
    } else {
        None
    }
}

fn given_back(record: &OrderRecord, findings: &mut Findings) {
    let order = &record.order;
    let subject = order.placed.id;
    let payment = &order.state.payment;
    let (captured, refunded) = (payment.captured(), payment.refunded());
    findings.unless(refunded <= captured, Rule::I3, &subject, || {
        format!("{refunded} is refunded, {captured} was captured")
    });
    let owed = order.refund_owed();
    findings.unless(owed <= captured, Rule::I3, &subject, || {
        format!("{owed} is owed back, {captured} was captured")
    });
    let (shipping, credited) = (payment.shipping_owed, order.shipping_beside_lines());
    findings.unless(
        (0..=credited).contains(&shipping),
        Rule::I3,
        &subject,
        || format!("{shipping} of the shipping is owed back, {credited} is credited"),
    );
    for (line, state) in order.lines() {
        let subject = format!("{subject} line {}", line.id);
        findings.unless(
            state.refund_owed <= state.credited(),
            Rule::I3,
            &subject,
            || {
                let (owed, credited) = (state.refund_owed, state.credited());
                format!("{owed} units are owed back, {credited} are credited")
            },
        );
        // Units are owed back from the line's last cell down, like they are credited, each cell once. Of the next one a part
        // may be owed.
        let value = |units: u32| order.last_value(line, units);
        let (value, next) = (value(state.refund_owed), value(state.credited()));
        let amount = state.refund_owed_amount;
        findings.unless(
            value <= amount && amount <= next,
            Rule::I3,
            &subject,
            || {
                let (amount, units) = (state.refund_owed_amount, state.refund_owed);
                format!("{amount} is owed back for {units} units that cost {value}")
            },
        );
    }
}
