//! Every story, told in memory: kindly, then unkindly in many ways.

mod erased;

use app::memory::MemoryStore;
use stories::{journeys::any_day, unkindly::Delivery, world::tell};

/// Ways in which each story is told unkindly.
const SEEDS: u64 = 24;

macro_rules! tell_each {
    ($($journey:ident { $($story:ident,)* })*) => {
        $(mod $journey {
            use super::*;
            $(
                #[tokio::test]
                async fn $story() {
                    let story = stories::journeys::$journey::$story;
                    tell(MemoryStore::default(), Delivery::Kindly, story).await;
                    for seed in 0..SEEDS {
                        // Shown when the story fails.
                        println!("seed {seed}");
                        tell(MemoryStore::default(), Delivery::unkindly(seed), story).await;
                    }
                }
            )*
        })*
    };
}

stories::every_story!(tell_each);

/// Days on which anything may happen.
const DAYS: u64 = 100;

#[tokio::test]
async fn whatever_happens_the_rules_hold() {
    for day in 0..DAYS {
        println!("day {day}");
        let delivery = if day.is_multiple_of(2) {
            Delivery::Kindly
        } else {
            Delivery::unkindly(day)
        };
        let story =
            async |world: &mut _| any_day::whatever_happens_the_rules_hold(world, day).await;
        tell(MemoryStore::default(), delivery, story).await;
    }
}
