use proptest::prelude::*;

use domain::money::*;

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

proptest! {
    #[test]
    fn no_cent_is_lost_or_made_in_a_split(
        total in -1_000_000_000i64..1_000_000_000,
        weights in proptest::collection::vec(0u64..1_000_000, 1..20),
    ) {
        prop_assert_eq!(split(total, &weights).iter().sum::<i64>(), total);
    }

    #[test]
    fn units_share_like_an_even_split(total in -1_000_000i64..1_000_000, units in 1u32..50) {
        let listed: Vec<i64> = (0..units).map(|i| unit_share(total, units, i)).collect();
        prop_assert_eq!(listed, split(total, &vec![1; units as usize]));
    }
}
