//! Tests beside the suite that a test binary registers one by one, so that all of them run in one harness.

use libtest_mimic::Trial;

use super::runtime::{block_on, block_on_threads};

/// One test.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Module path and function.
    pub name: &'static str,
    /// Runs it on a thread of its own; it fails by a panic.
    pub run: fn(),
}

inventory::collect!(Case);

/// Registers the private function of that name as a test: `case!(name)` for an `async fn`, `case!(concurrent name)`
/// for one that needs two threads, `case!(sync name)` for a plain `fn`. A function without this line is dead code,
/// which clippy denies.
#[macro_export]
macro_rules! case {
    (sync $name:ident) => {
        $crate::case!(@submit $name, $name);
    };
    (concurrent $name:ident) => {
        $crate::case!(@submit $name, || $crate::case::run_concurrent($name()));
    };
    ($name:ident) => {
        $crate::case!(@submit $name, || $crate::case::run_async($name()));
    };
    (@submit $name:ident, $run:expr) => {
        $crate::inventory::submit! {
            $crate::case::Case {
                name: concat!(module_path!(), "::", stringify!($name)),
                run: $run,
            }
        }
    };
}

/// Runs an asynchronous test to its end.
pub fn run_async(test: impl Future<Output = ()>) {
    block_on(test);
}

/// Runs a test with concurrent tasks to its end, on two threads.
pub fn run_concurrent(test: impl Future<Output = ()>) {
    block_on_threads(2, test);
}

/// Every registered test of this binary, without the binary's own name.
pub fn trials() -> Vec<Trial> {
    let trial = |case: &Case| {
        let run = case.run;
        let name = case
            .name
            .split_once("::")
            .map_or(case.name, |(_, name)| name);
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    inventory::iter::<Case>.into_iter().map(trial).collect()
}
