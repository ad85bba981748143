//! How much time an invocation has left.
//!
//! ```text
//! begin                        end - 20 s            end - 5 s       end - 1 s   end
//!   |  messages are begun          |  none is begun      |  none runs     |        |
//!   |                              |  some still run     |  handed back   |  answer
//! ```
//!
//! Lambda kills a function at the end, and every message of its batch then waits for the queue's visibility timeout.

use std::time::Duration;

use app::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Context;
use tokio::time::Instant;

use crate::runtime::clock::SystemClock;

/// No message is begun so shortly before the end of an invocation: longer than one usually takes, a request to a location
/// that does not answer included.
pub const BEGIN_BEFORE_END: Duration = Duration::from_secs(20);
/// A message that is still being handled so shortly before the end of an invocation is stopped and handed back.
pub const STOP_BEFORE_END: Duration = Duration::from_secs(5);
/// The invocation answers so shortly before its end, whatever is still being written to the queues.
const ANSWER_BEFORE_END: Duration = Duration::from_secs(1);
/// The time of an invocation whose runtime names no end, as `cargo lambda watch` does.
const WITHOUT_END: Duration = Duration::from_secs(60);

/// The times of one invocation.
#[derive(Debug, Clone, Copy)]
pub(super) struct InvocationTime {
    begin_until: Instant,
    /// When a message that is being handled is stopped.
    pub(super) stop_at: Instant,
    /// When the invocation answers.
    pub(super) answer_at: Instant,
    /// Until when something new is begun, UTC, for use cases that can continue in another message.
    pub(super) begin_until_utc: Timestamp,
}

impl InvocationTime {
    pub(super) fn of(context: &Context) -> Self {
        let now = SystemClock.now();
        let end = i64::try_from(context.deadline)
            .ok()
            .and_then(|end| Timestamp::from_millisecond(end).ok());
        let left = end.map(|end| end.duration_since(now)).unwrap_or_default();
        let left = Duration::try_from(left).unwrap_or_default();
        Self::with(if left.is_zero() { WITHOUT_END } else { left }, now)
    }

    /// With so much time left at `now`.
    pub(super) fn with(left: Duration, now: Timestamp) -> Self {
        let start = Instant::now();
        let before_end = |margin| left.saturating_sub(margin);
        // However short the time is, a part of it is for beginning: a consumer that begins nothing does nothing.
        let third = left.checked_div(3).unwrap_or_default();
        let begin = before_end(BEGIN_BEFORE_END).max(third);
        let at = |after: Duration| start.checked_add(after).unwrap_or(start);
        let begin_utc = SignedDuration::try_from(begin).unwrap_or_default();
        Self {
            begin_until: at(begin),
            stop_at: at(before_end(STOP_BEFORE_END).max(begin)),
            answer_at: at(before_end(ANSWER_BEFORE_END)),
            begin_until_utc: now.checked_add(begin_utc).unwrap_or(now),
        }
    }

    pub(super) fn may_begin(&self) -> bool {
        Instant::now() < self.begin_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins_for(left_s: u64) -> u64 {
        let time = InvocationTime::with(Duration::from_secs(left_s), Timestamp::UNIX_EPOCH);
        assert!(time.begin_until <= time.stop_at && time.stop_at <= time.answer_at);
        u64::try_from(time.begin_until_utc.as_second()).unwrap()
    }

    #[tokio::test]
    async fn messages_are_begun_until_twenty_seconds_before_the_end() {
        assert_eq!([begins_for(60), begins_for(30)], [40, 10]);
    }

    #[tokio::test]
    async fn however_short_the_time_is_a_part_of_it_is_for_beginning() {
        assert_eq!([begins_for(21), begins_for(15), begins_for(3)], [7, 5, 1]);
    }

    #[tokio::test]
    async fn a_runtime_that_names_no_end_gives_a_minute() {
        let time = InvocationTime::of(&Context::default());
        assert!(time.may_begin());
        assert!(time.stop_at.duration_since(Instant::now()) > Duration::from_secs(50));
    }
}
