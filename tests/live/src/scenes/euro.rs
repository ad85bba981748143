//! Amounts as the scenes print them.

/// Cents as euros.
pub(super) fn euro(cents: i64) -> String {
    format!("{}.{:02} EUR", cents.div_euclid(100), cents.rem_euclid(100))
}
