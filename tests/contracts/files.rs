//! The repository's files, and the generated ones among them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// A path from the repository's root.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// The text of a file.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The JSON of a file, if there is one.
pub(crate) fn json(name: &str) -> Option<Value> {
    let text = fs::read_to_string(path(name)).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// Whether the generated files are to be written anew.
#[expect(
    clippy::disallowed_methods,
    reason = "a switch of this test, not a setting of the product"
)]
pub(crate) fn updating() -> bool {
    std::env::var("UPDATE").is_ok_and(|value| value == "1")
}

/// Compares a generated file with what it should be, or writes it.
pub(crate) fn settle(name: &str, expected: &Value) {
    if updating() {
        let text = format!("{}\n", serde_json::to_string_pretty(expected).unwrap());
        fs::write(path(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
        return;
    }
    // Compared as JSON: how an object's fields are ordered depends on what else is built beside this test.
    let hint = "write it anew with `UPDATE=1 cargo test -p stories --test contracts`";
    let found = json(name).unwrap_or_else(|| panic!("{name} is missing; {hint}"));
    assert!(
        found == *expected,
        "{name} is not what the code makes; {hint}"
    );
}
