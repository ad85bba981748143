//! An authorised request, and what a handler needs to carry it out.

use app::access::Principal;

use crate::{response::Request, settings::Settings};

/// The decoded parameters of a path, by name.
pub(crate) type Parameters = Vec<(&'static str, String)>;

/// An authorised request.
pub(crate) struct Call<'a, S, E> {
    pub(crate) store: &'a S,
    /// The clock, the id generator and the queues.
    pub(crate) env: &'a E,
    /// What the deployment decides.
    pub(crate) settings: &'a Settings,
    pub(crate) request: &'a Request,
    pub(crate) principal: Principal,
    /// The decoded parameters of the path.
    pub(crate) parameters: Parameters,
}

impl<S, E> Call<'_, S, E> {
    /// The parameter of that name; empty for a route without it.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        let mut all = self.parameters.iter();
        all.find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }
}
