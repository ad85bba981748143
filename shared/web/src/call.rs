//! An authorised request, and what a handler needs to carry it out.

use app::access::Principal;

use crate::response::Request;

/// An authorised request.
pub(crate) struct Call<'a, S, E> {
    pub(crate) store: &'a S,
    /// The clock and the id generator.
    pub(crate) env: &'a E,
    pub(crate) request: &'a Request,
    pub(crate) principal: Principal,
    /// The decoded parameter of the path; empty for a route without one.
    pub(crate) parameter: String,
}
