//! What is right, from what is true outside and from what people have done; never from the order's state.

use domain::{
    invariants::{OrderRecord, Rule, Snapshot, check},
    order::{CapturePolicy, EffectAction, Event, ExceptionKind},
};
use proptest::prelude::*;

use super::outside::Outside;

/// Money is captured when the policy says so, and never more than is due then.
pub(crate) fn captures(outside: &Outside, events: &[Event]) {
    let captures: Vec<(&str, i64)> = events.iter().filter_map(capture).collect();
    if captures.is_empty() {
        return;
    }
    let policy = outside.capture.unwrap();
    assert_ne!(policy, CapturePolicy::Manual);
    let by_shipment = policy != CapturePolicy::AtOnce;
    assert!(!by_shipment || outside.units.is_any_shipped());
    if !outside.all_is_told() {
        return;
    }
    let pending = outside.order.order.state.effects.iter();
    let pending: i64 = pending.filter_map(|e| amount_captured(&e.action)).sum();
    let asked: i64 = captures.iter().map(|(_, amount)| amount).sum();
    let mut taken = outside.taken() - outside.back() + pending - asked;
    for (id, amount) in captures {
        let mut charges = outside.gateway.charges.iter();
        let charge = charges.find(|charge| charge.id == id).unwrap();
        let is_shared = policy == CapturePolicy::PerShipment && outside.units.is_more_to_ship();
        let most = if is_shared && charge.multicapture {
            outside.due_for_shipped()
        } else {
            outside.due()
        };
        taken += amount;
        assert!(amount <= charge.capturable, "{amount} of {charge:?}");
        assert!(taken <= most, "{taken} is taken, {most} is due");
    }
}

fn capture(event: &Event) -> Option<(&str, i64)> {
    if let Event::EffectRequested { action, .. } = event {
        Some((action.intent()?, amount_captured(action)?))
    } else {
        None
    }
}

fn amount_captured(action: &EffectAction) -> Option<i64> {
    match action {
        EffectAction::Capture { amount, .. } => Some(*amount),
        EffectAction::Refund { .. }
        | EffectAction::ReleaseRest { .. }
        | EffectAction::CancelIntent { .. }
        | EffectAction::ReverseTax(_) => None,
    }
}

/// At any time: nothing gives back more than it took, and what is asked for is made of whole steps. When all is told: our ledger is theirs, and what is to go back is asked
/// for, shown to a person, or waits for a bank.
pub(crate) fn so_far(outside: &Outside) -> Result<(), TestCaseError> {
    for (index, charge) in outside.gateway.charges.iter().enumerate() {
        let left = outside.gateway.left(index);
        let twice = outside.gateway.taken_twice(index);
        prop_assert!(left >= -twice, "{} gives {} too much", charge.id, -left);
        prop_assert!(charge.captured <= charge.authorized);
    }
    let step = outside.basket.step();
    for effect in &outside.order.order.state.effects {
        prop_assert_eq!(amount_moved(&effect.action) % step, 0, "{:?}", effect);
    }
    if !outside.all_is_told() {
        return Ok(());
    }
    same_ledger(outside)?;
    let order = &outside.order.order;
    let surplus = outside.owed();
    // More may have been promised than a bank has left.
    let known = (order.still_owed() + order.overpaid()).min(outside.kept().max(0));
    prop_assert_eq!(known, surplus, "what is to go back");
    let asked = outside.asked();
    // What a person is to make may have been made when a bank takes money.
    if !outside.gateway.was_refunded_there() && !outside.is_given_beside {
        let asked = if outside.lost() > 0 {
            outside.asked_there()
        } else {
            asked
        };
        prop_assert!(asked <= surplus, "{} of {} is asked for", asked, surplus);
    }
    let waits = outside.gateway.is_disputed_now() || outside.is_left_to_people;
    // Where nothing is commanded, people at the gateway are told what is owed.
    let is_commanded = outside.capture.is_some();
    if asked < surplus && !waits && is_commanded {
        // Only what was paid too much is a person's to decide about.
        let mut kinds = vec![ExceptionKind::RefundFailed];
        if outside.may_be_paid_too_much() {
            kinds.push(ExceptionKind::Overpaid);
        }
        let mut shown = order.state.exceptions.iter().map(|open| &open.kind);
        prop_assert!(
            shown.any(|kind| kinds.contains(kind)),
            "{} of {} is asked for, and nobody is shown the rest: {:?}",
            asked,
            surplus,
            order.state.exceptions
        );
    }
    Ok(())
}

fn amount_moved(action: &EffectAction) -> i64 {
    match action {
        EffectAction::Capture { amount, .. } | EffectAction::Refund { amount, .. } => *amount,
        EffectAction::ReleaseRest { .. }
        | EffectAction::CancelIntent { .. }
        | EffectAction::ReverseTax(_) => 0,
    }
}

/// What we know of each payment is what is true of it.
fn same_ledger(outside: &Outside) -> Result<(), TestCaseError> {
    let payment = &outside.order.order.state.payment;
    for (index, charge) in outside.gateway.charges.iter().enumerate() {
        let Some(known) = payment.intent(charge.id) else {
            prop_assert_eq!(charge.authorized, 0);
            continue;
        };
        prop_assert_eq!(known.captured, charge.captured, "{}", charge.id);
        prop_assert_eq!(known.capturable(), charge.capturable, "{}", charge.id);
        let refunded = outside.gateway.refunded(|made| made.charge == index);
        prop_assert_eq!(payment.refunded_of(charge.id), refunded);
        let lost = outside.gateway.lost_of(|of| of == index);
        prop_assert_eq!(payment.lost_of(charge.id), lost);
    }
    for (id, tender) in &outside.tenders {
        let known = payment.intent(id).unwrap();
        prop_assert_eq!(
            (known.captured, payment.refunded_of(id)),
            (tender.came, tender.back)
        );
        prop_assert!(tender.back <= tender.came);
    }
    Ok(())
}

/// When everything has come to rest, the shop has what it should have, or less for a reason that is not ours.
pub(crate) fn at_rest(outside: &Outside) -> Result<(), TestCaseError> {
    so_far(outside)?;
    let order = &outside.order.order;
    let record = OrderRecord {
        order: order.clone(),
        commits: outside.order.commits.clone(),
    };
    let table = Snapshot {
        orders: vec![record],
        ..Snapshot::default()
    };
    // The test routes without stock, so the rules about stock are not asked.
    let rules = [Rule::I1, Rule::I3, Rule::I6];
    let broken = check(&table).into_iter();
    let broken: Vec<_> = broken.filter(|v| rules.contains(&v.rule)).collect();
    prop_assert_eq!(broken, vec![], "the rules hold");
    prop_assert_eq!(&order.state.effects, &vec![]);
    prop_assert_eq!(outside.owed(), 0);
    let foreign = outside.gateway.refunded(|made| made.effect.is_none());
    let (kept, to_keep) = (outside.kept(), outside.to_keep());
    // What banks and people at the gateway have given back may be less than what was owed, or more.
    let others = foreign + outside.lost();
    prop_assert!(
        (to_keep - others..=to_keep).contains(&kept),
        "{} is kept, not {}",
        kept,
        to_keep
    );
    let ours = outside.back() - foreign;
    let most = outside.taken() - to_keep;
    prop_assert!(ours <= most, "{} is given back, {} was to be", ours, most);
    // No payment keeps the customer's money that nothing needs.
    let is_over = !outside.units.is_more_to_ship();
    if outside.capture.is_some() && is_over && others == 0 {
        let capturable = outside.gateway.capturable();
        let may_wait = kept < outside.due();
        prop_assert!(
            capturable == 0 || may_wait,
            "{} is still authorized",
            capturable
        );
    }
    Ok(())
}
