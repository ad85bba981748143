//! How messages are delivered: in order and once, or up to five times each, in an order chosen by a seed, with
//! crashes between any two steps after which the message comes again.

use crate::random::SeededRng;

/// How a world delivers messages.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// Each message once, in the order in which it was sent.
    InOrderOnce,
    /// Up to five times each, in an order chosen by the seed, with crashes.
    Redelivered {
        /// Where the random numbers began.
        seed: u64,
        /// The random numbers that are left.
        rng: SeededRng,
    },
}

/// When and how a delivery dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    /// In which call of a port, counted from 0.
    pub step: usize,
    /// Whether that call still has its effect, and only its answer is lost.
    pub answer_lost: bool,
}

/// Most deliveries of one message beyond those that fail.
const COPIES_MAX: usize = 5;
/// Steps within which a crash comes; most deliveries take fewer than that.
const CRASH_WITHIN: usize = 9;

impl Delivery {
    /// Duplicated, reordered and with crashes, by a seed.
    pub fn redelivered(seed: u64) -> Self {
        Self::Redelivered {
            seed,
            rng: SeededRng::new(seed),
        }
    }

    /// How often a new message will be delivered.
    pub fn copies(&mut self) -> usize {
        match self {
            Self::InOrderOnce => 1,
            Self::Redelivered { rng, .. } => rng.below(COPIES_MAX).saturating_add(1),
        }
    }

    /// The index of the next message among so many.
    pub fn choose(&mut self, among: usize) -> usize {
        match self {
            Self::InOrderOnce => 0,
            Self::Redelivered { rng, .. } => rng.below(among),
        }
    }

    /// Whether a late copy is delivered before what is due.
    pub fn late_copy_first(&mut self) -> bool {
        match self {
            Self::InOrderOnce => false,
            Self::Redelivered { rng, .. } => rng.once_in(3),
        }
    }

    /// Whether the next delivery dies, and where.
    pub fn crash(&mut self) -> Option<Crash> {
        match self {
            Self::InOrderOnce => None,
            Self::Redelivered { rng, .. } => rng.once_in(3).then(|| Crash {
                step: rng.below(CRASH_WITHIN),
                answer_lost: rng.once_in(2),
            }),
        }
    }
}
