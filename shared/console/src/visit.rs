//! A request of somebody who is logged in, and what a page needs to answer it.

use http::{Request, Response};
use jiff::Timestamp;
use web::{Operation, Settings, problem::Problem};

use crate::{Session, layout};

/// A request of somebody who is logged in, and what a page needs to answer it.
pub(crate) struct Visit<'a, S, E> {
    pub(crate) store: &'a S,
    pub(crate) env: &'a E,
    pub(crate) settings: &'a Settings,
    pub(crate) request: &'a Request<Vec<u8>>,
    pub(crate) session: &'a Session,
    pub(crate) now: Timestamp,
}

/// A page, or why it cannot be shown.
pub(crate) type Answer = Result<Response<String>, Problem>;

/// Refuses a page whose route of the API the user may not use.
pub(crate) fn permitted(session: &Session, operation: Operation) -> Result<(), Problem> {
    if layout::may(&session.principal, operation) {
        return Ok(());
    }
    let detail = "None of your roles may see this page.";
    Err(Problem::new(403, "forbidden", detail))
}
