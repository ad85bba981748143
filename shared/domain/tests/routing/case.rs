//! Inputs and rules together.

use std::ops::{Deref, DerefMut};

use domain::{
    location::RoutingRules,
    routing::{Decision, RoutingInputs},
};

/// What one decision is made from. Reads as its inputs.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) inputs: RoutingInputs,
    pub(crate) rules: RoutingRules,
}

pub(crate) fn route(case: &Case) -> Decision {
    domain::routing::route(&case.inputs, &case.rules)
}

impl Deref for Case {
    type Target = RoutingInputs;

    fn deref(&self) -> &RoutingInputs {
        &self.inputs
    }
}

impl DerefMut for Case {
    fn deref_mut(&mut self) -> &mut RoutingInputs {
        &mut self.inputs
    }
}
