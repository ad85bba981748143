//! The live tests: the stories of the demo, several at a time; then what the system does when a part of it fails, one
//! fault at a time; at last the invariants over the whole table.
//!
//! The first test that needs a stack starts one for the whole run, and it is stopped after the last.

#[expect(dead_code, clippy::unwrap_used, reason = "shared with the store tests")]
mod dynamo;
mod system;

fn main() -> std::process::ExitCode {
    system::run()
}
