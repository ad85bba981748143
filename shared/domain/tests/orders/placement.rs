//! How large an order may be, and what is refused by name.

use domain::{
    decide::{
        ADDRESS_LINES_MAX, AMOUNT_MAX, EMAIL_CHARS_MAX, LINES_MAX, NAME_CHARS_MAX, PHONE_CHARS_MAX,
        PLACED_AGO_DAYS_MAX, PLACED_AHEAD_S_MAX, UNITS_MAX, place,
    },
    order::{Context, Order, PlaceOrder, Reference},
};
use jiff::SignedDuration;

use crate::common::{at, context, request};

/// Sets a field of a request.
type Set<T> = fn(&mut PlaceOrder, T);

fn refusal(request: &PlaceOrder) -> Option<String> {
    place(request, &context(0))
        .err()
        .map(|refused| refused.found)
}

fn placed(request: &PlaceOrder) -> Order {
    place(request, &context(0)).unwrap().change.order
}

/// Asserts that the largest value is placed and the next one is refused by the name of the field.
#[track_caller]
fn limit<T>(field: &str, largest: T, beyond: T, set: impl Fn(&mut PlaceOrder, T)) {
    let with = |value: T| {
        let mut request = request(&[(1, 1000)]);
        set(&mut request, value);
        request
    };
    assert_eq!(refusal(&with(largest)), None, "{field} at its limit");
    assert_eq!(refusal(&with(beyond)).as_deref(), Some(field));
}

#[test]
fn an_order_has_one_to_forty_lines_of_at_most_so_many_units() {
    let set_lines = |request: &mut PlaceOrder, count: usize| {
        request.lines = crate::common::request(&vec![(1, 1000); count]).lines;
    };
    limit("lines", LINES_MAX, LINES_MAX + 1, set_lines);
    limit("lines", 1, 0, set_lines);
    let set_units = |request: &mut PlaceOrder, units: u32| request.lines[0].quantity = units;
    limit("lines[0].quantity", UNITS_MAX, UNITS_MAX + 1, set_units);
    limit("lines[0].quantity", 1, 0, set_units);
}

#[test]
fn amounts_are_not_negative_and_have_a_limit() {
    let amounts: [(&str, Set<i64>); 3] = [
        ("shipping", |r, amount| r.shipping = amount),
        ("lines[0].unit_price", |r, amount| {
            r.lines[0].unit_price = amount;
        }),
        ("lines[0].tax", |r, amount| r.lines[0].tax = amount),
    ];
    for (field, set) in amounts {
        limit(field, AMOUNT_MAX, AMOUNT_MAX + 1, set);
        limit(field, 0, -1, set);
    }
    limit("discount", 0, -1, |r, amount| r.discount = amount);
    limit("lines[0].discount", 0, -1, |r, amount| {
        r.lines[0].discount = amount;
    });
    // All units of a line together.
    limit(
        "lines",
        (2, AMOUNT_MAX / 2),
        (2, AMOUNT_MAX / 2 + 1),
        |r, (units, price)| {
            r.lines[0].quantity = units;
            r.lines[0].unit_price = price;
        },
    );
}

#[test]
fn a_discount_takes_away_no_more_than_there_is() {
    limit("lines[0].discount", 3000, 3001, |r, discount| {
        r.lines[0].quantity = 3;
        r.lines[0].discount = discount;
    });
    // The order's discount, of what the lines cost after their own.
    limit("discount", 1900, 1901, |r, discount| {
        r.lines = request(&[(1, 1000), (1, 1000)]).lines;
        r.lines[0].discount = 100;
        r.discount = discount;
    });
    let mut free = request(&[(1, 1000)]);
    free.lines[0].discount = 400;
    free.discount = 600;
    assert_eq!(placed(&free).total(), 0);
}

#[test]
fn a_payment_intent_has_1_to_255_characters_and_no_separator() {
    let set = |request: &mut PlaceOrder, intent: String| request.payment.intent = Some(intent);
    limit("payment.intent", "p".repeat(255), "p".repeat(256), set);
    limit("payment.intent", "p".to_owned(), String::new(), set);
    limit("payment.intent", "pi_1".to_owned(), "pi#1".to_owned(), set);
}

#[test]
fn the_time_to_pay_ends_after_the_order_was_placed() {
    limit("terms.pay_until", at(1), at(0), |r, until| {
        r.terms.pay_until = Some(until);
    });
    // An order that reaches us late may still be paid for a day.
    let mut late = request(&[(1, 1000)]);
    late.placed_at = Some(at(0).checked_sub(SignedDuration::from_hours(48)).unwrap());
    let day = SignedDuration::from_hours(24);
    assert_eq!(placed(&late).pay_until(), at(0).checked_add(day).unwrap());
}

#[test]
fn the_time_of_placement_is_within_a_year_and_not_ahead() {
    let from_now = |seconds: i64| {
        Some(
            at(0)
                .checked_add(SignedDuration::from_secs(seconds))
                .unwrap(),
        )
    };
    let set = |request: &mut PlaceOrder, seconds: i64| request.placed_at = from_now(seconds);
    limit("placed_at", PLACED_AHEAD_S_MAX, PLACED_AHEAD_S_MAX + 1, set);
    let ago = -PLACED_AGO_DAYS_MAX * 86_400;
    limit("placed_at", ago, ago - 1, set);
}

#[test]
fn a_contact_has_limits_and_a_country_of_two_capitals() {
    let text = |length: usize| "x".repeat(length);
    let texts: [(&str, usize, Set<String>); 6] = [
        ("customer.name", NAME_CHARS_MAX, |r, text| {
            r.customer.name = text
        }),
        ("customer.phone", PHONE_CHARS_MAX, |r, text| {
            r.customer.phone = Some(text);
        }),
        ("customer.address.lines", NAME_CHARS_MAX, |r, text| {
            r.customer.address.lines = vec!["1 Main St".to_owned(), text];
        }),
        ("customer.address.city", NAME_CHARS_MAX, |r, text| {
            r.customer.address.city = text;
        }),
        ("customer.address.region", NAME_CHARS_MAX, |r, text| {
            r.customer.address.region = Some(text);
        }),
        (
            "customer.address.postal_code",
            PHONE_CHARS_MAX,
            |r, text| {
                r.customer.address.postal_code = Some(text);
            },
        ),
    ];
    for (field, max, set) in texts {
        limit(field, text(max), text(max + 1), set);
    }
    let address = |length: usize| format!("{}@b", text(length - 2));
    limit(
        "customer.email",
        address(EMAIL_CHARS_MAX),
        address(EMAIL_CHARS_MAX + 1),
        |r, email| {
            r.customer.email = email;
        },
    );
    limit(
        "customer.address.lines",
        ADDRESS_LINES_MAX,
        ADDRESS_LINES_MAX + 1,
        |r, count| {
            r.customer.address.lines = vec!["1 Main St".to_owned(); count];
        },
    );
    for country in ["D", "DEU", "dE", "D1"] {
        limit("customer.address.country", "DE", country, |r, country| {
            r.customer.address.country = country.to_owned();
        });
    }
}

#[test]
fn lines_get_their_position_as_id_and_a_title_that_fits() {
    let mut request = request(&[(1, 1000), (1, 1000), (1, 1000)]);
    request.lines[1].id = Some("gift".parse().unwrap());
    request.lines[0].title = "t".repeat(121);
    let order = placed(&request);
    let ids: Vec<&str> = order
        .placed
        .lines
        .iter()
        .map(|line| line.id.as_str())
        .collect();
    assert_eq!(ids, ["1", "gift", "3"]);
    assert_eq!(order.placed.lines[0].title.len(), 120);
}

#[test]
fn only_a_request_to_the_api_leads_to_its_order_by_its_key() {
    let key = |source: &str| {
        let from = Context {
            cause: domain::order::Cause::new(source, "key-1"),
            ..context(0)
        };
        let change = place(&request(&[(1, 1000)]), &from).unwrap().change;
        change
            .references
            .contains(&Reference::IdempotencyKey("key-1".to_owned()))
    };
    assert!(key("api"));
    assert!(!key("import"));
}

#[test]
fn carriers_reuse_their_numbers_and_nobody_else_does() {
    let name = || "X".to_owned();
    assert!(Reference::IdempotencyKey(name()).is_exclusive());
    assert!(Reference::Intent(name()).is_exclusive());
    assert!(!Reference::Tracking(name()).is_exclusive());
}
