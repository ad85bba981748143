//! The position after a page, as an opaque text that the caller sends back.
//!
//! A cursor is bound to its listing, which includes the filters: with another listing, or edited, it is refused. It
//! grants nothing: the caller needs the permission for the listing with a cursor too.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{problem::Problem, query::Query};

/// A position in a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cursor {
    /// The day being listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) day: Option<Date>,
    /// The index of the phase being listed.
    #[serde(default)]
    pub(crate) phase: usize,
    /// The store's position within that day and phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
}

/// Length of the checksum, in bytes.
const CHECKSUM_BYTES: usize = 8;

/// The cursor as text for a listing.
pub(crate) fn write(listing: &str, cursor: &Cursor) -> Result<String, Problem> {
    let text = serde_json::to_vec(cursor);
    let mut bytes =
        text.map_err(|_| Problem::new(500, "inconsistent", "The cursor cannot be written."))?;
    bytes.extend_from_slice(&checksum(listing, &bytes));
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads the text of a cursor of a listing.
pub(crate) fn read(listing: &str, text: &str) -> Result<Cursor, Problem> {
    let refused = || {
        let detail = "This is not a cursor of this listing: start again without one.";
        Problem::new(400, "bad_cursor", detail).about("cursor")
    };
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
    let (json, sum) = bytes
        .split_last_chunk::<CHECKSUM_BYTES>()
        .ok_or_else(refused)?;
    if *sum != checksum(listing, json) {
        return Err(refused());
    }
    serde_json::from_slice(json).map_err(|_| refused())
}

/// The cursor of a query; the start of the listing when it has none.
pub(crate) fn of_query(query: &Query, listing: &str) -> Result<Cursor, Problem> {
    let cursor = query
        .get("cursor")
        .map(|text| read(listing, text))
        .transpose()?;
    Ok(cursor.unwrap_or_default())
}

impl Cursor {
    /// The position `after` in a listing of one part.
    pub(crate) fn after(after: String) -> Self {
        Self {
            after: Some(after),
            ..Self::default()
        }
    }
}

fn checksum(listing: &str, text: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = Sha256::new();
    hasher.update(listing.as_bytes());
    hasher.update([0]);
    hasher.update(text);
    let mut sum = [0; CHECKSUM_BYTES];
    sum.copy_from_slice(&hasher.finalize()[..CHECKSUM_BYTES]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_for_its_own_listing_only() {
        let cursor = Cursor {
            day: Some(jiff::civil::date(2026, 11, 22)),
            phase: 1,
            after: Some("k#1".into()),
        };
        let text = write("phase=paid", &cursor).unwrap();
        assert!(
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(read("phase=paid", &text).unwrap(), cursor);
        assert_eq!(read("phase=pending", &text).unwrap_err().code, "bad_cursor");
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let cursor = write("q", &Cursor::default()).unwrap();
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
