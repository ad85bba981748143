//! Every story once more, on the real table: kindly, and unkindly in a few ways.

use ::stories::{unkindly::Delivery, world::tell};

use crate::dynamo::Dynamo;

/// Ways in which each story is told unkindly; memory hears many more.
const SEEDS: u64 = 3;

macro_rules! tell_each {
    ($($journey:ident { $($story:ident,)* })*) => {
        $(mod $journey {
            use super::*;
            $(
                #[tokio::test]
                async fn $story() {
                    let story = ::stories::journeys::$journey::$story;
                    tell(Dynamo::start().await.table(), Delivery::Kindly, story).await;
                    for seed in 0..SEEDS {
                        // Shown when the story fails.
                        println!("seed {seed}");
                        tell(Dynamo::start().await.table(), Delivery::unkindly(seed), story).await;
                    }
                }
            )*
        })*
    };
}

::stories::every_story!(tell_each);
