//! Every story, told in memory: kindly, then unkindly in many ways.

mod erased;

use app::memory::MemoryStore;
use stories::{unkindly::Delivery, world::tell};

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
