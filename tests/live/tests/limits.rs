//! The table of limits in `shared/README.md` lists the constants of the code, with their values.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use jiff::SignedDuration;

/// The text between the marks of the table.
fn rows() -> Vec<(String, String)> {
    let text = include_str!("../../../shared/README.md");
    let table = text
        .split("<!-- limits -->")
        .nth(1)
        .expect("a table of limits");
    let table = table
        .split("<!-- /limits -->")
        .next()
        .expect("the table's rows");
    table
        .lines()
        .filter(|line| line.contains("::"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            (cells[3].trim_matches('`').to_owned(), cells[2].to_owned())
        })
        .collect()
}

/// A wait, in whole seconds, or in milliseconds when it is shorter.
fn wait(duration: Duration) -> u128 {
    match duration.as_secs() {
        0 => duration.as_millis(),
        seconds => seconds.into(),
    }
}

fn seconds(duration: SignedDuration) -> i64 {
    duration.as_secs()
}

fn days(duration: SignedDuration) -> i64 {
    duration.as_hours() / 24
}

macro_rules! limits {
    ($($path:path $(, $of:ident)?;)+) => {
        vec![$((
            stringify!($path).replace(' ', ""),
            limits!(@value $path $(, $of)?).to_string(),
        )),+]
    };
    (@value $path:path) => { $path };
    (@value $path:path, $of:ident) => { $of($path) };
}

#[test]
fn the_table_of_limits_is_that_of_the_code() {
    let constants = limits! {
        connect::vendors::stripe::commands::PAGE_EVENTS;
        connect::vendors::stripe::commands::PAGE_OBJECTS;
        app::usecases::reconcile::RECONCILED_DAYS;
        app::usecases::reconcile::DISPUTES_BACK_DAYS;
        domain::reconciliation::DAY_DIFFERENCES_MAX;
        web::RECONCILIATION_DAYS_MAX;
        domain::order::ASK_AFTER_S;
        domain::order::NOT_FOUND_TIMES;
        domain::order::CAPTURES_MAX;
        domain::order::AUTHORIZED_FOR_S;
        domain::order::AUTHORIZATION_MARGIN_H;
        app::usecases::read_gateway_events::EVENT_PAGES_MAX;
        app::usecases::read_gateway_events::EVENTS_REREAD_S;
        app::usecases::read_gateway_events::EVENTS_FIRST_READ_S;
        app::usecases::read_gateway_events::EVENTS_WALK_S_MAX;
        connect::vendors::stripe::commands::PAGE_REFUNDS;
        egress::REFUND_PAGES_MAX;
        egress::EXCHANGE_BYTES_MAX;
        login::LOG_IN_S;
        login::LEEWAY_S;
        login::KEYS_AGAIN_S;
        egress::ANSWER_BYTES_MAX;
        egress::GATEWAY_WAIT_S_MAX;
        domain::inbound::UNMATCHED_FACTS_MAX;
        domain::inbound::UNMATCHED_NAMES_MAX;
        domain::inbound::UNMATCHED_CLOSED_AFTER_DAYS;
        app::ports::NAMED_BY_MAX;
        domain::decide::DUPLICATE_WITHIN_S;
        domain::decide::LINES_MAX;
        domain::decide::UNITS_MAX;
        domain::decide::AMOUNT_MAX;
        domain::health::FAILURES_TO_OPEN;
        domain::health::FIRST_PAUSE, seconds;
        domain::health::LONGEST_PAUSE, seconds;
        domain::health::PROBE_TIME, seconds;
        domain::health::SLOW_AFTER, seconds;
        domain::decide::PLACED_AHEAD_S_MAX;
        domain::decide::PLACED_AGO_DAYS_MAX;
        domain::decide::NAME_CHARS_MAX;
        domain::decide::PHONE_CHARS_MAX;
        domain::decide::EMAIL_CHARS_MAX;
        domain::decide::ADDRESS_LINES_MAX;
        domain::routing::ELIGIBLE_MAX;
        domain::routing::EXCLUDED_MAX;
        domain::routing::EXCLUSIONS_MAX;
        app::usecases::execute::UNCHANGED_REQUEST_TTL, days;
        domain::order::REDRIVE_AFTER_S;
        domain::order::REDRIVE_PAUSE_MAX_S;
        domain::order::SILENCE_PAUSE_S;
        domain::order::SILENCE_S;
        domain::order::FULFILLMENT_OVERDUE_S;
        domain::order::OVERDUE_LOOK_S;
        domain::order::TAKE_BACK_WITHIN_S;
        domain::order::REPEATS_NOTED_S;
        domain::order::TAKEN_BACK_MAX;
        app::usecases::reveal::ACCESS_REASON_MIN;
        app::usecases::reveal::ACCESS_REASON_MAX;
        app::usecases::reveal::REVEALED_FOR, seconds;
        app::usecases::reveal::ACCESS_LOG_DAYS;
        app::usecases::apply_inbound::CLOSING_GRACE_S;
        app::usecases::sweep::UNREADABLE_PAUSE_S;
        app::usecases::cancel_after_failed_payment::PAYMENT_STEPS_MAX;
        domain::order::PAY_WITHIN_S;
        domain::order::PAY_TRANSFER_WITHIN_DAYS;
        domain::account::ON_ACCOUNT_DAYS;
        domain::account::ON_ACCOUNT_DAYS_MAX;
        domain::account::ACCOUNT_CURRENCIES_MAX;
        domain::order::UNPAID_RESERVATION_S;
        domain::order::AWAITING_GATEWAY_SHOWN_AFTER_S;
        domain::order::OUTSTANDING_SHOWN_AFTER_S;
        domain::order::PROCESSING_SHOWN_AFTER_S;
        domain::order::TRANSACTION_ITEMS_MAX;
        domain::routing::WRITES_MAX;
        domain::stock::MOVES_KEPT;
        domain::stock::MOVES_MAX;
        connect::BODY_MAX;
        connect::signature::TOLERANCE_S;
        connect::signature::standard::ID_MAX;
        connect::signature::standard::KEY_MIN;
        connect::signature::standard::KEY_MAX;
        connect::vendors::wms::ITEMS_MAX;
        web::BODY_BYTES_MAX;
        app::usecases::idempotency::IdempotencyKey::LENGTH_MAX;
        app::usecases::breaker::HEALTH_TTL, seconds;
        app::usecases::execute::FACT_ROUNDS;
        app::usecases::execute::REQUEST_ROUNDS;
        app::usecases::adjust_stock::FACTS_PER_TRANSACTION;
        app::usecases::release_backorders::RELEASES_PER_MESSAGE;
        app::usecases::release_backorders::BACKORDERS_PER_MESSAGE;
        app::usecases::release_backorders::LOST_RACES_PER_MESSAGE;
        app::usecases::release_backorders::BACKORDERS_EXAMINED_AHEAD;
        app::usecases::sweep::PAGE_ITEMS;
        app::usecases::sweep::PAGES_MAX;
        egress::CONNECT_TIMEOUT, wait;
        egress::RESPONSE_TIMEOUT, wait;
        aws::runtime::client::CONNECT_TIMEOUT, wait;
        aws::runtime::client::ATTEMPT_TIMEOUT, wait;
        aws::runtime::client::CALL_TIMEOUT, wait;
        aws::runtime::client::CALL_ATTEMPTS_MAX;
        aws::runtime::client::CALL_BACKOFF, wait;
        aws::table::limits::TRANSACTION_ATTEMPTS_MAX;
        aws::table::limits::TRANSACTION_BACKOFF, wait;
        aws::table::limits::SAVE_ATTEMPTS_MAX;
        aws::table::limits::PAGE_ORDERS_MAX;
        aws::table::limits::MOVEMENT_MARKER_TTL, days;
        aws::table::limits::KEY_VALUE_BYTES_MAX;
        aws::lambda::batch::MESSAGES_AT_ONCE;
        aws::lambda::time::BEGIN_BEFORE_END, wait;
        aws::lambda::time::STOP_BEFORE_END, wait;
        app::retries::RECEIVE_WAIT_MAX, wait;
        app::retries::EARLY_WAIT_MIN, wait;
        app::retries::EARLY_WAIT_MAX, wait;
        app::retries::EARLY_AGE_MAX, wait;
        app::retries::FAILING_TIME_MAX, wait;
        app::retries::EARLY_RECEIVES;
        aws::lambda::source_queue::HAND_BACK_WAIT, wait;
        app::retries::RECEIVES_RESERVE;
        aws::lambda::source_queue::DEAD_LETTER_REASON_CHARS_MAX;
        app::usecases::redrive_dead_letters::DEAD_LETTERS_REDRIVEN_MAX;
        aws::bus::ENTRIES_PER_CALL_MAX;
        aws::lambda::republish::COMMITS_PER_REQUEST_MAX;
    };
    for row in &rows() {
        assert!(constants.contains(row), "the code does not have {row:?}");
    }
    for constant in &constants {
        assert!(
            rows().contains(constant),
            "the table does not have {constant:?}"
        );
    }
}

#[test]
fn every_consumer_has_time_to_begin_messages_and_a_request_ends_before_it_is_stopped() {
    use aws::lambda::time::{BEGIN_BEFORE_END, STOP_BEFORE_END};

    let template = include_str!("../../../infra/template.yaml");
    let template = &yaml_rust2::YamlLoader::load_from_str(template).expect("YAML")[0];
    let mut consumers = 0;
    for (name, function) in template["Resources"].as_hash().expect("resources") {
        let properties = &function["Properties"];
        if properties["Events"]["Messages"]["Type"].as_str() != Some("SQS") {
            continue;
        }
        consumers += 1;
        let timeout = properties["Timeout"].as_i64().expect("a timeout");
        let timeout = Duration::from_secs(timeout.unsigned_abs());
        assert!(timeout >= BEGIN_BEFORE_END * 3 / 2, "{name:?}: {timeout:?}");
    }
    assert_eq!(consumers, 6);
    assert!(egress::RESPONSE_TIMEOUT < BEGIN_BEFORE_END - STOP_BEFORE_END);
    let probe = domain::health::PROBE_TIME.unsigned_abs();
    assert!(egress::RESPONSE_TIMEOUT < probe);
}
