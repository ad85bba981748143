//! How many cases a property is tried with.

/// So many, unless the environment's `PROPTEST_CASES` says otherwise: fewer where the tests run very often, more to look for
/// what is rare.
pub(crate) fn unless_told(cases: u32) -> u32 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a setting of the test run, not of a function"
    )]
    let told = std::env::var("PROPTEST_CASES").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(cases)
}
