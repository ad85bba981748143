//! Time and randomness.

use jiff::Timestamp;

/// The current time.
pub trait Clock: Sync {
    /// Now, UTC, in whole milliseconds.
    fn now(&self) -> Timestamp;
}

/// Randomness for new ids.
pub trait IdGenerator: Sync {
    /// Ten random bytes for one new id.
    fn entropy(&self) -> [u8; 10];
}
