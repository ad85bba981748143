//! The suite of the test kit on a table, alone and without a stack: `cargo test -p live --test store`. The live tests run
//! the same after their stacks.

#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "tests")]

mod dynamo;
mod table;

fn main() -> std::process::ExitCode {
    stories::suite::run(table::trials())
}
