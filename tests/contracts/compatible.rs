//! Whether a schema may replace another: a reader of the old one must be able to read what the new one allows.

use serde_json::{Map, Value, json};

/// Words that say nothing about the form.
const IGNORED: [&str; 4] = ["title", "description", "examples", "$schema"];

/// The first reason for which `new` may not replace `old`: it may gain optional fields, and nothing
/// else may change.
pub(crate) fn incompatibility(old: &Value, new: &Value) -> Option<String> {
    at("", old, new)
}

fn at(pointer: &str, old: &Value, new: &Value) -> Option<String> {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return (old != new).then(|| format!("{pointer}: {old} became {new}"));
    };
    let gone = old
        .iter()
        .filter(|(key, _)| !IGNORED.contains(&key.as_str()))
        .find_map(|(key, value)| {
            let pointer = format!("{pointer}/{key}");
            match (key.as_str(), new.get(key)) {
                ("required", Some(new)) => (sorted(value) != sorted(new))
                    .then(|| format!("{pointer}: {value} became {new}")),
                ("properties" | "$defs", Some(Value::Object(new))) => {
                    members(&pointer, value.as_object()?, new)
                }
                (_, None) => Some(format!("{pointer} is gone")),
                (_, Some(Value::Array(new))) => list(&pointer, value, new),
                (_, Some(new)) => at(&pointer, value, new),
            }
        });
    let extra = new
        .keys()
        .find(|key| !old.contains_key(*key) && !IGNORED.contains(&key.as_str()) && *key != "$defs");
    // An object that had no fields may gain some, as long as none is required.
    let extra = extra.filter(|key| *key != "properties");
    gone.or_else(|| extra.map(|key| format!("{pointer}/{key} is new")))
}

/// Everything that was there is there; what is new is not required (the lists of required fields are equal).
fn members(pointer: &str, old: &Map<String, Value>, new: &Map<String, Value>) -> Option<String> {
    old.iter().find_map(|(name, value)| match new.get(name) {
        None => Some(format!("{pointer}/{name} is gone")),
        Some(new) => at(&format!("{pointer}/{name}"), value, new),
    })
}

fn list(pointer: &str, old: &Value, new: &[Value]) -> Option<String> {
    let old = old.as_array().map_or(&[][..], Vec::as_slice);
    if old.len() != new.len() {
        return Some(format!(
            "{pointer} has {} instead of {} members",
            new.len(),
            old.len()
        ));
    }
    old.iter()
        .zip(new)
        .enumerate()
        .find_map(|(index, (old, new))| at(&format!("{pointer}/{index}"), old, new))
}

fn sorted(names: &Value) -> Vec<String> {
    let names = names.as_array().into_iter().flatten();
    let mut names: Vec<String> = names.map(Value::to_string).collect();
    names.sort();
    names
}

#[test]
fn only_an_optional_field_may_be_added() {
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
        incompatibility(&old, &new)
    };
    assert_eq!(incompatibility(&old, &old), None);
    for (pointer, value) in [
        ("/properties/d", json!({ "type": "string" })),
        ("/$defs/B/properties/m", json!({ "type": "string" })),
        ("/$defs/C", json!({ "type": "string" })),
        ("/description", json!("in other words")),
        // An open set: its values are examples of a text.
        ("/properties/a/examples", json!(["x", "y"])),
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
