//! The one entry: every rule over a snapshot.

use super::{
    history, money, queue,
    snapshot::Snapshot,
    stock, units,
    violation::{Findings, Violation},
};

/// Checks the rules I1 to I7 over a snapshot. Empty: none is broken.
pub fn check(snapshot: &Snapshot) -> Vec<Violation> {
    let mut findings = Findings::default();
    for record in &snapshot.orders {
        units::check(record, &mut findings);
        money::check(record, &mut findings);
        history::check(record, &mut findings);
    }
    units::check_queue(snapshot, &mut findings);
    stock::check(snapshot, &mut findings);
    history::check_records(snapshot, &mut findings);
    queue::check(snapshot, &mut findings);
    findings.into_sorted()
}
