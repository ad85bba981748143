//! The order port: reads and lists; placing is in `place`, saving in `save`.

use app::{
    failure::Failure,
    ports::{
        OrderHistory, OrderStore, Page, PageRequest, PlaceOutcome, RememberOutcome, SaveOutcome,
    },
};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use domain::{
    decide::Placement,
    ids::OrderId,
    order::{Cause, Change, Reference},
    order::{Contact, Order, Phase},
};
use jiff::{Timestamp, civil::Date};

use super::{
    client::{Table, unavailable},
    items::{Item, names},
    keys::{
        self, COMMIT, DUE, Key, OPEN_EXCEPTIONS, ORDER, PLACED, STATE, order_pk, phase_day,
        sortable,
    },
    listing::Index,
    transact::TransactionEnd,
    unmatched::is_named_only,
    writes::{ABSENT, Write, number, text},
};

const BY_CUSTOMER: Index = Index {
    name: "by-customer",
    hash: "customer",
    range: "placed_at",
    pk: ORDER,
    sk: keys::CONTACT,
    newest_first: true,
};
const BY_PHASE_DAY: Index = Index {
    name: "by-phase-day",
    hash: "phase_day",
    range: "placed_at",
    pk: ORDER,
    sk: STATE,
    newest_first: true,
};
const BY_EXCEPTIONS: Index = Index {
    name: "by-exceptions",
    hash: "exceptions",
    range: "placed_at",
    pk: ORDER,
    sk: STATE,
    newest_first: false,
};
const BY_DUE: Index = Index {
    name: "by-due",
    hash: "due",
    range: "due_at",
    pk: ORDER,
    sk: STATE,
    newest_first: false,
};

impl OrderStore for Table {
    async fn load(&self, id: OrderId) -> Result<Option<Order>, Failure> {
        // `PLACED` and `STATE` are next to each other: one query reads both, and nothing else.
        let condition = "#pk = :pk AND #sk BETWEEN :placed AND :state";
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression(condition)
            .set_expression_attribute_names(Some(names(&[condition])))
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
            // Payments have named an order that is not placed.
            [named] if is_named_only(named) => Ok(None),
            [placed, state] => Ok(Some(Order {
                placed: placed.get_json("text")?,
                state: state.get_json("text")?,
            })),
            _ => Err(Failure::Inconsistent(format!(
                "{id} is stored only in part"
            ))),
        }
    }

    async fn place(&self, placement: &Placement) -> Result<PlaceOutcome, Failure> {
        self.place_order(placement).await
    }

    async fn save(&self, change: &Change) -> Result<SaveOutcome, Failure> {
        self.save_change(change).await
    }

    /// Two items: the request, and the check that the order is still at the version that was read.
    async fn remember_unchanged(
        &self,
        order: &Order,
        request: &Cause,
        until: Timestamp,
    ) -> Result<RememberOutcome, Failure> {
        const REQUEST: usize = 0;
        let id = order.placed.id;
        let item = Item::new(Key::unchanged(id, request)).json("request", request)?;
        let item = item.number("expires_at", until.as_second());
        let version = i64::try_from(order.state.version).unwrap_or(i64::MAX);
        let writes = vec![
            Write::put(self, item, Some(ABSENT))?,
            Write::check(
                self,
                Key::state(id),
                "#version = :version",
                vec![(":version", number(version))],
            )?,
        ];
        let failed = match self.transact(writes).await? {
            TransactionEnd::Written => return Ok(RememberOutcome::Remembered),
            TransactionEnd::ConditionsFailed(failed) => failed,
        };
        let known = failed.into_iter().find(|failed| failed.index == REQUEST);
        let Some(known) = known else {
            return Ok(RememberOutcome::VersionConflict);
        };
        let known = match known.current {
            Some(item) => Some(item.get_json("request")?),
            None => self.remembered_unchanged(id, request).await?,
        };
        Ok(known.map_or(RememberOutcome::VersionConflict, RememberOutcome::Known))
    }

    async fn remembered_unchanged(
        &self,
        id: OrderId,
        request: &Cause,
    ) -> Result<Option<Cause>, Failure> {
        let item = self.get(Key::unchanged(id, request)).await?;
        item.map(|item| item.get_json("request")).transpose()
    }

    async fn find(&self, reference: &Reference) -> Result<Option<OrderId>, Failure> {
        let item = self.get(Key::reference(reference)).await?;
        // A payment may be stored that no order has named.
        let order = item.as_ref().and_then(|item| item.find_text("order_id"));
        let Some(order) = order.map(str::parse) else {
            return Ok(None);
        };
        order
            .map(Some)
            .map_err(|error| Failure::Inconsistent(format!("a reference names no order: {error}")))
    }

    async fn history(&self, id: OrderId) -> Result<OrderHistory, Failure> {
        let items = self.all_under(&order_pk(id), COMMIT).await?;
        let stored = |item: &Item| {
            let (text, hash) = (item.get_text("text")?, item.get_text("hash")?);
            let seq = item.get_text("sk")?.trim_start_matches(COMMIT).parse();
            let seq = seq.map_err(|_| Failure::Inconsistent(format!("{id}: a commit's key")))?;
            Ok((seq, text.to_owned(), hash.to_owned()))
        };
        let stored: Result<Vec<_>, Failure> = items.iter().map(stored).collect();
        Ok(OrderHistory::open(stored?))
    }

    async fn contact(&self, id: OrderId, version: u32) -> Result<Option<Contact>, Failure> {
        let key = Key::contact(id, version);
        let item = self.get_from(self.contacts_table()?, key).await?;
        item.map(|item| item.get_json("text")).transpose()
    }

    async fn of_customer(&self, email: &str, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        let customer = self.customer_hash(email)?;
        self.list(self.contacts_table()?, &BY_CUSTOMER, customer, None, page)
            .await
    }

    async fn of_phase(
        &self,
        phase: Phase,
        day: Date,
        page: &PageRequest,
    ) -> Result<Page<OrderId>, Failure> {
        self.list(&self.name, &BY_PHASE_DAY, phase_day(phase, day), None, page)
            .await
    }

    async fn postpone(
        &self,
        id: OrderId,
        version: Option<u64>,
        until: Timestamp,
    ) -> Result<(), Failure> {
        const SAME_VERSION: &str = "attribute_exists(#due) AND #version = :version";
        const ANY_VERSION: &str = "attribute_exists(#due)";
        const POSTPONE: &str = "SET #due_at = :until";
        let condition = version.map_or(ANY_VERSION, |_| SAME_VERSION);
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(Item::new(Key::state(id)).into_attributes()))
            .update_expression(POSTPONE)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names(&[POSTPONE, condition])))
            .expression_attribute_values(":until", text(sortable(until)));
        let update = match version {
            Some(version) => update.expression_attribute_values(
                ":version",
                number(i64::try_from(version).unwrap_or(i64::MAX)),
            ),
            None => update,
        };
        update
            .send()
            .await
            .map(|_| ())
            .or_else(|error| match error.as_service_error() {
                // It has changed, so it is due when the change says.
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                Some(_) | None => Err(unavailable(error)),
            })
    }

    async fn with_exceptions(&self, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        let open = OPEN_EXCEPTIONS.to_owned();
        self.list(&self.name, &BY_EXCEPTIONS, open, None, page)
            .await
    }

    async fn overdue(&self, now: Timestamp, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        self.list(&self.name, &BY_DUE, DUE.to_owned(), Some(now), page)
            .await
    }
}
