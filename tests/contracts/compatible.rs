//! Whether a schema may take another's place: a reader of the old one must be able to read what the new one allows.

use serde_json::{Map, Value, json};

/// Words that say nothing about the form.
const TALK: [&str; 4] = ["title", "description", "examples", "$schema"];

/// The first reason for which `new` may not take the place of `old`: it may gain optional fields, and nothing
/// else may change.
pub(crate) fn fault(old: &Value, new: &Value) -> Option<String> {
    at("", old, new)
}

fn at(place: &str, old: &Value, new: &Value) -> Option<String> {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return (old != new).then(|| format!("{place}: {old} became {new}"));
    };
    let gone =
        old.iter()
            .filter(|(key, _)| !TALK.contains(&key.as_str()))
            .find_map(|(key, value)| {
                let place = format!("{place}/{key}");
                match (key.as_str(), new.get(key)) {
                    ("required", Some(new)) => (sorted(value) != sorted(new))
                        .then(|| format!("{place}: {value} became {new}")),
                    ("properties" | "$defs", Some(Value::Object(new))) => {
                        members(&place, value.as_object()?, new)
                    }
                    (_, None) => Some(format!("{place} is gone")),
                    (_, Some(Value::Array(new))) => list(&place, value, new),
                    (_, Some(new)) => at(&place, value, new),
                }
            });
    let extra = new
        .keys()
        .find(|key| !old.contains_key(*key) && !TALK.contains(&key.as_str()) && *key != "$defs");
    // An object that had no fields may gain some, as long as none is required.
    let extra = extra.filter(|key| *key != "properties");
    gone.or_else(|| extra.map(|key| format!("{place}/{key} is new")))
}

/// Everything that was there is there; what is new is not required (the lists of required fields are equal).
fn members(place: &str, old: &Map<String, Value>, new: &Map<String, Value>) -> Option<String> {
    old.iter().find_map(|(name, value)| match new.get(name) {
        None => Some(format!("{place}/{name} is gone")),
        Some(new) => at(&format!("{place}/{name}"), value, new),
    })
}

fn list(place: &str, old: &Value, new: &[Value]) -> Option<String> {
    let old = old.as_array().map_or(&[][..], Vec::as_slice);
    if old.len() != new.len() {
        return Some(format!(
            "{place} has {} instead of {} members",
            new.len(),
            old.len()
        ));
    }
    old.iter()
        .zip(new)
        .enumerate()
        .find_map(|(index, (old, new))| at(&format!("{place}/{index}"), old, new))
}

fn sorted(names: &Value) -> Vec<String> {
    let names = names.as_array().into_iter().flatten();
    let mut names: Vec<String> = names.map(Value::to_string).collect();
    names.sort();
    names
}

#[test]
fn an_optional_field_may_come_and_nothing_may_go_or_change() {
    let old = json!({
        "type": "object",
        "properties": { "a": { "type": "string" }, "b": { "$ref": "#/$defs/B" }, "c": { "enum": ["x", "y"] } },
        "required": ["a"],
        "$defs": { "B": { "type": "object", "properties": { "n": { "type": "integer" } } } },
    });
    let changed = |pointer: &str, value: Value| {
        let mut new = old.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = new.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(name)
        } else {
            parent.insert(name.to_owned(), value)
        };
        fault(&old, &new)
    };
    assert_eq!(fault(&old, &old), None);
    for (pointer, value) in [
        ("/properties/d", json!({ "type": "string" })),
        ("/$defs/B/properties/m", json!({ "type": "string" })),
        ("/$defs/C", json!({ "type": "string" })),
        ("/description", json!("in other words")),
    ] {
        assert_eq!(changed(pointer, value), None, "{pointer}");
    }
    for (pointer, value) in [
        ("/properties/a", Value::Null),
        ("/properties/a/type", json!("integer")),
        ("/properties/a/pattern", json!("^x$")),
        ("/properties/c/enum", json!(["x"])),
        ("/properties/c/enum", json!(["x", "y", "z"])),
        ("/required", json!([])),
        ("/required", Value::Null),
        ("/required", json!(["a", "b"])),
        ("/$defs/B/properties/n", Value::Null),
        ("/$defs/B/required", json!(["n"])),
        ("/$defs/B", Value::Null),
        ("/type", json!("array")),
    ] {
        assert!(
            changed(pointer, value.clone()).is_some(),
            "{pointer} {value}"
        );
    }
}
