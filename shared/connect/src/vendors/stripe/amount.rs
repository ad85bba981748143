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
    let (theirs, ours) = (decimals(currency), currency.decimals());
    let factor = 10i64.pow(theirs.abs_diff(ours));
    let exact = if theirs > ours {
        amount
            .checked_rem(factor)
            .filter(|rest| *rest == 0)
            .and_then(|_| amount.checked_div(factor))
    } else {
        amount.checked_mul(factor)
    };
    exact.ok_or_else(|| ParseError::Amount {
        path: path.to_owned(),
    })
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
}
