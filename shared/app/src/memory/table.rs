//! The rows, and the writes that keep their promises.

use std::collections::{BTreeMap, HashMap};

use domain::{
    backorder::Backorder,
    change::{Change, Reference},
    ids::{LineId, LocationId, OrderId, Sku},
    location::{Location, RoutingRules},
    order::{Commit, Contact, Order, OrderState, PlacedOrder},
    place::Placement,
    stock::{StockCommit, StockDelta, StockLevel, StockRecord},
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    failure::Failure,
    ports::{Moved, Saved},
};

/// The queue order.
pub(super) type Place = (u8, Timestamp, OrderId, LineId);

/// What a stream of the table shows: each record once, in the order in which it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Streamed {
    /// A commit of an order: its text and hash.
    Commit {
        /// The order.
        order: OrderId,
        /// The body's JSON, as hashed.
        text: String,
        /// Its hash.
        hash: String,
    },
    /// A movement of stock: the record's JSON.
    Stock(String),
}

/// All that is stored.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) orders: BTreeMap<OrderId, Row>,
    pub(super) references: HashMap<Reference, OrderId>,
    pub(super) levels: BTreeMap<(Sku, LocationId), StockLevel>,
    pub(super) waiting: BTreeMap<Sku, BTreeMap<Place, Backorder>>,
    pub(super) records: BTreeMap<String, String>,
    pub(super) locations: BTreeMap<LocationId, Location>,
    pub(super) rules: Option<RoutingRules>,
    pub(super) stream: Vec<Streamed>,
}

/// One order.
#[derive(Debug)]
pub(super) struct Row {
    placed: String,
    state: String,
    pub(super) contact: Option<Contact>,
    commits: Vec<(String, String)>,
}

impl Row {
    pub(super) fn order(&self) -> Result<Order, Failure> {
        Ok(Order {
            placed: self.placed()?,
            state: read::<OrderState>(&self.state)?,
        })
    }

    pub(super) fn placed(&self) -> Result<PlacedOrder, Failure> {
        read(&self.placed)
    }

    pub(super) fn commits(&self) -> Result<Vec<Commit>, Failure> {
        let open = |(text, hash): &(String, String)| Commit::open(text.clone(), hash.clone());
        let commits = self.commits.iter().map(open).collect::<Result<_, _>>();
        commits.map_err(|error| Failure::Inconsistent(error.to_string()))
    }
}

impl Table {
    pub(super) fn place(&mut self, placement: &Placement) -> Result<Saved, Failure> {
        let change = &placement.change;
        let id = change.order.placed.id;
        if self.orders.contains_key(&id) {
            return Ok(Saved::Moved);
        }
        let mut names: Vec<&Reference> = change.references.iter().collect();
        // The key first: whoever repeats a placement meets the same number again too, and is to hear of the key.
        names.sort_by_key(|name| match name {
            Reference::IdempotencyKey(_) => 0,
            Reference::Number(_) => 1,
            Reference::Intent(_) => 2,
            Reference::Tracking(_) => 3,
        });
        if let Some(taken) = names
            .into_iter()
            .find(|name| self.references.contains_key(name))
        {
            return Ok(Saved::Taken(taken.clone()));
        }
        let row = Row {
            placed: write(&change.order.placed)?,
            state: String::new(),
            contact: Some(placement.contact.clone()),
            commits: Vec::new(),
        };
        self.orders.insert(id, row);
        self.write(change)?;
        Ok(Saved::Done)
    }

    pub(super) fn save(&mut self, change: &Change) -> Result<Saved, Failure> {
        let id = change.order.placed.id;
        let Some(row) = self.orders.get(&id) else {
            return Ok(Saved::Moved);
        };
        if row.order()?.state.version.saturating_add(1) != change.commit.body.seq {
            return Ok(Saved::Moved);
        }
        if let Some(taken) = change
            .references
            .iter()
            .find(|name| self.is_anothers(name, id))
        {
            return Ok(Saved::Taken(taken.clone()));
        }
        if let Some(short) = change.stock.iter().find(|delta| !self.allows(delta)) {
            return Ok(Saved::OutOfStock {
                sku: short.sku.clone(),
                location: short.location.clone(),
            });
        }
        self.write(change)?;
        Ok(Saved::Done)
    }

    pub(super) fn move_stock(&mut self, commit: &StockCommit) -> Result<Moved, Failure> {
        let marker = commit.record.cause.key();
        if self.records.contains_key(&marker) {
            return Ok(Moved::Before);
        }
        if commit
            .levels
            .iter()
            .any(|(before, _)| self.level(&before.sku, &before.location) != *before)
        {
            return Ok(Moved::Raced);
        }
        let record = write(&commit.record)?;
        for (_, after) in &commit.levels {
            self.levels
                .insert((after.sku.clone(), after.location.clone()), after.clone());
        }
        self.stream.push(Streamed::Stock(record.clone()));
        self.records.insert(marker, record);
        Ok(Moved::Done)
    }

    pub(super) fn record(&self, cause: &str) -> Result<Option<StockRecord>, Failure> {
        self.records.get(cause).map(|text| read(text)).transpose()
    }

    fn level(&self, sku: &Sku, location: &LocationId) -> StockLevel {
        let level = self.levels.get(&(sku.clone(), location.clone())).cloned();
        level.unwrap_or_else(|| StockLevel::empty(sku.clone(), location.clone()))
    }

    fn allows(&self, delta: &StockDelta) -> bool {
        !delta.promise
            || self.level(&delta.sku, &delta.location).available()
                >= delta.available().saturating_neg()
    }

    /// A carrier uses its tracking numbers again, so those belong to no one.
    fn is_anothers(&self, name: &Reference, id: OrderId) -> bool {
        match name {
            Reference::Tracking(_) => false,
            Reference::Intent(_) | Reference::Number(_) | Reference::IdempotencyKey(_) => {
                self.references.get(name).is_some_and(|owner| *owner != id)
            }
        }
    }

    /// Writes what has been found to be allowed.
    fn write(&mut self, change: &Change) -> Result<(), Failure> {
        let (id, commit) = (change.order.placed.id, &change.commit);
        let state = write(&change.order.state)?;
        if let Some(row) = self.orders.get_mut(&id) {
            row.state = state;
            row.commits.push((commit.text.clone(), commit.hash.clone()));
        }
        for name in &change.references {
            self.references.insert(name.clone(), id);
        }
        for delta in &change.stock {
            let after = self.level(&delta.sku, &delta.location).after(delta);
            self.levels
                .insert((delta.sku.clone(), delta.location.clone()), after);
        }
        for waiting in &change.backorders {
            let place = (
                waiting.priority,
                waiting.placed_at,
                waiting.order,
                waiting.line.clone(),
            );
            let queue = self.waiting.entry(waiting.sku.clone()).or_default();
            if waiting.units == 0 {
                queue.remove(&place);
            } else {
                queue.insert(place, waiting.clone());
            }
        }
        self.waiting.retain(|_, queue| !queue.is_empty());
        let (text, hash) = (commit.text.clone(), commit.hash.clone());
        self.stream.push(Streamed::Commit {
            order: id,
            text,
            hash,
        });
        Ok(())
    }
}

fn write(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Inconsistent(error.to_string()))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::Inconsistent(error.to_string()))
}
