//! What becomes of reversals at the tax service.

use super::exception::{open, resolve};
use crate::{
    ids::LineId,
    money::Money,
    order::{Effect, EffectAction, Event, ExceptionKind, Order, TaxReversal},
};

/// The code of an effect that was refused because the service has another tax than the order.
const DISAGREES: &str = "tax_disagrees";

/// The reversal that is wanted.
pub(super) fn wanted(order: &Order) -> Option<EffectAction> {
    order.tax_to_reverse().map(EffectAction::ReverseTax)
}

/// The service has reversed it, and says how much tax that was; `None`: what it was told.
pub(super) fn reversed(
    order: &Order,
    effect: &Effect,
    reversal: Option<&String>,
    tax: Option<i64>,
) -> Vec<Event> {
    let EffectAction::ReverseTax(told) = &effect.action else {
        return vec![];
    };
    let total = told.total();
    if let Some(other) = tax.filter(|tax| *tax != total.tax)
        && effect.is_open()
    {
        let named = reversal.map_or("", String::as_str);
        let detail = format!(
            "{} has reversed a tax of {} ({named}) for {} of {} that the order was charged: put it right there, then close \
             this; refunds wait for it",
            told.service,
            show(order, other),
            show(order, total.tax),
            told.transaction
        );
        return disagrees(effect, detail);
    }
    let mut events = ended(order, effect.id);
    events.push(Event::TaxReversed {
        effect: effect.id,
        transaction: told.transaction.clone(),
        reversal: reversal.cloned(),
        amount: total.amount,
        tax: total.tax,
    });
    events.push(Event::EffectEnded {
        effect: effect.id,
        dismissed: false,
        lost: false,
    });
    events
}

/// The service has recorded another tax than the order was charged, and has reversed nothing.
pub(super) fn differs(
    order: &Order,
    effect: &Effect,
    line: Option<&LineId>,
    (charged, recorded): (i64, i64),
) -> Vec<Event> {
    let EffectAction::ReverseTax(told) = &effect.action else {
        return vec![];
    };
    if !effect.is_open() {
        return vec![];
    }
    let of = line.map_or_else(|| "shipping".to_owned(), |line| format!("line {line}"));
    let detail = format!(
        "{} has recorded a tax of {} for {of} of {}, and the order was charged {}: nothing is reversed, and refunds wait; \
         reverse {} there by hand and close this, or put it right and try again",
        told.service,
        show(order, recorded),
        told.transaction,
        show(order, charged),
        show(order, told.total().tax)
    );
    disagrees(effect, detail)
}

fn disagrees(effect: &Effect, detail: String) -> Vec<Event> {
    vec![
        Event::EffectRefused {
            effect: effect.id,
            code: DISAGREES.to_owned(),
        },
        open(ExceptionKind::TaxDisagrees, effect.id.to_string(), detail),
    ]
}

/// The service refuses a reversal for good.
pub(super) fn refused(
    order: &Order,
    effect: &Effect,
    told: &TaxReversal,
    code: &str,
) -> Vec<Event> {
    let total = told.total();
    let detail = format!(
        "{} refuses to reverse {} with a tax of {} of {} ({code}): refunds wait; look at the transaction there, then try \
         again, or reverse it by hand and close this",
        told.service,
        show(order, total.amount),
        show(order, total.tax),
        told.transaction
    );
    vec![
        Event::EffectRefused {
            effect: effect.id,
            code: code.to_owned(),
        },
        open(
            ExceptionKind::TaxReversalRefused,
            effect.id.to_string(),
            detail,
        ),
    ]
}

/// The ends of the exceptions about a reversal.
pub(super) fn ended(order: &Order, effect: u32) -> Vec<Event> {
    let subject = effect.to_string();
    let kinds = [
        ExceptionKind::TaxReversalRefused,
        ExceptionKind::TaxDisagrees,
    ];
    let ends = kinds.iter().flat_map(|kind| resolve(order, kind, &subject));
    ends.collect()
}

fn show(order: &Order, minor: i64) -> Money {
    Money {
        minor,
        currency: order.placed.currency,
    }
}
