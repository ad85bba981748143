//! Stripe's minor units, which are not always those of ISO 4217.

use domain::money::Currency;

use crate::parse::ParseError;

/// How many decimals an amount of Stripe's has. Króna and Ugandan shilling have no decimals any more, and Stripe still
/// writes two; the ariary has fifths, and Stripe writes none.
fn decimals(currency: Currency) -> u32 {
    match currency.as_str() {
        "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// An amount as Stripe writes it, in our minor units.
pub(super) fn minor_units(path: &str, amount: i64, currency: Currency) -> Result<i64, ParseError> {
    if amount < 0 {
        return Err(ParseError::field(path, "an amount is not negative"));
    }
    scaled(amount, decimals(currency), currency.decimals()).ok_or_else(|| ParseError::Amount {
        path: path.to_owned(),
    })
}

/// An amount in our minor units, as Stripe writes it; none when it is negative or Stripe's units are too coarse for it.
pub(super) fn stripe_units(amount: i64, currency: Currency) -> Option<i64> {
    let amount = Some(amount).filter(|amount| *amount >= 0)?;
    scaled(amount, currency.decimals(), decimals(currency))
}

/// An amount of `from` decimals as one of `to` decimals; none when it would have to be rounded.
fn scaled(amount: i64, from: u32, to: u32) -> Option<i64> {
    let factor = 10i64.pow(from.abs_diff(to));
    if from > to {
        let exact = amount.checked_rem(factor)? == 0;
        exact.then(|| amount.checked_div(factor)).flatten()
    } else {
        amount.checked_mul(factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(amount: i64, currency: &str) -> Result<i64, &'static str> {
        minor_units("amount", amount, currency.parse().unwrap()).map_err(|e| e.code())
    }

    #[test]
    fn most_currencies_have_the_same_minor_units() {
        assert_eq!(ours(1999, "eur"), Ok(1999));
        assert_eq!(ours(500, "jpy"), Ok(500));
        assert_eq!(ours(5120, "kwd"), Ok(5120));
        assert_eq!(ours(0, "usd"), Ok(0));
    }

    #[test]
    fn special_cases_are_converted_or_rejected_never_rounded() {
        assert_eq!(ours(500, "isk"), Ok(5));
        assert_eq!(ours(500, "ugx"), Ok(5));
        assert_eq!(ours(501, "isk"), Err("unrepresentable_amount"));
        assert_eq!(ours(5, "mga"), Ok(500));
        assert_eq!(ours(i64::MAX, "mga"), Err("unrepresentable_amount"));
        assert_eq!(ours(-1, "eur"), Err("invalid_field"));
    }

    #[test]
    fn what_stripe_writes_is_what_it_reads() {
        let theirs = |amount, currency: &str| stripe_units(amount, currency.parse().unwrap());
        assert_eq!(theirs(1999, "eur"), Some(1999));
        assert_eq!(theirs(500, "jpy"), Some(500));
        assert_eq!(theirs(5120, "kwd"), Some(5120));
        assert_eq!(theirs(5, "isk"), Some(500));
        assert_eq!(theirs(500, "mga"), Some(5));
        assert_eq!(theirs(501, "mga"), None);
        assert_eq!(theirs(i64::MAX, "ugx"), None);
        assert_eq!(theirs(-1, "eur"), None);
    }
}
