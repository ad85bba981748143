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
        domain::decide::LINES_MAX;
        domain::decide::UNITS_MAX;
        domain::decide::AMOUNT_MAX;
        domain::order::REDRIVE_AFTER_S;
        domain::order::REDRIVE_PAUSE_MAX_S;
        domain::order::SILENCE_S;
        app::usecases::apply_inbound::CLOSING_GRACE_S;
        app::usecases::sweep::UNREADABLE_PAUSE_S;
        domain::order::PAY_WITHIN_S;
        domain::order::UNPAID_RESERVATION_S;
        domain::order::PROCESSING_SHOWN_AFTER_S;
        domain::order::TRANSACTION_ITEMS_MAX;
        domain::routing::WRITES_MAX;
        connect::BODY_MAX;
        connect::signature::TOLERANCE_S;
        connect::signature::standard::ID_MAX;
        connect::signature::standard::KEY_MIN;
        connect::signature::standard::KEY_MAX;
        connect::vendors::wms::ITEMS_MAX;
        web::BODY_BYTES_MAX;
        app::usecases::idempotency::IdempotencyKey::LENGTH_MAX;
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
        aws::lambda::source_queue::RECEIVE_WAIT_MAX, wait;
        aws::lambda::source_queue::DEAD_LETTER_REASON_CHARS_MAX;
        aws::bus::ENTRIES_PER_CALL_MAX;
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
