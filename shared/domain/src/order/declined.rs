//! Locations that did not ship a line, and until when it is not routed to them again.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Order;
use crate::{
    ids::{LineId, LocationId},
    serde_default::is_default,
};

/// After so many times that a location did not ship a line, only an agent allows it again.
pub const DECLINES_MAX: u32 = 3;

/// A location rejected units of a line, or shipped fewer than it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Declined {
    /// The line.
    pub line: LineId,
    /// The location.
    pub location: LocationId,
    /// When it did so last, UTC.
    pub at: Timestamp,
    /// How often it did.
    pub times: u32,
    /// Whether it did not have the units. Then units that are received or counted there afterwards change what made it
    /// decline.
    #[serde(default, skip_serializing_if = "is_default")]
    pub missing: bool,
}

impl Declined {
    /// Whether the line is still not routed there. `restocked_at`: when units of the SKU were last received or counted
    /// at the location, UTC.
    pub fn is_in_force(&self, restocked_at: Option<Timestamp>) -> bool {
        let has_changed = self.missing && restocked_at.is_some_and(|at| at > self.at);
        self.times >= DECLINES_MAX || !has_changed
    }
}

impl Order {
    /// The locations that a line is not routed to. `restocked_at` says when units of its SKU were last received or
    /// counted at a location, UTC.
    pub fn avoided(
        &self,
        line: &LineId,
        restocked_at: impl Fn(&LocationId) -> Option<Timestamp>,
    ) -> Vec<LocationId> {
        let declined = self.state.declined.iter();
        declined
            .filter(|declined| declined.line == *line)
            .filter(|declined| declined.is_in_force(restocked_at(&declined.location)))
            .map(|declined| declined.location.clone())
            .collect()
    }
}
