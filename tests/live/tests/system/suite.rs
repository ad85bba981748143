//! The list of the tests. A test that is missing here is unused code, which clippy denies.

use std::process::ExitCode;

use libtest_mimic::Trial;
use live::{environment::Environment, outcome::Outcome, queues, scenes::SCENES, table};

use super::{
    auth, browser, cargo_lambda, console, contract, dead_letters, hanging_location, harness,
    killed_function, logs, lost_message, oversubscription, poison, provider_outage, relay, roles,
};

/// A test: its name and its function.
pub(super) type Test = (&'static str, fn(&Environment) -> Outcome);

/// Run side by side on one stack, together with the stories: none of them changes what others rely on.
const PARALLEL: &[Test] = &[
    (
        "auth::requests_without_a_valid_token_are_rejected",
        auth::invalid_tokens,
    ),
    ("auth::a_group_has_its_rights_and_no_others", auth::groups),
    (
        "auth::a_shop_places_orders_and_does_nothing_else",
        auth::shop,
    ),
    (
        "auth::a_user_of_a_location_ships_its_part_and_sees_no_other",
        auth::location,
    ),
    (
        "auth::personal_data_is_redacted_for_support",
        auth::redacted,
    ),
    (
        "browser::people_use_the_console",
        browser::people_use_the_console,
    ),
    (
        "console::a_page_leads_over_the_log_in_back_to_itself",
        console::log_in,
    ),
    (
        "console::its_tokens_and_those_of_the_api_are_not_mixed",
        console::tokens_are_not_mixed,
    ),
    (
        "console::a_session_is_refreshed_and_ends_with_log_out",
        console::refresh_and_log_out,
    ),
    (
        "provider_outage::a_request_is_retried_until_the_provider_responds",
        provider_outage::retried,
    ),
    (
        "roles::each_function_has_its_rights_and_no_others",
        roles::each_function,
    ),
];

/// Run one at a time on a stack of their own: each breaks something that all rely on, and repairs it.
const FAULTS: &[Test] = &[
    (
        "contract::the_stack_keeps_the_contract_of_every_store",
        contract::kept_on_the_stack,
    ),
    (
        "oversubscription::no_unit_is_sold_twice",
        oversubscription::more_orders_than_units,
    ),
    (
        "dead_letters::an_unreadable_message_is_dead_lettered_with_its_reason",
        dead_letters::unreadable,
    ),
    (
        "dead_letters::payments_before_their_orders_are_kept_for_them",
        dead_letters::payments_before_their_orders,
    ),
    (
        "lost_message::the_sweep_makes_up_for_a_lost_message",
        lost_message::recovered_by_the_sweep,
    ),
    (
        "hanging_location::a_location_that_hangs_does_not_delay_the_others",
        hanging_location::does_not_delay_the_others,
    ),
    (
        "killed_function::a_function_killed_during_a_batch_loses_nothing",
        killed_function::during_a_batch,
    ),
    (
        "relay::a_redelivered_record_has_no_second_effect",
        relay::redelivered,
    ),
    (
        "cargo_lambda::every_sample_event_of_every_function",
        cargo_lambda::every_sample_event,
    ),
    (
        "relay::an_entry_refused_by_the_bus_is_published_again",
        relay::refused_entry,
    ),
    (
        "relay::unreadable_commits_are_put_aside_alone_and_published_again_after_repair",
        poison::put_aside_repaired_published_again,
    ),
    (
        "relay::an_entry_refused_for_good_is_put_aside_and_published_again_on_request",
        poison::refused_for_good,
    ),
];

/// Run on each stack after all its other tests.
const AT_THE_END: &[Test] = &[
    ("invariants::hold_over_the_whole_table", |env| {
        table::invariants_hold(env).map(drop)
    }),
    (
        "invariants::no_personal_data_or_secret_in_the_logs",
        logs::no_personal_data_or_secret,
    ),
    (
        "invariants::no_function_timed_out",
        hanging_location::no_function_timed_out,
    ),
    ("invariants::no_message_was_dead_lettered", |env| {
        queues::no_new_dead_letters(env).map(drop)
    }),
];

/// Runs everything; `of_the_table` needs no stack.
pub(crate) fn run(of_the_table: Vec<Trial>) -> ExitCode {
    let stories = SCENES.iter().map(|scene| (scene.name, scene.story));
    harness::run(stories, PARALLEL, FAULTS, AT_THE_END, of_the_table)
}
