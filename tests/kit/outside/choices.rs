//! What is left open in a day: each choice has a name and is drawn from the seed and that name alone.
//!
//! So a day is a function of the choices that are not zero, its script. Zero is always the ordinary case: nothing
//! extra happens, a message comes at once. Taking a choice out of the script makes that one thing ordinary and changes
//! no other, which is how a failing day shrinks to the few choices that it needs.

use std::{collections::BTreeMap, fmt};

use crate::random::SeededRng;

/// The choices of a day that are not zero, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script(pub BTreeMap<String, u32>);

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            writeln!(f, "{name} = {value}")?;
        }
        Ok(())
    }
}

impl Script {
    /// Reads what `Display` writes; lines that are no choice are ignored.
    pub fn parse(text: &str) -> Self {
        let choice = |line: &str| {
            let (name, value) = line.rsplit_once('=')?;
            Some((name.trim().to_owned(), value.trim().parse().ok()?))
        };
        Self(text.lines().filter_map(choice).collect())
    }
}

/// Where the choices of a day come from.
#[derive(Debug)]
enum Source {
    Seed(u64),
    Script(Script),
}

/// The choices of a day.
#[derive(Debug)]
pub(super) struct Choices {
    source: Source,
    made: Script,
}

impl Choices {
    pub(super) fn of_seed(seed: u64) -> Self {
        Self {
            source: Source::Seed(seed),
            made: Script::default(),
        }
    }

    pub(super) fn of_script(script: Script) -> Self {
        Self {
            source: Source::Script(script),
            made: Script::default(),
        }
    }

    /// One of `odds.len()` ways, each as often as its odds say; the first is the ordinary one.
    pub(super) fn pick(&mut self, name: &str, odds: &[u32]) -> u32 {
        let last = u32::try_from(odds.len()).unwrap_or(1).saturating_sub(1);
        let value = match &self.source {
            Source::Script(script) => script.0.get(name).copied().unwrap_or(0).min(last),
            Source::Seed(seed) => {
                let total: u32 = odds.iter().sum();
                let total = usize::try_from(total).unwrap_or(usize::MAX);
                let mut left = SeededRng::new(seed ^ digest(name)).below(total);
                let way = odds.iter().position(|odds| {
                    let odds = usize::try_from(*odds).unwrap_or(usize::MAX);
                    let found = left < odds;
                    left = left.saturating_sub(odds);
                    found
                });
                u32::try_from(way.unwrap_or(0)).unwrap_or(0)
            }
        };
        if value > 0 {
            self.made.0.insert(name.to_owned(), value);
        }
        value
    }

    /// A number up to and with `most`.
    pub(super) fn up_to(&mut self, name: &str, most: u32) -> u32 {
        let ways = usize::try_from(most).unwrap_or(0).saturating_add(1);
        self.pick(name, &vec![1; ways])
    }

    /// Whether something happens that happens in so many cases of a hundred.
    pub(super) fn happens(&mut self, name: &str, percent: u32) -> bool {
        self.pick(name, &[100_u32.saturating_sub(percent), percent]) == 1
    }

    /// The script of what was chosen.
    pub(super) fn script(self) -> Script {
        self.made
    }
}

/// FNV-1a: the same on every machine.
fn digest(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
