//! The live tests: the stories of the demo, silently and many at once, then what the stack does when something of
//! it breaks, one fault at a time, and in the end the rules over the whole table.
//!
//! One stack is started for the whole run, by the first test that needs it, and ends with it.

mod busy;
mod cargo_lambda;
mod contract;
mod dead_letters;
mod door;
#[path = "../store/dynamo.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "shared with the table's own tests"
)]
mod dynamo;
mod harness;
mod kill;
mod logs;
mod lost;
mod operator;
mod provider;
mod relay;
mod roles;

use std::process::ExitCode;

use live::{outcome::Told, stories::SCENES, table, world::World};

/// A test: its name and what it does.
type Test = (&'static str, fn(&World) -> Told);

/// Beside each other: none of them touches what the others rely on.
const TOGETHER: &[Test] = &[
    (
        "door::who_is_not_logged_in_is_turned_away",
        door::not_logged_in,
    ),
    ("door::a_group_may_what_it_may", door::groups),
    ("door::personal_data_is_masked_for_support", door::masked),
    ("provider::down_then_up", provider::down_then_up),
    (
        "roles::each_function_may_do_its_work_and_nothing_else",
        roles::each_function,
    ),
];

/// One at a time: each breaks something that all rely on, and puts it right again.
const ALONE: &[Test] = &[
    ("contract::kept_on_the_stack", contract::kept_on_the_stack),
    (
        "busy::more_customers_than_units",
        busy::more_customers_than_units,
    ),
    (
        "dead_letters::unreadable_goes_aside_with_its_reason",
        dead_letters::unreadable,
    ),
    (
        "dead_letters::what_came_too_early_goes_aside_and_is_driven_again",
        dead_letters::too_early,
    ),
    (
        "lost::a_lost_message_is_made_good_by_the_sweep",
        lost::made_good_by_the_sweep,
    ),
    (
        "kill::a_function_killed_in_mid_batch_loses_nothing",
        kill::in_mid_batch,
    ),
    (
        "relay::a_record_that_comes_again_has_no_second_effect",
        relay::redelivered,
    ),
    (
        "cargo_lambda::every_case_of_every_function",
        cargo_lambda::every_case,
    ),
    (
        "relay::a_refused_entry_is_brought_again",
        relay::refused_entry,
    ),
];

/// When all is done.
const AT_THE_END: &[Test] = &[
    ("rules::hold_over_the_whole_table", |world| {
        table::keeps_its_rules(world).map(drop)
    }),
    ("rules::the_logs_keep_secrets", logs::keep_secrets),
    ("rules::no_message_was_given_up", |world| {
        table::nothing_was_given_up(world).map(drop)
    }),
];

fn main() -> ExitCode {
    let stories = SCENES.iter().map(|scene| (scene.name, scene.story));
    harness::run(stories, TOGETHER, ALONE, AT_THE_END)
}
