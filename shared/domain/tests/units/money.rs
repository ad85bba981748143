use proptest::prelude::*;

use domain::{money::*, order::RefundOrder};

#[test]
fn amounts_show_the_decimals_of_their_currency() {
    let show = |minor, code: &str| {
        Money {
            minor,
            currency: code.parse().unwrap(),
        }
        .to_string()
    };
    assert_eq!(show(1999, "EUR"), "19.99 EUR");
    assert_eq!(show(1999, "jpy"), "1999 JPY");
    assert_eq!(show(-1999, "KWD"), "-1.999 KWD");
    assert_eq!(show(5, "USD"), "0.05 USD");
}

#[test]
fn currencies_never_mix() {
    let euro = Money {
        minor: 1,
        currency: "EUR".parse().unwrap(),
    };
    let yen = Money {
        minor: 1,
        currency: "JPY".parse().unwrap(),
    };
    assert!(matches!(
        euro.checked_add(yen),
        Err(MoneyError::MixedCurrencies { .. })
    ));
    let most = Money {
        minor: i64::MAX,
        ..euro
    };
    assert_eq!(most.checked_add(euro), Err(MoneyError::Overflow));
}

#[test]
fn dinars_move_in_steps_of_ten_and_ariary_of_a_hundred() {
    let step = |code: &str| code.parse::<Currency>().unwrap().step();
    assert_eq!(["EUR", "JPY", "USD", "ISK"].map(step), [1; 4]);
    assert_eq!(["BHD", "JOD", "KWD", "OMR", "TND"].map(step), [10; 5]);
    assert_eq!(step("MGA"), 100);
    let parts = [0, 1, 2].map(|unit| unit_share(1510, 3, unit, 10));
    assert_eq!(parts, [510, 500, 500]);
    // What is not made of whole steps is shared to the last minor unit.
    let parts = [0, 1, 2].map(|unit| unit_share(1511, 3, unit, 10));
    assert_eq!(parts, [504, 504, 503]);
    assert_eq!(split(20, &[5, 15], 10), [5, 15]);
}

#[test]
fn the_odd_rest_of_a_payment_by_hand_is_given_back_last() {
    let card_and_gateway = [3015, 7230];
    let split = |amount| RefundOrder::First.split(amount, &card_and_gateway, 10);
    assert_eq!(split(5120), [3010, 2110]);
    assert_eq!(split(10_245), [3015, 7230]);
}

proptest! {
    #[test]
    fn no_cent_is_lost_or_made_in_a_split(
        total in -1_000_000_000i64..1_000_000_000,
        weights in proptest::collection::vec(0u64..1_000_000, 1..20),
    ) {
        for step in [1, 10, 100] {
            prop_assert_eq!(split(total, &weights, step).iter().sum::<i64>(), total);
        }
    }

    #[test]
    fn what_is_made_of_whole_steps_is_split_into_them(
        steps in -100_000i64..100_000,
        weights in proptest::collection::vec(0u64..100_000, 1..20),
    ) {
        let weights: Vec<u64> = weights.iter().map(|weight| weight * 10).collect();
        let parts = split(steps * 10, &weights, 10);
        prop_assert!(parts.iter().all(|part| part % 10 == 0), "{:?}", parts);
        prop_assert_eq!(parts.iter().sum::<i64>(), steps * 10);
    }

    #[test]
    fn no_share_of_a_discount_is_more_than_its_part(
        weights in proptest::collection::vec(0u64..1_000, 1..20),
        part in 0u64..=100,
    ) {
        let total = i64::try_from(weights.iter().sum::<u64>() * part / 100).unwrap();
        let shares = split(total, &weights, 10);
        for (share, weight) in shares.iter().zip(&weights) {
            prop_assert!(u64::try_from(*share).unwrap() <= *weight, "{:?} of {:?}", shares, weights);
        }
    }

    #[test]
    fn refunds_of_several_payments_are_whole_steps(
        available in proptest::collection::vec(0i64..1_000, 1..5),
        part in 0i64..=100,
    ) {
        let available: Vec<i64> = available.iter().map(|left| left * 10).collect();
        let all: i64 = available.iter().sum();
        let amount = all * part / 100 / 10 * 10;
        for order in [RefundOrder::First, RefundOrder::Last, RefundOrder::ProRata] {
            let parts = order.split(amount, &available, 10);
            prop_assert!(parts.iter().all(|part| part % 10 == 0), "{:?}", parts);
            prop_assert!(parts.iter().zip(&available).all(|(part, most)| part <= most));
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
        }
    }

    #[test]
    fn units_share_like_an_even_split(total in -1_000_000i64..1_000_000, units in 1u32..50) {
        let listed: Vec<i64> = (0..units).map(|i| unit_share(total, units, i, 1)).collect();
        prop_assert_eq!(listed, split(total, &vec![1; units as usize], 1));
    }
}
