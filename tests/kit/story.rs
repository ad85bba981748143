//! The registry of stories, and how one story is run.

use std::{sync::Arc, thread};

use app::ports::Store;
use futures_util::future::LocalBoxFuture;

use crate::{redelivery::Delivery, world::World};

/// One story: what happens to orders, and what must be true of them afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Story {
    /// File and function: `payments::a_failed_payment_cancels_the_order`.
    pub name: &'static str,
    /// Plays the story in a world.
    pub play: fn(&mut World) -> LocalBoxFuture<'_, ()>,
}

inventory::collect!(Story);

/// Registers the private `async fn` of that name as a [`Story`]. One without this line is dead code, which clippy
/// denies, so no story can be forgotten.
macro_rules! story {
    ($name:ident) => {
        ::inventory::submit! {
            $crate::story::Story {
                name: concat!(module_path!(), "::", stringify!($name)),
                play: |world| ::std::boxed::Box::pin($name(world)),
            }
        }
    };
}
pub(crate) use story;

impl Story {
    /// Every story, by name.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = inventory::iter::<Self>.into_iter().copied().collect();
        all.sort_by_key(|story| story.name);
        all
    }

    /// The name below `stories/`.
    pub fn short_name(&self) -> &'static str {
        self.name
            .rsplit_once("::stories::")
            .map_or(self.name, |(_, short)| short)
    }
}

/// Runs a story in a world of its own, and checks at the end that late copies change nothing, that no message went
/// to the dead letters, and that the rules hold over the whole table.
pub async fn run<S: Store + Send + Sync + 'static>(
    store: S,
    delivery: Delivery,
    story: impl AsyncFn(&mut World),
) {
    let _named = NameDelivery(format!("{delivery:?}"));
    let mut world = World::new(Arc::new(store), delivery);
    // On the heap: unoptimised, a story over a real store is larger than a test thread's stack.
    Box::pin(story(&mut world)).await;
    Box::pin(world.ends_well()).await;
}

/// Prints how messages were delivered when a story fails, so that its seed can be found.
struct NameDelivery(String);

impl Drop for NameDelivery {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("delivery: {}", self.0);
        }
    }
}
