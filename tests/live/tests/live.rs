//! What needs a database: the stories of the demo and the rights of users on one stack, then the suite of the test kit on a
//! table in this process; at the same time what the system does when a part of it fails, one fault at a time, on another stack;
//! in the end the invariants over the whole table of each stack.
//!
//! The first test that needs a stack starts it, and it is stopped after the last.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests"
)]

mod dynamo;
mod system;
mod table;

fn main() -> std::process::ExitCode {
    system::run(table::trials())
}
