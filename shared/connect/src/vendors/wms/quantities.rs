//! Quantities in lists, added up.

use std::collections::BTreeMap;

use domain::{decide::UNITS_MAX, ids::LineId, inbound::FactLine};

use crate::parse::ParseError;

/// Most entries of a list, before equal ones are added up.
const ENTRIES_MAX: usize = 500;

/// Units by line. A sender may list one line in several entries (one per pallet or serial number), and lines with no
/// units.
pub(super) fn lines(entries: Vec<FactLine>) -> Result<Vec<FactLine>, ParseError> {
    let sums = sums::<LineId>(
        "data.lines",
        entries.into_iter().map(|e| (e.line, e.quantity)).collect(),
    )?;
    Ok(sums
        .into_iter()
        .map(|(line, quantity)| FactLine { line, quantity })
        .collect())
}

/// Units by line in all shipments. None at all is a total too: nothing was shipped.
pub(super) fn totals(path: &str, entries: Vec<FactLine>) -> Result<Vec<FactLine>, ParseError> {
    let entries: Vec<_> = entries.into_iter().filter(|e| e.quantity > 0).collect();
    if entries.is_empty() {
        return Ok(vec![]);
    }
    let units = entries.into_iter().map(|e| (e.line, e.quantity)).collect();
    let sums = sums::<LineId>(path, units)?.into_iter();
    Ok(sums
        .map(|(line, quantity)| FactLine { line, quantity })
        .collect())
}

/// Adds up the entries of the same key and drops those of 0 units.
pub(super) fn sums<K: Ord>(
    path: &str,
    entries: Vec<(K, u32)>,
) -> Result<BTreeMap<K, u32>, ParseError> {
    if entries.len() > ENTRIES_MAX {
        return Err(ParseError::field(
            path,
            format!("at most {ENTRIES_MAX} entries"),
        ));
    }
    let mut sums = BTreeMap::new();
    for (index, (key, quantity)) in entries.into_iter().enumerate() {
        if quantity == 0 {
            continue;
        }
        let sum: &mut u32 = sums.entry(key).or_default();
        *sum = sum.saturating_add(quantity);
        if *sum > UNITS_MAX {
            return Err(ParseError::field(
                format!("{path}[{index}].quantity"),
                format!("at most {UNITS_MAX} units"),
            ));
        }
    }
    if sums.is_empty() {
        Err(ParseError::field(path, "at least one unit"))
    } else {
        Ok(sums)
    }
}
