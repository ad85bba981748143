//! The console in a real browser: `tests/browser`, on this run's stack.

use std::process::{Command, Stdio};

use live::{
    environment::Environment,
    outcome::{Outcome, StoryError},
    stack::root,
};

/// What people do in the console, and what must hold on every page. Pictures of the pages stay in the stack's folder.
pub(crate) fn people_use_the_console(env: &Environment) -> Outcome {
    let output = Command::new(root().join("tests/browser/run"))
        .env("OMS_STATE_DIR", &env.stack.directory)
        .env("OMS_SCREENSHOTS", env.stack.directory.join("screenshots"))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| StoryError::failed("tests/browser/run", error))?;
    if output.status.success() {
        return Ok(());
    }
    let told =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    Err(StoryError::Failed(told.concat()))
}
