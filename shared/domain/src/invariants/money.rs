//! I3: money that goes back.

use super::{
    snapshot::OrderRecord,
    violation::{Findings, Rule},
};

pub(super) fn check(record: &OrderRecord, findings: &mut Findings) {
    let order = &record.order;
    let subject = order.placed.id;
    let payment = &order.state.payment;
    let (captured, refunded) = (payment.captured(), payment.refunded());
    findings.unless(refunded <= captured, Rule::I3, &subject, || {
        format!("{refunded} is refunded, {captured} was captured")
    });
    let owed = order
        .state
        .lines
        .iter()
        .map(|l| l.refund_owed_amount)
        .fold(0, i64::saturating_add);
    findings.unless(owed <= captured, Rule::I3, &subject, || {
        format!("{owed} is owed back, {captured} was captured")
    });
    for (line, state) in order.lines() {
        let subject = format!("{subject} line {}", line.id);
        findings.unless(
            state.refund_owed <= state.cancelled,
            Rule::I3,
            &subject,
            || {
                format!(
                    "{} units are owed back, {} are cancelled",
                    state.refund_owed, state.cancelled
                )
            },
        );
        // Units are owed back from the line's last cell down, like they are cancelled, each cell once.
        let from = line.quantity.saturating_sub(state.refund_owed);
        let value = line.value(from, line.quantity, order.terms().taxes_included);
        findings.unless(
            state.refund_owed_amount == value,
            Rule::I3,
            &subject,
            || {
                let (amount, units) = (state.refund_owed_amount, state.refund_owed);
                format!("{amount} is owed back for {units} units that cost {value}")
            },
        );
    }
}
