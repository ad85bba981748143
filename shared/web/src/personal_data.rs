//! Whether a request asks for unmasked personal data, and why.

use app::{
    access::Permission,
    ports::AccessVia,
    usecases::reveal::{Access, AccessReason},
};

use crate::{
    call::Call,
    problem::{Problem, forbidden},
    query::Query,
    route::Route,
};

/// The parameter that says why.
pub(crate) const PERSONAL_DATA: &str = "personal_data";

/// The access that the request asks for with a reason; none when it gives no reason.
///
/// An empty or bad reason is refused: the caller meant to see what would be hidden.
pub(crate) fn asked<'a, S, E>(
    call: &'a Call<'_, S, E>,
    query: &Query,
    route: &Route,
) -> Result<Option<Access<'a>>, Problem> {
    let Some(text) = query.given(PERSONAL_DATA) else {
        return Ok(None);
    };
    let reader = &call.principal;
    let no = || forbidden(reader, &[Permission::ReadPersonalData], route.name);
    let reason: AccessReason = text.parse().map_err(|bad| {
        let detail = format!("Say why you want to see personal data: {bad}.");
        Problem::new(400, "bad_reason", detail).about(PERSONAL_DATA)
    })?;
    let access = Access::of(
        reader,
        reason,
        AccessVia::Api,
        call.settings.access_log_days(),
    );
    access.map(Some).ok_or_else(no)
}
