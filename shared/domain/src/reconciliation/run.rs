//! One run of comparing a day: its steps, and how far it has come.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// After how long a run that has not ended is given up and begun again, in seconds.
const RUN_S_MAX: i64 = 43_200;

/// What a run does, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Compares the payments that the gateway lists.
    Payments,
    /// Compares its refunds.
    Refunds,
    /// Compares its disputes.
    Disputes,
    /// Compares what our orders have and the gateway did not list; only until a run has ended.
    Ours,
    /// Compares again what differed in an earlier run.
    Again,
}

impl Step {
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::Payments => Some(Self::Refunds),
            Self::Refunds => Some(Self::Disputes),
            Self::Disputes => Some(Self::Ours),
            Self::Ours => Some(Self::Again),
            Self::Again => None,
        }
    }
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it was begun, UTC.
    pub begun_at: Timestamp,
    /// What it is at.
    pub step: Step,
    /// Where in the list of that step it goes on; none: at its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Run {
    pub(super) fn begun(now: Timestamp) -> Self {
        Self {
            begun_at: now,
            step: Step::Payments,
            after: None,
        }
    }

    pub(super) fn is_given_up(&self, now: Timestamp) -> bool {
        now.duration_since(self.begun_at) > SignedDuration::from_secs(RUN_S_MAX)
    }
}
