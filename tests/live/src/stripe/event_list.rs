//! What has happened, as the list of events shows it: every event once, newest first, whether its webhook arrives or not.

use serde_json::{Value, json};

use super::{error::ApiError, params::Params, samples};
use crate::outcome::Outcome;

/// Types that one request may name.
const TYPES_MAX: usize = 20;

#[derive(Debug, Default)]
pub(super) struct EventList {
    events: Vec<Value>,
}

impl EventList {
    /// Records an event about an object, and gives it.
    ///
    /// # Errors
    /// When there is no sample of its type.
    pub(super) fn record(&mut self, kind: &str, object: Value, created_s: i64) -> Outcome<&Value> {
        let mut event = samples::event(kind)?;
        let id = object["id"].as_str().unwrap_or_default();
        let number = self.events.len().saturating_add(1);
        event["id"] = json!(format!("evt_{id}_{number}"));
        event["type"] = json!(kind);
        event["created"] = json!(created_s);
        event["data"]["object"] = object;
        let index = self.events.len();
        self.events.push(event);
        Ok(&self.events[index])
    }

    /// A page of the list.
    pub(super) fn list(&self, query: &str) -> Result<Value, ApiError> {
        let known = [
            "created[gte]",
            "ending_before",
            "limit",
            "starting_after",
            "types[]",
        ];
        let params = Params::decode(query, &known)?;
        let types = params.all("types[]");
        if types.len() > TYPES_MAX {
            return Err(ApiError::parameter("parameter_invalid", "types"));
        }
        let since = params.amount("created[gte]")?;
        let is_listed = |event: &&Value| {
            let kind = event["type"].as_str().unwrap_or_default();
            (types.is_empty() || types.contains(&kind))
                && since.is_none_or(|since| event["created"].as_i64() >= Some(since))
        };
        let mut found: Vec<&Value> = self.events.iter().rev().filter(is_listed).collect();
        let position = |id: &str| {
            let position = found.iter().position(|event| event["id"] == id);
            position.ok_or_else(|| ApiError::missing("event"))
        };
        let limit = params.amount("limit")?.unwrap_or(10).min(100);
        let limit = usize::try_from(limit).unwrap_or(10);
        match (params.text("starting_after"), params.text("ending_before")) {
            (Some(_), Some(_)) => {
                return Err(ApiError::parameter("parameters_exclusive", "ending_before"));
            }
            (Some(id), None) => {
                let position = position(id)?;
                found.drain(..=position);
            }
            // The events just before it, which are the next newer ones.
            (None, Some(id)) => {
                let position = position(id)?;
                found.truncate(position);
                let has_more = found.len() > limit;
                found.drain(..found.len().saturating_sub(limit));
                return Ok(page(&found, has_more));
            }
            (None, None) => {}
        }
        let has_more = found.len() > limit;
        found.truncate(limit);
        Ok(page(&found, has_more))
    }
}

fn page(data: &[&Value], has_more: bool) -> Value {
    json!({ "object": "list", "url": "/v1/events", "has_more": has_more, "data": data })
}
