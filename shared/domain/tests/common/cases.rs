//! How many cases a property is tried with.

/// So many, or fewer when the environment's `PROPTEST_CASES` says so: where the tests run very often.
pub(crate) fn at_most(cases: u32) -> u32 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a setting of the test run, not of a function"
    )]
    let told = std::env::var("PROPTEST_CASES").ok();
    let told = told.and_then(|told| told.parse().ok());
    told.map_or(cases, |told: u32| told.min(cases))
}
