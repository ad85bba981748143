//! The items of an order, and the transaction that writes them: which item is at which index, and so what a failed
//! condition at that index says.

use app::failure::Failure;
use domain::{
    ids::OrderId,
    order::{Change, Commit, Contact, Order, Reference},
};

use super::{
    client::Table,
    items::{Item, SCHEMA},
    keys::{self, DUE, Key, OPEN_EXCEPTIONS, money_day, phase_day, sortable},
    transact::FailedCondition,
    writes::{ABSENT, Condition, Write, number, text},
};

/// What one item of an order's transaction is. The numbers are indexes into the stock deltas and the references of the
/// change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemKind {
    /// A failed condition: the order has another version.
    State,
    /// A failed condition: there is a commit of that number already.
    Commit,
    /// A failed condition, when there is no order: unmatched payments name it, or more than were read.
    Placed,
    /// No condition of its own tells more than those of state and commit.
    Contact,
    /// A failed condition: the level is not what the write needs.
    StockLevel(usize),
    /// Unconditional: a backorder belongs to one order, whose state is conditioned.
    Backorder,
    /// A failed condition: the reference leads to another order, or the payment is unmatched.
    Reference(usize),
    /// A failed condition: the unmatched payment has changed since it was read.
    Payment,
    /// A failed condition: another order of the same basket was placed about the same time.
    Basket,
    /// A failed condition: there is no such account, or its limit leaves too little.
    Account,
}

/// A transaction under construction: each write with what it writes.
#[derive(Default)]
pub(super) struct OrderWrites {
    pub(super) writes: Vec<Write>,
    pub(super) kinds: Vec<ItemKind>,
}

impl OrderWrites {
    pub(super) fn push(&mut self, kind: ItemKind, write: Write) {
        self.kinds.push(kind);
        self.writes.push(write);
    }
}

/// The failed conditions of a transaction, by what they are about.
pub(super) struct FailedKinds<'a> {
    kinds: &'a [ItemKind],
    failed: &'a [FailedCondition],
}

impl<'a> FailedKinds<'a> {
    pub(super) fn new(kinds: &'a [ItemKind], failed: &'a [FailedCondition]) -> Self {
        Self { kinds, failed }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (ItemKind, &'a FailedCondition)> {
        let kind = |failed: &FailedCondition| self.kinds.get(failed.index).copied();
        self.failed
            .iter()
            .filter_map(move |failed| Some((kind(failed)?, failed)))
    }

    pub(super) fn find(&self, wanted: ItemKind) -> Option<&'a FailedCondition> {
        self.iter()
            .find_map(|(kind, failed)| (kind == wanted).then_some(failed))
    }

    /// The references whose conditions failed.
    pub(super) fn references<'r>(
        &self,
        references: &'r [Reference],
    ) -> impl Iterator<Item = (&'r Reference, &'a FailedCondition)> {
        self.iter().filter_map(move |(kind, failed)| match kind {
            ItemKind::Reference(index) => Some((references.get(index)?, failed)),
            ItemKind::State
            | ItemKind::Commit
            | ItemKind::Placed
            | ItemKind::Contact
            | ItemKind::StockLevel(_)
            | ItemKind::Backorder
            | ItemKind::Payment
            | ItemKind::Basket
            | ItemKind::Account => None,
        })
    }

    /// The first reference that leads to another order.
    pub(super) fn taken_reference(&self, references: &[Reference]) -> Option<Reference> {
        let mut failed = self.references(references);
        failed.next().map(|(reference, _)| reference.clone())
    }
}

impl Table {
    /// Whether the stored commit of this number is the one that is being written: then an earlier attempt wrote it and
    /// its answer was lost.
    pub(super) async fn is_own_commit(
        &self,
        change: &Change,
        failed: Option<&FailedCondition>,
    ) -> Result<bool, Failure> {
        let read;
        let current = match failed.and_then(|failed| failed.current.as_ref()) {
            Some(current) => Some(current),
            None => {
                let key = Key::commit(change.order.placed.id, change.commit.body.seq);
                read = self.get(key).await?;
                read.as_ref()
            }
        };
        Ok(current.and_then(|item| item.find_text("hash")) == Some(&change.commit.hash))
    }

    /// Replaces the state that the change was decided on.
    pub(super) fn replace_state(&self, change: &Change) -> Result<Write, Failure> {
        let before = change.commit.body.seq.saturating_sub(1);
        let condition = Condition {
            expression: "#version = :before",
            values: vec![(":before", number(i64::try_from(before).unwrap_or(i64::MAX)))],
        };
        Write::put(self, state_item(&change.order)?, Some(condition))
    }

    pub(super) fn write_commit(&self, change: &Change) -> Result<Write, Failure> {
        let item = commit_item(change.order.placed.id, &change.commit);
        Write::put(self, item, Some(ABSENT))
    }

    /// A reference may be written again by its own order, and keeps what else is known of a payment. A tracking number may
    /// move to another order: carriers use numbers again.
    pub(super) fn write_reference(
        &self,
        reference: &Reference,
        order: OrderId,
    ) -> Result<Write, Failure> {
        if !reference.is_exclusive() {
            return Write::put(self, reference_item(reference, order), None);
        }
        let condition = "attribute_not_exists(#pk) OR #order_id = :order";
        let values = vec![(":order", text(order.to_string()))];
        let update = "SET #order_id = :order";
        Write::update(self, Key::reference(reference), update, condition, values)
    }

    pub(super) fn contact_item(&self, order: &Order, contact: &Contact) -> Result<Item, Failure> {
        let key = Key::contact(order.placed.id, order.state.contact_version);
        let item = Item::new(key).json("text", contact)?;
        let item = item.text("customer", self.customer_hash(&contact.email)?);
        Ok(item.text("placed_at", sortable(order.placed.placed_at)))
    }

    /// The hash under which a customer's orders are listed.
    pub(super) fn customer_hash(&self, email: &str) -> Result<String, Failure> {
        keys::customer(self.secret()?, email)
    }

    /// The secret with which customers are hashed.
    pub(super) fn secret(&self) -> Result<&[u8], Failure> {
        let missing =
            || Failure::Inconsistent("this function was not given the customer key".to_owned());
        self.customer_key.as_deref().ok_or_else(missing)
    }
}

pub(super) fn state_item(order: &Order) -> Result<Item, Failure> {
    let placed_at = order.placed.placed_at;
    let day = placed_at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let item = Item::new(Key::state(order.placed.id))
        .json("text", &order.state)?
        .number("version", order.state.version)
        .text("phase_day", phase_day(order.state.status.phase(), day))
        .text("placed_at", sortable(placed_at));
    // Both keys of the index stay as they are from the first exception until the last is closed, so that the writes in
    // between cost nothing there.
    let item = if order.state.exceptions.is_empty() {
        item
    } else {
        item.text("exceptions", OPEN_EXCEPTIONS)
    };
    Ok(match order.due_at() {
        Some(due_at) => item.text("due", DUE).text("due_at", sortable(due_at)),
        None => item,
    })
}

/// A commit: audit record and outbox in one item.
fn commit_item(order: OrderId, commit: &Commit) -> Item {
    let item = Item::new(Key::commit(order, commit.body.seq))
        .text("text", commit.text.as_str())
        .text("hash", commit.hash.as_str())
        .text("order_id", order.to_string())
        .number(SCHEMA, commit.body.schema)
        .text("outbox", "1");
    match commit.body.reconciled_day() {
        Some(day) => item
            .text("phase_day", money_day(day))
            .text("placed_at", sortable(commit.body.at)),
        None => item,
    }
}

pub(super) fn reference_item(reference: &Reference, order: OrderId) -> Item {
    Item::new(Key::reference(reference)).text("order_id", order.to_string())
}
