//! A day: everything outside, the system, and the time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::ids::OrderId;
use jiff::{SignedDuration, Timestamp};

use super::{
    agenda::{Agenda, Event, Webhook},
    agent_refunds::TriedOut,
    carrier::Parcel,
    choices::{Choices, Script},
    customers::Customer,
    deaf::night_after,
    gateway::Ledger,
    kinds::{Kind, Kinds},
    system::System,
    warehouse::Warehouse,
};
use crate::world::World;

/// The locations of a day, best first.
pub(super) const LOCATIONS: [&str; 3] = ["berlin", "hamburg", "munich"];
/// What is sold.
pub(super) const SKUS: [&str; 3] = ["TEE", "MUG", "LAMP"];

/// Minutes between sweeps while there is work outside. On AWS it is five; a sweep that comes late is legal.
const SWEEP_EVERY: i64 = 45;
/// Pauses, in minutes, after which the schedule starts the sweep when nothing more happens outside.
const PAUSES: [i64; 9] = [6, 11, 31, 61, 361, 721, 1441, 2881, 4321];
/// Rounds of these pauses in which something may still change.
const ROUNDS_MAX: u32 = 60;

/// How a day went.
#[derive(Debug)]
pub(super) struct Report {
    /// What is wrong; empty: our books equal the truth.
    pub(super) wrong: Vec<String>,
    /// What was chosen.
    pub(super) script: Script,
    /// What happened, with times.
    pub(super) story: Vec<String>,
    /// Orders whose difference an exception explains.
    pub(super) explained: u64,
    /// Shelves that differed from our books, which a count that an exception had asked for put right.
    pub(super) counted: u64,
    /// Orders placed.
    pub(super) orders: u64,
}

/// A day.
pub(super) struct Day<'w> {
    pub(super) system: System<'w>,
    pub(super) choices: Choices,
    pub(super) kinds: Kinds,
    pub(super) agenda: Agenda,
    pub(super) warehouses: BTreeMap<&'static str, Warehouse>,
    pub(super) customers: Vec<Customer>,
    pub(super) ledger: Ledger,
    pub(super) parcels: Vec<Parcel>,
    /// Webhooks that wait until the one before them in their lane has been handled.
    pub(super) lanes: BTreeMap<String, VecDeque<Webhook>>,
    /// How often a label was used.
    pub(super) labels: BTreeMap<String, u32>,
    /// Requests received, by location and id: the same id must be the same body.
    pub(super) requests: BTreeMap<(String, String), String>,
    pub(super) ids: BTreeMap<OrderId, usize>,
    /// Orders of which a process died while it sent requests: nobody knows which of them arrived.
    pub(super) died_sending: BTreeSet<String>,
    /// What agents were told who tried a refund out, by the customer's index.
    pub(super) tried_out: BTreeMap<usize, TriedOut>,
    pub(super) wrong: BTreeSet<String>,
    pub(super) story: Vec<String>,
    pub(super) explained: u64,
    pub(super) counted: u64,
    /// No webhook about money arrives.
    pub(super) is_deaf: bool,
    /// When the last days are compared with the gateway next.
    pub(super) next_night: Timestamp,
    /// What the account may owe, by currency, minor units.
    pub(super) limits: BTreeMap<&'static str, i64>,
    morning: Timestamp,
    tells: bool,
}

impl<'w> Day<'w> {
    pub(super) fn new(
        world: &'w mut World,
        mut choices: Choices,
        kinds: Kinds,
        tells: bool,
    ) -> Self {
        let morning = world.now();
        let is_deaf = kinds.has(Kind::Deaf) && choices.happens("webhooks about money are lost", 15);
        Self {
            system: System::new(world),
            choices,
            kinds,
            agenda: Agenda::default(),
            warehouses: BTreeMap::new(),
            customers: Vec::new(),
            ledger: Ledger::default(),
            parcels: Vec::new(),
            lanes: BTreeMap::new(),
            labels: BTreeMap::new(),
            requests: BTreeMap::new(),
            ids: BTreeMap::new(),
            died_sending: BTreeSet::new(),
            tried_out: BTreeMap::new(),
            wrong: BTreeSet::new(),
            story: Vec::new(),
            explained: 0,
            counted: 0,
            is_deaf,
            next_night: night_after(morning),
            limits: BTreeMap::new(),
            morning,
            tells,
        }
    }

    /// Lives the day, lets everything come to rest, and compares our books with the truth.
    pub(super) async fn live(mut self) -> Report {
        self.opens().await;
        self.sets_up_money().await;
        self.plans_customers();
        self.plans_stock();
        self.run().await;
        self.rests().await;
        self.people_do_what_is_theirs().await;
        if self.lost_money_comes_back_late() {
            self.rests().await;
            self.people_do_what_is_theirs().await;
        }
        while self.counts_what_is_asked_for().await {
            self.rests().await;
        }
        self.judge().await;
        self.judges_the_account().await;
        self.judges_what_differs().await;
        Report {
            wrong: self.wrong.into_iter().collect(),
            script: self.choices.script(),
            story: self.story,
            explained: self.explained,
            counted: self.counted,
            orders: u64::try_from(self.customers.len()).unwrap_or(u64::MAX),
        }
    }

    /// People decide and give back what exceptions and orders ask them to.
    async fn people_do_what_is_theirs(&mut self) {
        let decided = self.decides_about_losses().await;
        if self.decides_what_is_surplus().await || decided {
            self.rests().await;
        }
        for _ in 0..ROUNDS_MAX {
            if !self.hands_back_what_is_asked_for().await {
                break;
            }
            self.rests().await;
        }
        if self.refunds_what_is_owed().await {
            self.rests().await;
        }
    }

    /// Whether a kind of behaviour may happen.
    pub(super) fn may(&self, kind: Kind) -> bool {
        self.kinds.has(kind)
    }

    /// Something happens some time from now.
    pub(super) fn after(&mut self, pause: SignedDuration, event: Event) {
        let at = self.system.world.now().checked_add(pause);
        self.agenda.add(at.expect("a time"), event);
    }

    /// Something happens a number of seconds from now.
    pub(super) fn in_seconds(&mut self, seconds: i64, event: Event) {
        self.after(SignedDuration::from_secs(seconds), event);
    }

    /// Something happens a number of minutes from now.
    pub(super) fn in_minutes(&mut self, minutes: i64, event: Event) {
        self.in_seconds(minutes.saturating_mul(60), event);
    }

    /// One line of the story of this day.
    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if self.tells {
            let since = self.system.world.now().duration_since(self.morning);
            let (h, m) = (since.as_hours(), since.as_mins() % 60);
            let s = since.as_secs() % 60;
            self.story.push(format!("{h:>3}:{m:02}:{s:02}  {}", what()));
        }
    }

    /// Something that is not as it should be.
    pub(super) fn is_wrong(&mut self, what: String) {
        self.note(|| format!("WRONG: {what}"));
        self.wrong.insert(what);
    }

    /// A label with its number, when it was used before.
    pub(super) fn unique(&mut self, label: String) -> String {
        let used = self.labels.entry(label.clone()).or_default();
        *used = used.saturating_add(1);
        if *used == 1 {
            label
        } else {
            format!("{label} ({used})")
        }
    }

    /// What people call the order.
    pub(super) fn name_of(&self, id: &str) -> String {
        let id: Option<OrderId> = id.parse().ok();
        match id.and_then(|id| self.ids.get(&id)) {
            Some(index) => self.customers[*index].name.clone(),
            None => "an unknown order".to_owned(),
        }
    }

    /// Everything that is going to happen happens, with a sweep now and then.
    async fn run(&mut self) {
        let mut next_sweep = self.system.world.now();
        while let Some((at, event)) = self.agenda.next() {
            if self.nights_begin(at) {
                self.agenda.add(at, event);
                continue;
            }
            if at > next_sweep {
                let pause = SignedDuration::from_mins(SWEEP_EVERY);
                next_sweep = at.checked_add(pause).expect("a time");
                self.agenda.add(at, Event::Sweep);
                self.agenda.add(at, event);
                continue;
            }
            self.system.world.advance_to(at);
            self.happens(event).await;
        }
    }

    async fn happens(&mut self, event: Event) {
        match event {
            Event::Customer(index, step) => self.customer(index, step).await,
            Event::Gateway(index, step) => self.gateway(index, step),
            Event::People(index, step) => self.people(index, step).await,
            Event::Warehouse(location, step) => self.warehouse(location, step).await,
            Event::Carrier(index, step) => self.carrier(index, step),
            Event::Arrives(webhook) => self.arrives(webhook),
            Event::Message(message) => self.receives(message).await,
            Event::Sweep => self.sweeps(),
            Event::Reconciliation => self.reconciles(),
        }
        self.takes_what_was_sent().await;
    }

    /// Lets the pauses pass until a whole round of them changes nothing.
    async fn rests(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let before = self.system.world.changes();
            for pause in PAUSES {
                if pause > 1440 {
                    let gateway = &self.system.world.gateway.inner;
                    gateway.forgets_keys();
                    gateway.tax.forgets_keys();
                }
                self.in_minutes(pause, Event::Sweep);
                let until = SignedDuration::from_mins(pause);
                let until = self.system.world.now().checked_add(until);
                self.nights_begin(until.expect("a time"));
                self.run_without_sweeps().await;
                if self.system.world.changes() != before {
                    break;
                }
            }
            if self.system.world.changes() == before {
                return;
            }
        }
        self.is_wrong("it never comes to rest: the sweep changes something each time".to_owned());
    }

    async fn run_without_sweeps(&mut self) {
        while let Some((at, event)) = self.agenda.next() {
            self.system.world.advance_to(at);
            self.happens(event).await;
        }
    }
}
