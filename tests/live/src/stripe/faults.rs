//! What can go wrong with a command.

/// A fault of the next command that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `Retry-After`; nothing is done, and the key is not used up.
    RateLimited { retry_after_s: u32 },
    /// 500, which is kept and replayed like every answer; `done`: although the command was carried out.
    ServerError { done: bool },
    /// The command is carried out, and its answer is withheld until [`release`](super::Stripe::release).
    NoAnswer,
    /// What is sent back is no HTTP; `done`: the command was carried out before.
    Broken { done: bool },
    /// The command is in progress until [`release`](super::Stripe::release), and then carried out.
    Held,
}
