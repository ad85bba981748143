//! How a story ends: as it was told, or with what was expected and what was found instead.

use std::fmt::Debug;

/// What a step of a story gives, or why the story does not go on.
pub type Told<T = ()> = Result<T, Trouble>;

/// Why a story did not go as it is told.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Something is not so.
    #[error("{what}\n    expected: {expected}\n    found:    {found}")]
    NotSo {
        /// What was looked at.
        what: String,
        /// What it should have been.
        expected: String,
        /// What it was.
        found: String,
    },
    /// Something did not come about in time.
    #[error("{what} did not come about within {seconds} s\n    last seen: {seen}")]
    TooLate {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
        /// How things stood at the end.
        seen: String,
    },
    /// The way to the stack is broken: nothing can be said about the stack itself.
    #[error("{0}")]
    Broken(String),
}

impl Trouble {
    /// Something that keeps the story from being told at all.
    pub fn broken(what: &str, why: impl ToString) -> Self {
        Self::Broken(format!("{what}: {}", why.to_string()))
    }
}

/// Checks that something is as it should be.
///
/// # Errors
/// [`Trouble::NotSo`] with both sides.
pub fn expect<T: PartialEq<U> + Debug, U: Debug>(what: &str, found: T, expected: U) -> Told {
    if found == expected {
        return Ok(());
    }
    Err(Trouble::NotSo {
        what: what.to_owned(),
        expected: format!("{expected:?}"),
        found: format!("{found:?}"),
    })
}

/// Checks that something holds.
///
/// # Errors
/// [`Trouble::NotSo`], with how things stand.
pub fn expect_that(what: &str, holds: bool, found: impl Debug) -> Told {
    if holds {
        return Ok(());
    }
    Err(Trouble::NotSo {
        what: what.to_owned(),
        expected: "so".to_owned(),
        found: format!("{found:?}"),
    })
}
