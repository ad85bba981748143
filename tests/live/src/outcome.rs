//! How a step of a story ends: with a value, or with what was expected and what was found instead.

use std::fmt::Debug;

pub type Outcome<T = ()> = Result<T, StoryError>;

/// Why a story failed.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// A check found another value than expected.
    #[error("{what}\n    expected: {expected}\n    found:    {found}")]
    Mismatch {
        what: String,
        expected: String,
        found: String,
    },
    /// A condition did not become true in time.
    #[error("{what}: not so after {seconds} s\n    last seen: {last_seen}")]
    Timeout {
        what: String,
        seconds: u64,
        last_seen: String,
    },
    /// A step could not be carried out at all: says nothing about the system under test.
    #[error("{0}")]
    Failed(String),
}

impl StoryError {
    /// A step, named by `what`, that could not be carried out.
    pub fn failed(what: &str, why: impl ToString) -> Self {
        Self::Failed(format!("{what}: {}", why.to_string()))
    }
}

/// Checks that `found` equals `expected`.
///
/// # Errors
/// [`StoryError::Mismatch`] with both.
pub fn expect<T: PartialEq<U> + Debug, U: Debug>(what: &str, found: T, expected: U) -> Outcome {
    if found == expected {
        return Ok(());
    }
    Err(StoryError::Mismatch {
        what: what.to_owned(),
        expected: format!("{expected:?}"),
        found: format!("{found:?}"),
    })
}

/// Checks that a condition holds.
///
/// # Errors
/// [`StoryError::Mismatch`], showing `found`.
pub fn expect_that(what: &str, holds: bool, found: impl Debug) -> Outcome {
    if holds {
        return Ok(());
    }
    Err(StoryError::Mismatch {
        what: what.to_owned(),
        expected: "true".to_owned(),
        found: format!("{found:?}"),
    })
}
