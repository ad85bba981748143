//! Limits, retries and times of the table.

use std::time::Duration;

use jiff::SignedDuration;

/// Attempts of one transaction that meets conflicts or throttling, the first included.
pub const TRANSACTION_ATTEMPTS_MAX: u32 = 6;
/// Upper bound of the first wait between attempts; it doubles with each attempt.
pub const TRANSACTION_BACKOFF: Duration = Duration::from_millis(20);
/// Attempts of one change whose stock levels others keep changing, each with the levels as they then are.
pub const SAVE_ATTEMPTS_MAX: u32 = 8;
/// Most orders of one page.
pub const PAGE_ORDERS_MAX: u32 = 200;
/// How long the marker of a stock movement is kept; a sender's retries end long before.
pub const MOVEMENT_MARKER_TTL: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Longest value, in bytes, that a key holds as it is; a longer one is hashed. A partition key has 2,048 bytes at most,
/// and others choose these values: shops their order numbers, carriers their tracking numbers.
pub const KEY_VALUE_BYTES_MAX: usize = 512;
