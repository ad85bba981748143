//! How messages are delivered: kindly, once each and in order; or unkindly.
//!
//! Unkindly, each message is delivered up to five times, in an order chosen by a seed, late copies included; and
//! a delivery may die between any two steps, and then comes again.

use crate::dice::Dice;

/// How a world delivers.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// Each message once, in the order in which it was sent.
    Kindly,
    /// Up to five times each, in an order chosen by the seed, with crashes.
    Unkindly {
        /// Chooses.
        dice: Dice,
    },
}

/// When and how a delivery dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    /// In which step, counted from 0.
    pub step: usize,
    /// Whether that step still has its effect, and only its answer is lost.
    pub answer_lost: bool,
}

/// Most deliveries of one message beyond those that fail.
const COPIES_MAX: usize = 5;
/// Steps within which a crash comes; most deliveries take fewer than that.
const CRASH_WITHIN: usize = 9;

impl Delivery {
    /// Unkindly, by a seed.
    pub fn unkindly(seed: u64) -> Self {
        Self::Unkindly {
            dice: Dice::new(seed),
        }
    }

    /// How often a new message will be delivered.
    pub fn copies(&mut self) -> usize {
        match self {
            Self::Kindly => 1,
            Self::Unkindly { dice } => dice.below(COPIES_MAX).saturating_add(1),
        }
    }

    /// Which of so many messages comes next.
    pub fn choose(&mut self, among: usize) -> usize {
        match self {
            Self::Kindly => 0,
            Self::Unkindly { dice } => dice.below(among),
        }
    }

    /// Whether a late copy comes before what is due.
    pub fn brings_a_copy(&mut self) -> bool {
        match self {
            Self::Kindly => false,
            Self::Unkindly { dice } => dice.once_in(3),
        }
    }

    /// Whether the next delivery dies, and where.
    pub fn crash(&mut self) -> Option<Crash> {
        match self {
            Self::Kindly => None,
            Self::Unkindly { dice } => dice.once_in(3).then(|| Crash {
                step: dice.below(CRASH_WITHIN),
                answer_lost: dice.once_in(2),
            }),
        }
    }
}
