//! Programs in the Python environment of the local stack.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    sync::LazyLock,
};

use live::stack::root;
use serde_json::Value;

/// The environment, created once.
static ENVIRONMENT: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut setup = Command::new(root().join("infra/local"));
    let output = setup.arg("setup").stderr(Stdio::inherit()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "infra/local setup");
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
});

/// A program of the environment.
pub(crate) fn program(name: &str) -> Command {
    Command::new(ENVIRONMENT.join("bin").join(name))
}

/// Gives the script beside this file a JSON document, and reads its answer.
pub(crate) fn official_library(input: &Value) -> Value {
    let script = root().join("tests/live/tests/gateway/official_library.py");
    let mut running = program("python")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(input.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "the script failed on {input}");
    serde_json::from_slice(&output.stdout).unwrap()
}
