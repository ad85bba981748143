//! A world in which orders live: a store, the functions, and the messages between them, delivered by hand.
//!
//! What the stream, the bus and the queues do on AWS, [`World::settle`] does here: it reads what was committed,
//! publishes it, gives each event to the consumers whose rule names it, and delivers until nothing is left.

mod ask;
mod draft;
mod hear;
mod queues;
mod see;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use app::{
    memory::{ManualClock, MemoryProvider, MemoryRedrive},
    ports::Store,
};
use domain::ids::OrderId;
use jiff::{SignedDuration, Timestamp};

pub use draft::Draft;
pub use queues::{Consumer, DeadLetter, RULES};

use crate::{
    fuse::{Fuse, Fused},
    unkindly::Delivery,
};

/// A world over a store.
#[derive(Debug)]
pub struct World<S> {
    /// The store, behind the fuse of whoever uses it.
    pub store: Fused<S>,
    /// The locations' end of the line.
    pub courier: Fused<MemoryProvider>,
    /// The clock.
    pub clock: ManualClock,
    redrive: Fused<MemoryRedrive>,
    fuse: Arc<Fuse>,
    delivery: Delivery,
    queues: queues::Queues,
    /// Orders, and how far each has been published.
    orders: BTreeMap<OrderId, u64>,
    /// Causes of stock movements that have been published.
    movements: BTreeSet<String>,
    /// Totals of the orders, by their shop numbers.
    totals: BTreeMap<String, i64>,
    sent: u64,
    asked: u64,
}

impl<S: Store + Send> World<S> {
    /// A world with nothing in it.
    pub fn new(store: S, delivery: Delivery) -> Self {
        let fuse = Arc::new(Fuse::default());
        let morning: Timestamp = "2026-11-22T08:00:00Z".parse().expect("a time");
        Self {
            store: Fused {
                inner: store,
                fuse: Arc::clone(&fuse),
            },
            courier: Fused {
                inner: MemoryProvider::default(),
                fuse: Arc::clone(&fuse),
            },
            redrive: Fused {
                inner: MemoryRedrive::default(),
                fuse: Arc::clone(&fuse),
            },
            clock: ManualClock::new(morning, 7),
            fuse,
            delivery,
            queues: queues::Queues::default(),
            orders: BTreeMap::new(),
            movements: BTreeSet::new(),
            totals: BTreeMap::new(),
            sent: 0,
            asked: 0,
        }
    }

    /// Lets time pass.
    pub fn minutes_pass(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// A second, so that no two things happen at the same time.
    fn tick(&self) {
        self.clock.advance(SignedDuration::from_secs(1));
    }
}

/// Tells a story in a world of its own, and sees to it that all ends well: late copies change nothing any more,
/// nothing was put aside, and the rules hold over the whole table.
pub async fn tell<S: Store + Send>(
    store: S,
    delivery: Delivery,
    story: impl AsyncFn(&mut World<S>),
) {
    let mut world = World::new(store, delivery);
    // On the heap: unoptimised, a story over a real store is larger than a test thread's stack likes.
    Box::pin(story(&mut world)).await;
    Box::pin(world.ends_well()).await;
}
