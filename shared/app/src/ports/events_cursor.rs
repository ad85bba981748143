//! How far the payment gateway's list of events has been read.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The position in the gateway's list of events. The list is read from its newest event back, so a run that cannot read all
/// of what is new leaves the rest to the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsCursor {
    /// Counts the writes; 0: it was never written.
    pub version: u64,
    /// What the gateway has recorded before this was read, UTC.
    pub read_until: Timestamp,
    /// What was begun and is not finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk: Option<EventsWalk>,
}

/// A way back through the list that has not reached [`EventsCursor::read_until`] yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsWalk {
    /// When it was begun, UTC: what was recorded later is not on it.
    pub begun_at: Timestamp,
    /// The gateway's id of the last event that was read.
    pub after: String,
}

impl EventsCursor {
    /// The position of a gateway that was never read.
    pub fn first(read_until: Timestamp) -> Self {
        Self {
            version: 0,
            read_until,
            walk: None,
        }
    }

    /// The position after a page of a walk that was begun at `begun_at`; `next`: the last event of the page, when there are
    /// older ones.
    #[must_use]
    pub fn after_page(&self, begun_at: Timestamp, next: Option<String>) -> Self {
        let walk = next.map(|after| EventsWalk { begun_at, after });
        Self {
            version: self.version.saturating_add(1),
            read_until: match walk {
                Some(_) => self.read_until,
                None => begun_at.max(self.read_until),
            },
            walk,
        }
    }

    /// Gives up a walk that was begun so long before `now`: the gateway may not know its last event any more.
    #[must_use]
    pub fn without_walk_older_than(mut self, age: SignedDuration, now: Timestamp) -> Self {
        self.walk = self
            .walk
            .filter(|walk| now.duration_since(walk.begun_at) <= age);
        self
    }
}
