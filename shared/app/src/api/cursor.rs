//! Where a page ended, as an opaque text that the caller hands back.
//!
//! A cursor is bound to the question that it answers part of: asked with another one, or edited, it is refused.
//! It grants nothing: who may not ask the question may not ask it with a cursor either.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// A place in a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// The day that is being listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) day: Option<Date>,
    /// Which of the listing's statuses.
    #[serde(default)]
    pub(super) status: usize,
    /// Where the store's own page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
}

/// Bytes of the checksum.
const SUM: usize = 8;

/// The place as a cursor for the question.
pub(super) fn write(question: &str, place: &Place) -> Result<String, Problem> {
    let text = serde_json::to_vec(place);
    let mut bytes =
        text.map_err(|_| Problem::new(500, "inconsistent", "The page's end cannot be written."))?;
    bytes.extend_from_slice(&checksum(question, &bytes));
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The place that a cursor stands for.
pub(super) fn read(question: &str, cursor: &str) -> Result<Place, Problem> {
    let refused = || {
        let detail = "This is no cursor of this listing: start again without one.";
        Problem::new(400, "bad_cursor", detail).about("cursor")
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    let (text, sum) = bytes.split_last_chunk::<SUM>().ok_or_else(refused)?;
    if *sum != checksum(question, text) {
        return Err(refused());
    }
    serde_json::from_slice(text).map_err(|_| refused())
}

fn checksum(question: &str, text: &[u8]) -> [u8; SUM] {
    let mut hasher = Sha256::new();
    hasher.update(question.as_bytes());
    hasher.update([0]);
    hasher.update(text);
    let mut sum = [0; SUM];
    sum.copy_from_slice(&hasher.finalize()[..SUM]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_only_for_its_question() {
        let place = Place {
            day: Some(jiff::civil::date(2026, 11, 22)),
            status: 1,
            after: Some("k#1".into()),
        };
        let cursor = write("status=paid", &place).unwrap();
        assert!(
            cursor
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(read("status=paid", &cursor).unwrap(), place);
        assert_eq!(
            read("status=pending", &cursor).unwrap_err().code,
            "bad_cursor"
        );
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let cursor = write("q", &Place::default()).unwrap();
        let mut edited = cursor.clone().into_bytes();
        edited[3] ^= 1;
        for text in [
            "",
            "x",
            "%%%",
            "AAAA",
            &cursor[1..],
            std::str::from_utf8(&edited).unwrap(),
        ] {
            assert_eq!(read("q", text).unwrap_err().code, "bad_cursor", "{text}");
        }
    }
}
