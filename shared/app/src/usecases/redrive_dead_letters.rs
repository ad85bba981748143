//! Moving dead letters back to their queue, after their cause was corrected.

use crate::{bus::subscriptions::Consumer, failure::Failure, ports::DeadLetterQueues};

/// The most that one request moves; whoever wants more asks again.
pub const DEAD_LETTERS_REDRIVEN_MAX: u32 = 100;

/// How many were moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redriven {
    /// So many messages are on their queue again.
    pub moved: u32,
    /// There may be more.
    pub more: bool,
}

/// Moves dead letters of a consumer back, at most [`DEAD_LETTERS_REDRIVEN_MAX`] and as many as the last move has taken. What was
/// done is not done twice, so this is safe to repeat.
///
/// # Errors
/// [`Failure::Unavailable`]: some may have been moved.
pub async fn redrive_dead_letters(
    queues: &impl DeadLetterQueues,
    consumer: Consumer,
) -> Result<Redriven, Failure> {
    let mut moved = 0_u32;
    while moved < DEAD_LETTERS_REDRIVEN_MAX {
        let now = queues.move_back(consumer).await?;
        if now == 0 {
            return Ok(Redriven { moved, more: false });
        }
        moved = moved.saturating_add(now);
    }
    Ok(Redriven { moved, more: true })
}
