//! References: names by which an order is found.

/// A name by which an order is found. The shop's number needs none: the order's id follows from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// The idempotency key under which the order was placed, within its subject.
    IdempotencyKey(String),
    /// The payment provider's intent.
    Intent(String),
    /// A carrier's tracking number.
    Tracking(String),
    /// A transfer to a bank account, as the bank names it.
    Transfer(String),
}

impl Reference {
    /// Whether it leads to one order only, so that a second order may not take it. Carriers reuse tracking numbers.
    pub fn is_exclusive(&self) -> bool {
        match self {
            Self::IdempotencyKey(_) | Self::Intent(_) | Self::Transfer(_) => true,
            Self::Tracking(_) => false,
        }
    }
}

/// References in the order in which a conflict is reported (the order of the variants), each once: who repeats a
/// placement meets the same intent again too, and must learn that it is the key.
pub(super) fn by_precedence(mut references: Vec<Reference>) -> Vec<Reference> {
    references.sort();
    references.dedup();
    references
}
