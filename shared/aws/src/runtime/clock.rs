//! The one clock and the one source of randomness; everything else takes them as arguments.

use app::ports::{Clock, IdGenerator};
use jiff::Timestamp;

/// The operating system's clock, in whole milliseconds UTC, and its random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl IdGenerator for SystemClock {
    fn entropy(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        #[expect(
            clippy::expect_used,
            reason = "without randomness no id can be made, so no request may be accepted"
        )]
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_whole_milliseconds() {
        assert_eq!(SystemClock.now().subsec_nanosecond() % 1_000_000, 0);
        assert_ne!(SystemClock.entropy(), SystemClock.entropy());
    }
}
