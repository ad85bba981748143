//! Files of the repository that the code generates: the one place where they are compared and written.
//!
//! `INSTA_UPDATE=always cargo test -p stories --test contracts` writes them, as it writes the snapshots of `insta`.

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

/// Fails unless the file holds this JSON; with `INSTA_UPDATE=always`, writes the file first.
pub(crate) fn assert_current(name: &str, expected: &Value) {
    if is_updating() {
        let text = format!("{}\n", serde_json::to_string_pretty(expected).unwrap());
        fs::write(path(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    // Compared as JSON: the order of an object's fields depends on what else is built beside this test.
    let hint = "INSTA_UPDATE=always cargo test -p stories --test contracts";
    let found = json(name).unwrap_or_else(|| panic!("{name} is missing; `{hint}` writes it"));
    assert!(
        found == *expected,
        "{name} is not what the code generates; `{hint}` writes it anew"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a switch of this test, not a setting of the product"
)]
fn is_updating() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always")
}
