//! How amounts, times and names are shown.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

/// An amount of minor units with the currency's decimals, e.g. `1,234.50`.
pub(crate) fn amount(minor: i64, decimals: u32) -> String {
    let digits = minor.unsigned_abs().to_string();
    let decimals = usize::try_from(decimals).unwrap_or_default();
    let width = decimals.saturating_add(1);
    let digits = format!("{digits:0>width$}");
    let (whole, rest) = digits.split_at(digits.len().saturating_sub(decimals));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if minor < 0 { "−" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{rest}")
}

/// The minor units of an amount as a person writes it: `12`, `12.5`, `12,50`. None when it is no amount of the currency.
pub(crate) fn parse_amount(text: &str, decimals: u32) -> Option<i64> {
    let text = text.trim().replace(',', ".");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = usize::try_from(decimals).ok()?;
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || rest.len() > decimals || !all_digits(whole) || !all_digits(rest) {
        return None;
    }
    format!("{whole}{rest:0<decimals$}").parse().ok()
}

/// A stored name as words: `needs_response` as `Needs response`.
pub(crate) fn words(name: impl Serialize) -> String {
    let name = serde_json::to_value(name).ok();
    let name = name.as_ref().and_then(|name| name.as_str());
    let mut words = name.unwrap_or_default().replace('_', " ");
    if words.bytes().all(|b| !b.is_ascii_lowercase()) {
        words.make_ascii_lowercase();
    }
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// A time in UTC and how long ago it is, as an HTML element. It holds nothing but digits and our own words.
pub(crate) struct Time {
    pub(crate) at: Timestamp,
    pub(crate) now: Timestamp,
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.at.strftime("%-d %b %Y, %H:%M UTC");
        let age = age(self.at, self.now);
        let at = self.at.strftime("%Y-%m-%dT%H:%M:%SZ");
        write!(
            f,
            "<time datetime=\"{at}\"><span class=\"age\">{age}</span> <span class=\"at\">{shown}</span></time>"
        )
    }
}

/// How long ago a time is, or in how long it will be, in its largest unit.
pub(crate) fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(at.as_second());
    let length = match seconds.unsigned_abs() {
        0..60 => return "now".to_owned(),
        length @ 60..3_600 => format!("{} min", length / 60),
        length @ 3_600..172_800 => format!("{} h", length / 3_600),
        length => format!("{} days", length / 86_400),
    };
    if seconds < 0 {
        format!("in {length}")
    } else {
        format!("{length} ago")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        for (minor, decimals, shown) in [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (123_456, 2, "1,234.56"),
            (1_234, 0, "1,234"),
            (-1_050, 3, "−1.050"),
            (100_000_000, 2, "1,000,000.00"),
        ] {
            assert_eq!(amount(minor, decimals), shown);
        }
    }

    #[test]
    fn a_written_amount_is_read_exactly_or_not_at_all() {
        for (text, decimals, minor) in [
            ("12", 2, Some(1_200)),
            ("12.5", 2, Some(1_250)),
            ("12,50", 2, Some(1_250)),
            (" 0.05 ", 2, Some(5)),
            ("1.000", 3, Some(1_000)),
            ("12.505", 2, None),
            ("12.5", 0, None),
            ("1,000.00", 2, None),
            ("-1", 2, None),
            ("1e2", 2, None),
            ("", 2, None),
            (".5", 2, None),
            ("99999999999999999999", 2, None),
        ] {
            assert_eq!(parse_amount(text, decimals), minor, "{text}");
        }
    }

    #[test]
    fn names_become_words() {
        assert_eq!(words("needs_response"), "Needs response");
        assert_eq!(words("CUSTOMER_REQUESTED"), "Customer requested");
        assert_eq!(words(""), "");
    }

    #[test]
    fn an_age_is_in_its_largest_unit() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        for (at, shown) in [
            ("2026-11-22T11:59:30Z", "now"),
            ("2026-11-22T11:00:01Z", "59 min ago"),
            ("2026-11-20T12:00:01Z", "47 h ago"),
            ("2026-11-20T12:00:00Z", "2 days ago"),
            ("2026-11-22T15:00:00Z", "in 3 h"),
        ] {
            assert_eq!(age(at.parse().unwrap(), now), shown);
        }
    }
}
