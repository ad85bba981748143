//! Money: integer minor units and a currency that never mixes with another.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What went wrong with an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies met in one calculation.
    #[error("{left} and {right} do not mix")]
    MixedCurrencies {
        /// The first amount's currency.
        left: Currency,
        /// The second amount's currency.
        right: Currency,
    },
    /// The result does not fit 64 bits.
    #[error("the amount is too large")]
    Overflow,
    /// Not three letters.
    #[error("`{0}` is not an ISO 4217 currency code")]
    UnknownCurrency(String),
}

/// An ISO 4217 code, three capitals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals the currency's minor unit stands for (ISO 4217: JPY 0, EUR 2, KWD 3).
    pub fn decimals(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// The smallest step in which money moves, in minor units: what is charged, captured and given back is a multiple of it.
    /// 1 of most currencies; 10 of those of three decimals, because cards do not pay less; 100 of the ariary, which has no
    /// hundredths. Stripe says so: <https://docs.stripe.com/currencies> (5.124 KWD is charged as 5120 or 5130).
    pub fn step(&self) -> i64 {
        match (&self.0, self.decimals()) {
            (b"MGA", _) => 100,
            (_, 3) => 10,
            _ => 1,
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Reads the code in either case: Stripe writes `eur`, shops write `EUR`.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let unknown = || MoneyError::UnknownCurrency(text.chars().take(12).collect());
        let code: [u8; 3] = text
            .to_ascii_uppercase()
            .into_bytes()
            .try_into()
            .map_err(|_| unknown())?;
        if code.iter().all(u8::is_ascii_uppercase) {
            Ok(Self(code))
        } else {
            Err(unknown())
        }
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "ISO 4217 code", "pattern": "^[A-Za-z]{3}$" })
    }
}

/// An amount in minor units (cents, yen, fils) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// Minor units; may be negative in a difference.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// Adds two amounts of the same currency.
    ///
    /// # Errors
    /// `MixedCurrencies`, `Overflow`.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies {
                left: self.currency,
                right: other.currency,
            });
        }
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10u64.pow(self.currency.decimals());
        let (sign, size) = (
            if self.minor < 0 { "-" } else { "" },
            self.minor.unsigned_abs(),
        );
        match self.currency.decimals() {
            0 => write!(f, "{sign}{size} {}", self.currency),
            width => {
                let (whole, part) = (size.div_euclid(scale), size.rem_euclid(scale));
                write!(
                    f,
                    "{sign}{whole}.{part:0width$} {}",
                    self.currency,
                    width = width as usize
                )
            }
        }
    }
}

/// Splits `total` over `weights` by largest remainder: the shares add up to `total` to the last minor unit, and
/// none is more than one step away from its exact share. All weights zero share evenly. Ties go to the earlier.
/// Negative totals split like their positive mirror. Shares are whole steps ([`Currency::step`]) when the total and all
/// weights are; otherwise the step is one minor unit, so that no share is larger than its weight when the total is not
/// larger than all of them.
pub fn split(total: i64, weights: &[u64], step: i64) -> Vec<i64> {
    let is_whole_weight = |weight: &u64| i64::try_from(*weight).is_ok_and(|w| is_whole(w, step));
    let are_whole = is_whole(total, step) && weights.iter().all(is_whole_weight);
    let step = if are_whole { step } else { 1 };
    let steps = total.checked_div(step).unwrap_or(total);
    let shares = split_units(steps, weights).into_iter();
    shares.map(|share| share.saturating_mul(step)).collect()
}

/// Whether an amount is made of whole steps.
pub fn is_whole(amount: i64, step: i64) -> bool {
    amount.checked_rem(step) == Some(0)
}

fn split_units(total: i64, weights: &[u64]) -> Vec<i64> {
    if weights.is_empty() {
        return Vec::new();
    }
    let even;
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    let (weights, sum) = if sum == 0 {
        even = vec![1; weights.len()];
        (even.as_slice(), even.len() as u128)
    } else {
        (weights, sum)
    };
    let size = u128::from(total.unsigned_abs());
    // u64 * u64 fits u128, and a share is never larger than the total, so no step here can overflow.
    let exact = |w: &u64| size.saturating_mul(u128::from(*w));
    let mut shares: Vec<u128> = weights.iter().map(|w| exact(w).div_euclid(sum)).collect();
    let mut left = size.saturating_sub(shares.iter().sum());
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(exact(&weights[*i]).rem_euclid(sum)), *i));
    for index in order {
        if left == 0 {
            break;
        }
        shares[index] = shares[index].saturating_add(1);
        left = left.saturating_sub(1);
    }
    let sign = if total < 0 { -1 } else { 1 };
    shares
        .into_iter()
        .map(|share| {
            i64::try_from(share)
                .unwrap_or(i64::MAX)
                .saturating_mul(sign)
        })
        .collect()
}

/// The share of unit `index` when `total` is split evenly over `units`: what [`split`] gives with equal weights that are
/// whole steps, without building the list.
pub fn unit_share(total: i64, units: u32, index: u32, step: i64) -> i64 {
    if units == 0 {
        return 0;
    }
    let step = if is_whole(total, step) { step } else { 1 };
    let total = total.checked_div(step).unwrap_or(total);
    let units = i64::from(units);
    let (base, extra) = (
        total.checked_div(units).unwrap_or(0),
        total.checked_rem(units).unwrap_or(0),
    );
    let bonus = if i64::from(index) < extra.abs() {
        extra.signum()
    } else {
        0
    };
    base.saturating_add(bonus).saturating_mul(step)
}
