//! Orders: read, place, change, find, list.

use std::collections::BTreeSet;

use app::{
    failure::Failure,
    ports::{OrderStore, Page, PageRequest, SaveOutcome},
};
use domain::{
    change::{Change, Reference},
    ids::OrderId,
    order::{Commit, Contact, Order, Status},
    place::Placement,
};
use jiff::{Timestamp, civil::Date};

use super::{
    Table,
    items::{Item, names},
    keys::{self, COMMIT, DUE, Key, PLACED, STATE, order_pk, sortable, status_day},
    listing::Index,
    save::Meaning,
    transact::{ABSENT, Condition, Outcome, Refused, Write, number, text},
    unavailable,
};

const BY_CUSTOMER: Index = Index {
    name: "by-customer",
    hash: "customer",
    range: "placed_at",
    sk: keys::CONTACT,
    newest_first: true,
};
const BY_STATUS_DAY: Index = Index {
    name: "by-status-day",
    hash: "status_day",
    range: "placed_at",
    sk: STATE,
    newest_first: true,
};
const BY_DUE: Index = Index {
    name: "by-due",
    hash: "due",
    range: "due_at",
    sk: STATE,
    newest_first: false,
};

impl OrderStore for Table {
    async fn load(&self, id: OrderId) -> Result<Option<Order>, Failure> {
        // `PLACED` and `STATE` are neighbours: one query reads both, and nothing else.
        let expressions = "#pk = :pk AND #sk BETWEEN :placed AND :state";
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression(expressions)
            .set_expression_attribute_names(Some(names(&[expressions])))
            .expression_attribute_values(":pk", text(order_pk(id)))
            .expression_attribute_values(":placed", text(PLACED))
            .expression_attribute_values(":state", text(STATE));
        let found = query.send().await.map_err(unavailable)?;
        let items: Vec<Item> = found
            .items
            .unwrap_or_default()
            .into_iter()
            .map(Item::from)
            .collect();
        match items.as_slice() {
            [] => Ok(None),
            [placed, state] => Ok(Some(Order {
                placed: placed.get_json("text")?,
                state: state.get_json("text")?,
            })),
            _ => Err(Failure::Inconsistent(format!(
                "{id} is not there as a whole"
            ))),
        }
    }

    async fn place(&self, placement: &Placement) -> Result<SaveOutcome, Failure> {
        let Placement { change, contact } = placement;
        let placed = &change.order.placed;
        let references = references(change);
        let mut writes = vec![
            Write::put(self, state(&change.order)?, Some(ABSENT))?,
            Write::put(self, commit(placed.id, &change.commit), Some(ABSENT))?,
            Write::put(
                self,
                Item::new(Key::placed(placed.id)).json("text", placed)?,
                Some(ABSENT),
            )?,
            Write::put(
                self,
                self.contact_item(&change.order, contact)?,
                Some(ABSENT),
            )?,
        ];
        let first_reference = writes.len();
        for reference in &references {
            writes.push(Write::put(
                self,
                reference_item(reference, placed.id),
                Some(ABSENT),
            )?);
        }
        let refused = match self.transact(writes).await? {
            Outcome::Done => return Ok(SaveOutcome::Saved),
            Outcome::Refused(refused) => refused,
        };
        if self
            .is_our_own(change, refused.iter().find(|refused| refused.place == 1))
            .await?
        {
            return Ok(SaveOutcome::Saved);
        }
        let taken = |refused: &Refused| references.get(refused.place.checked_sub(first_reference)?);
        Ok(refused
            .iter()
            .find_map(taken)
            .cloned()
            .map_or(SaveOutcome::VersionConflict, SaveOutcome::ReferenceTaken))
    }

    async fn save(&self, change: &Change) -> Result<SaveOutcome, Failure> {
        self.save_change(change).await
    }

    async fn find(&self, reference: &Reference) -> Result<Option<OrderId>, Failure> {
        let item = self.get(Key::reference(reference)).await?;
        let Some(item) = item else { return Ok(None) };
        let order = item.get_text("order_id")?.parse();
        order
            .map(Some)
            .map_err(|error| Failure::Inconsistent(format!("a reference leads nowhere: {error}")))
    }

    async fn commits(&self, id: OrderId) -> Result<Vec<Commit>, Failure> {
        let broken = |error| Failure::Inconsistent(format!("{id}: {error}"));
        let items = self.all_under(&order_pk(id), COMMIT).await?;
        let open = |item: &Item| {
            let (text, hash) = (item.get_text("text")?, item.get_text("hash")?);
            Commit::open(text.to_owned(), hash.to_owned()).map_err(broken)
        };
        items.iter().map(open).collect()
    }

    async fn contact(&self, id: OrderId) -> Result<Option<Contact>, Failure> {
        let item = self.get(Key::contact(id)).await?;
        item.map(|item| item.get_json("text")).transpose()
    }

    async fn of_customer(&self, email: &str, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        self.list(&BY_CUSTOMER, self.customer(email)?, None, page)
            .await
    }

    async fn of_status(
        &self,
        status: Status,
        day: Date,
        page: &PageRequest,
    ) -> Result<Page<OrderId>, Failure> {
        self.list(&BY_STATUS_DAY, status_day(status, day), None, page)
            .await
    }

    async fn overdue(&self, now: Timestamp, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        self.list(&BY_DUE, DUE.to_owned(), Some(now), page).await
    }
}

impl Table {
    fn customer(&self, email: &str) -> Result<String, Failure> {
        let missing =
            || Failure::Inconsistent("this function was not given the customer key".to_owned());
        keys::customer(self.customer_key.as_deref().ok_or_else(missing)?, email)
    }

    fn contact_item(&self, order: &Order, contact: &Contact) -> Result<Item, Failure> {
        let item = Item::new(Key::contact(order.placed.id)).json("text", contact)?;
        let item = item.text("customer", self.customer(&contact.email)?);
        Ok(item.text("placed_at", sortable(order.placed.placed_at)))
    }

    /// Whether the commit that stands in the way is the very one that we are writing: then the answer to an
    /// earlier attempt was lost, and it is written.
    pub(super) async fn is_our_own(
        &self,
        change: &Change,
        refused: Option<&Refused>,
    ) -> Result<bool, Failure> {
        let read;
        let there = match refused {
            Some(Refused {
                there: Some(there), ..
            }) => Some(there),
            _ => {
                read = self
                    .get(Key::commit(change.order.placed.id, change.commit.body.seq))
                    .await?;
                read.as_ref()
            }
        };
        Ok(there.and_then(|item| item.find_text("hash")) == Some(&change.commit.hash))
    }

    pub(super) fn write_state(&self, change: &Change) -> Result<Write, Failure> {
        let before = change.commit.body.seq.saturating_sub(1);
        let values = vec![(":before", number(i64::try_from(before).unwrap_or(i64::MAX)))];
        let condition = Condition {
            expression: "#version = :before",
            values,
        };
        Write::put(self, state(&change.order)?, Some(condition))
    }

    pub(super) fn write_commit(&self, change: &Change) -> Result<Write, Failure> {
        Write::put(
            self,
            commit(change.order.placed.id, &change.commit),
            Some(ABSENT),
        )
    }

    pub(super) fn write_reference(
        &self,
        reference: &Reference,
        order: OrderId,
    ) -> Result<Write, Failure> {
        let item = reference_item(reference, order);
        let own = match reference {
            Reference::Tracking(_) => None,
            Reference::Intent(_) | Reference::Number(_) | Reference::IdempotencyKey(_) => {
                Some(Condition {
                    expression: "attribute_not_exists(#pk) OR #order_id = :order",
                    values: vec![(":order", text(order.to_string()))],
                })
            }
        };
        Write::put(self, item, own)
    }
}

/// The references of a change, each once, the idempotency key first: whoever repeats a placement meets the same
/// number again too, and is to hear of the key.
pub(super) fn references(change: &Change) -> Vec<Reference> {
    let mut references: Vec<Reference> = change
        .references
        .iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .cloned()
        .collect();
    references.sort_by_key(|reference| match reference {
        Reference::IdempotencyKey(_) => 0,
        Reference::Number(_) => 1,
        Reference::Intent(_) => 2,
        Reference::Tracking(_) => 3,
    });
    references
}

/// What a failed condition of each place in a change's transaction means.
pub(super) fn meanings(stock: usize, backorders: usize, references: usize) -> Vec<Meaning> {
    let order = [Meaning::State, Meaning::Commit].into_iter();
    let stock = (0..stock).map(Meaning::Stock);
    let backorders = (0..backorders).map(|_| Meaning::Queue);
    order
        .chain(stock)
        .chain(backorders)
        .chain((0..references).map(Meaning::Reference))
        .collect()
}

fn state(order: &Order) -> Result<Item, Failure> {
    let placed_at = order.placed.placed_at;
    let day = placed_at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let item = Item::new(Key::state(order.placed.id))
        .json("text", &order.state)?
        .number("version", order.state.version)
        .text("status_day", status_day(order.state.status, day))
        .text("placed_at", sortable(placed_at));
    Ok(match order.due_at() {
        Some(due_at) => item.text("due", DUE).text("due_at", sortable(due_at)),
        None => item,
    })
}

/// A commit: audit record, outbox and proof of order in one item.
fn commit(order: OrderId, commit: &Commit) -> Item {
    Item::new(Key::commit(order, commit.body.seq))
        .text("text", commit.text.as_str())
        .text("hash", commit.hash.as_str())
        .text("order_id", order.to_string())
        .text("outbox", "1")
}

fn reference_item(reference: &Reference, order: OrderId) -> Item {
    Item::new(Key::reference(reference)).text("order_id", order.to_string())
}
