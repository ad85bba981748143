//! A page of a list, as Stripe makes it of its objects.

use serde_json::{Value, json};

use super::{account::Done, error::ApiError, params::Params};

/// The page that the parameters ask for, of objects from the newest to the oldest.
pub(super) fn page(
    url: &str,
    objects: impl Iterator<Item = Result<Value, ApiError>>,
    params: &Params,
) -> Result<Done, ApiError> {
    let (since, before) = (
        params.amount("created[gte]")?,
        params.amount("created[lt]")?,
    );
    let is_listed = |object: &Value| {
        let created = object["created"].as_i64();
        since.is_none_or(|since| created >= Some(since))
            && before.is_none_or(|before| created < Some(before))
    };
    let mut found = objects.collect::<Result<Vec<Value>, ApiError>>()?;
    found.retain(is_listed);
    if let Some(after) = params.text("starting_after") {
        let position = found.iter().position(|object| object["id"] == after);
        let position = position.ok_or_else(|| ApiError::missing("object"))?;
        found.drain(..=position);
    }
    let limit = params.amount("limit")?.unwrap_or(10).min(100);
    let limit = usize::try_from(limit).unwrap_or(10);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let list = json!({ "object": "list", "url": url, "has_more": has_more, "data": found });
    Ok((list, None))
}
