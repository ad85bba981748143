//! Making a stored decision again.

use super::{Decision, ENGINE, route};
use crate::location::RoutingRules;

/// Why a stored decision cannot be made again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// Another engine made it.
    #[error("engine {0} is not in this build")]
    NotInThisBuild(u32),
    /// It was made with another version of the rules.
    #[error("the decision was made with version {wanted} of the rules, not {supplied}")]
    OtherRules {
        /// The version that it was made with.
        wanted: u32,
        /// The version that was supplied.
        supplied: u32,
    },
}

/// The decision that this build makes of the inputs of a stored one. The attempt is taken over: it is no part of the
/// decision.
///
/// # Errors
/// [`ReplayError`] when engine or rules are not those that made it.
pub fn replay(stored: &Decision, rules: &RoutingRules) -> Result<Decision, ReplayError> {
    if stored.engine != ENGINE {
        return Err(ReplayError::NotInThisBuild(stored.engine));
    }
    let wanted = stored.inputs.rules_version;
    if wanted != rules.version {
        let supplied = rules.version;
        return Err(ReplayError::OtherRules { wanted, supplied });
    }
    let attempt = stored.attempt;
    Ok(Decision {
        attempt,
        ..route(&stored.inputs, rules)
    })
}
