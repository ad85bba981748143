//! The access log: items of the table of personal data, because that one has no stream. They expire.

use app::{
    failure::Failure,
    ports::{AccessEntry, AccessLogStore, Page, PageRequest},
};
use aws_sdk_dynamodb::{
    operation::{put_item::PutItemError, query::builders::QueryFluentBuilder},
    types::AttributeValue,
};
use domain::ids::OrderId;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    client::{Table, unavailable},
    items::{Item, names},
    keys::{ACCESS, Key, order_pk, sortable},
    limits::PAGE_ORDERS_MAX,
    listing::{Index, bad_cursor},
    writes::text,
};

const BY_ACCESS_DAY: Index = Index {
    name: "by-access-day",
    hash: "access_day",
    range: "accessed_at",
    // Of an order, or of the payments that no order names.
    pk: "",
    sk: ACCESS,
    newest_first: true,
};

impl AccessLogStore for Table {
    async fn log_access(&self, entry: &AccessEntry, keep_until: Timestamp) -> Result<(), Failure> {
        const NEW: &str = "attribute_not_exists(#pk)";
        let day = entry.at.to_zoned(TimeZone::UTC).date();
        let item = Item::new(Key::access(entry))
            .json("text", entry)?
            .text(BY_ACCESS_DAY.hash, day.to_string())
            .text(BY_ACCESS_DAY.range, sortable(entry.at))
            .number("expires_at", keep_until.as_second());
        let put = self
            .client
            .put_item()
            .table_name(self.contacts_table()?)
            .set_item(Some(item.into_attributes()))
            .condition_expression(NEW)
            .set_expression_attribute_names(Some(names(&[NEW])));
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // An attempt before this one has written it.
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
                Some(_) | None => Err(unavailable(error)),
            },
        }
    }

    async fn last_access(
        &self,
        order: OrderId,
        person: &str,
        since: Timestamp,
    ) -> Result<Option<AccessEntry>, Failure> {
        let mut start = None;
        loop {
            let query = self.accesses_since(order, since)?;
            let page = query.set_exclusive_start_key(start).send().await;
            let page = page.map_err(unavailable)?;
            for item in page.items.unwrap_or_default() {
                let entry: AccessEntry = Item::from(item).get_json("text")?;
                if entry.actor.id == person {
                    return Ok(Some(entry));
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(None);
            }
        }
    }

    async fn accesses_of_order(
        &self,
        order: OrderId,
        page: &PageRequest,
    ) -> Result<Page<AccessEntry>, Failure> {
        let start = match page.after.as_deref() {
            Some(sk) if !sk.starts_with(ACCESS) => return Err(bad_cursor()),
            Some(sk) => {
                let start = Item::default().text("pk", order_pk(order)).text("sk", sk);
                Some(start.into_attributes())
            }
            None => None,
        };
        let query = self.accesses_since(order, Timestamp::MIN)?;
        let query = query
            .limit(i32::try_from(page.limit.clamp(1, PAGE_ORDERS_MAX)).unwrap_or(1))
            .set_exclusive_start_key(start);
        let found = query.send().await.map_err(unavailable)?;
        let items = found.items.unwrap_or_default().into_iter();
        let items = items.map(|item| Item::from(item).get_json("text"));
        let last = found.last_evaluated_key.map(Item::from);
        let next = last.map(|key| key.get_text("sk").map(str::to_owned));
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: next.transpose()?,
        })
    }

    async fn accesses_on(
        &self,
        day: Date,
        page: &PageRequest,
    ) -> Result<Page<AccessEntry>, Failure> {
        let table = self.contacts_table()?;
        let listed = self
            .list_keys(table, &BY_ACCESS_DAY, day.to_string(), None, page)
            .await?;
        let mut items = Vec::new();
        for key in listed.items {
            // The index may lag behind the end of an entry.
            if let Some(item) = self.get_from(table, key).await? {
                items.push(item.get_json("text")?);
            }
        }
        Ok(Page {
            items,
            next: listed.next,
        })
    }
}

impl Table {
    /// The entries about an order that are not older than `since`, newest first, strongly consistent.
    fn accesses_since(
        &self,
        order: OrderId,
        since: Timestamp,
    ) -> Result<QueryFluentBuilder, Failure> {
        const SINCE: &str = "#pk = :pk AND #sk BETWEEN :from AND :to";
        // Before the epoch the text of a time does not sort; nothing was read then.
        let from = sortable(since.max(Timestamp::UNIX_EPOCH));
        // `~` sorts after whatever a time begins with.
        let to = format!("{ACCESS}~");
        Ok(self
            .client
            .query()
            .table_name(self.contacts_table()?)
            .consistent_read(true)
            .scan_index_forward(false)
            .key_condition_expression(SINCE)
            .set_expression_attribute_names(Some(names(&[SINCE])))
            .expression_attribute_values(":pk", text(order_pk(order)))
            .expression_attribute_values(":from", AttributeValue::S(format!("{ACCESS}{from}")))
            .expression_attribute_values(":to", AttributeValue::S(to)))
    }
}
