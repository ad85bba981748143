//! The one entry: every rule over a snapshot.

use super::{
    accounts, decisions, effects, history, money, overdue, progress, queue,
    snapshot::Snapshot,
    stock, units,
    violation::{Findings, Violation},
};

/// Checks the rules I1 to I7 and I11 over a snapshot, and its routing decisions. Empty: none is broken.
pub fn check(snapshot: &Snapshot) -> Vec<Violation> {
    let mut findings = Findings::default();
    for record in &snapshot.orders {
        units::check(record, &mut findings);
        money::check(record, &mut findings);
        history::check(record, &mut findings);
        effects::check(record, &mut findings);
        progress::check(record, &mut findings);
        overdue::check(record, snapshot.overdue_shown_before, &mut findings);
    }
    accounts::check(snapshot, &mut findings);
    units::check_queue(snapshot, &mut findings);
    stock::check(snapshot, &mut findings);
    history::check_records(snapshot, &mut findings);
    queue::check(snapshot, &mut findings);
    decisions::check(snapshot, &mut findings);
    findings.into_sorted()
}
