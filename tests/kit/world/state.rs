//! A world: one store, its clock, the injector of faults, and what is under way.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use app::{
    memory::{ManualClock, MemoryProvider, MemoryRedrive},
    ports::{Clock, IdGenerator, Store},
    usecases::placement_defaults::PlacementDefaults,
};
use domain::{ids::OrderId, order::ShownAfter};
use jiff::{SignedDuration, Timestamp};

use super::{
    super::{
        any_gateway::AnyGateway, any_store::AnyStore, gateway::GatewayDouble,
        inbound_queue::SentQueue,
    },
    queues::Queues,
};
use crate::{
    faults::{FaultInjector, Faulty},
    redelivery::Delivery,
};

/// A world over a store.
pub struct World {
    /// The store, as the functions see it: with faults.
    pub(crate) store: Faulty<Arc<dyn AnyStore>>,
    /// What receives the requests to locations.
    pub(crate) provider: Faulty<MemoryProvider>,
    /// The payment gateway.
    pub(crate) gateway: Faulty<GatewayDouble>,
    /// The one that is commanded instead of it.
    pub(super) other_gateway: Option<Faulty<Arc<dyn AnyGateway>>>,
    /// The clock.
    pub(crate) clock: ManualClock,
    pub(super) redrive: Faulty<MemoryRedrive>,
    /// What functions other than intake put on the inbound queue.
    pub(crate) inbound: Faulty<SentQueue>,
    /// What payments puts on its own queue.
    pub(crate) own: Faulty<SentQueue>,
    pub(super) faults: Arc<FaultInjector>,
    pub(crate) delivery: Delivery,
    pub(super) queues: Queues,
    /// Orders, and how far each has been published.
    pub(super) orders: BTreeMap<OrderId, u64>,
    /// Causes of stock movements that have been published.
    pub(super) movements: BTreeSet<String>,
    /// Totals of the orders, by their shop numbers.
    pub(super) totals: BTreeMap<String, i64>,
    /// Whether the webhooks of the gateway are lost.
    pub(super) gateway_is_silent: bool,
    /// Webhooks received so far, for their ids.
    pub(super) webhooks: u64,
    /// API calls made so far, for their idempotency keys.
    pub(super) api_calls: u64,
    /// How long each look at the clock takes the function that releases backorders.
    pub(super) slowness: SignedDuration,
    /// After what time a person is shown that a location does nothing.
    pub shown_after: ShownAfter,
    /// What the deployment decides for orders when they are placed.
    pub defaults: PlacementDefaults,
    /// Messages sent so far to release the backorders of a SKU further.
    pub(super) continued: u32,
}

impl World {
    /// A world with nothing in it.
    pub fn new<S: Store + Send + Sync + 'static>(store: Arc<S>, delivery: Delivery) -> Self {
        let faults = Arc::new(FaultInjector::default());
        let morning: Timestamp = "2026-11-22T08:00:00Z".parse().expect("a time");
        Self {
            store: Faulty {
                inner: store,
                faults: Arc::clone(&faults),
            },
            provider: Faulty {
                inner: MemoryProvider::default(),
                faults: Arc::clone(&faults),
            },
            gateway: Faulty {
                inner: GatewayDouble::default(),
                faults: Arc::clone(&faults),
            },
            other_gateway: None,
            redrive: Faulty {
                inner: MemoryRedrive::default(),
                faults: Arc::clone(&faults),
            },
            inbound: Faulty {
                inner: SentQueue::default(),
                faults: Arc::clone(&faults),
            },
            own: Faulty {
                inner: SentQueue::default(),
                faults: Arc::clone(&faults),
            },
            clock: ManualClock::new(morning, 7),
            faults,
            delivery,
            queues: Queues::default(),
            orders: BTreeMap::new(),
            movements: BTreeSet::new(),
            totals: BTreeMap::new(),
            gateway_is_silent: false,
            webhooks: 0,
            api_calls: 0,
            shown_after: ShownAfter::default(),
            defaults: PlacementDefaults::default(),
            slowness: SignedDuration::ZERO,
            continued: 0,
        }
    }

    /// From now on this gateway is commanded and asked, instead of the double in memory.
    pub fn commands(&mut self, gateway: Arc<dyn AnyGateway>) {
        self.other_gateway = Some(Faulty {
            inner: gateway,
            faults: Arc::clone(&self.faults),
        });
    }

    /// The clock, for what is outside.
    pub fn clock(&self) -> ManualClock {
        self.clock.clone()
    }

    /// From now on the release of backorders is slow: so much time passes at each of its looks at the clock.
    pub fn releases_are_slow(&mut self, slowness: SignedDuration) {
        self.slowness = slowness;
    }

    /// How often the release of backorders was continued in another message.
    pub fn continued(&self) -> u32 {
        self.continued
    }

    pub(super) fn slow_clock(&self) -> SlowClock<'_> {
        SlowClock {
            clock: &self.clock,
            slowness: self.slowness,
        }
    }

    /// Lets time pass.
    pub fn minutes_pass(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// One second passes, so that no two things happen at the same time.
    pub(super) fn tick(&self) {
        self.clock.advance(SignedDuration::from_secs(1));
    }
}

/// A clock on which time passes whenever it is looked at.
pub(super) struct SlowClock<'w> {
    clock: &'w ManualClock,
    slowness: SignedDuration,
}

impl Clock for SlowClock<'_> {
    fn now(&self) -> Timestamp {
        self.clock.advance(self.slowness);
        self.clock.now()
    }
}

impl IdGenerator for SlowClock<'_> {
    fn entropy(&self) -> [u8; 10] {
        self.clock.entropy()
    }
}
