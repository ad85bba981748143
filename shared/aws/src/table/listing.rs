//! Listings: pages of a sparse index that holds nothing but keys.

use app::{
    failure::Failure,
    ports::{Page, PageRequest},
};
use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ids::OrderId;
use jiff::Timestamp;

use super::{
    client::{Table, unavailable},
    items::Item,
    keys::{Key, order_of, sortable},
    limits::PAGE_ORDERS_MAX,
    writes::text,
};

/// An index.
pub(super) struct Index {
    pub(super) name: &'static str,
    pub(super) hash: &'static str,
    pub(super) range: &'static str,
    /// What the table's partition key of the items in it begins with.
    pub(super) pk: &'static str,
    /// What their sort key begins with.
    pub(super) sk: &'static str,
    pub(super) newest_first: bool,
}

/// Unmatched payments. Their keys begin like those of references.
pub(super) const PAYMENTS: Index = Index {
    name: "by-exceptions",
    hash: "exceptions",
    range: "placed_at",
    pk: "REF#",
    sk: "REF",
    newest_first: false,
};

impl Table {
    /// One page of the orders under `value`, of those before the time `before` when it is given.
    pub(super) async fn list(
        &self,
        table: &str,
        index: &Index,
        value: String,
        before: Option<Timestamp>,
        page: &PageRequest,
    ) -> Result<Page<OrderId>, Failure> {
        let Page { items, next } = self.list_keys(table, index, value, before, page).await?;
        let orders = items.iter().map(|key| order_of(&key.pk));
        let items = orders.collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }

    /// One page of the keys under `value`, of those before the time `before` when it is given.
    pub(super) async fn list_keys(
        &self,
        table: &str,
        index: &Index,
        value: String,
        before: Option<Timestamp>,
        page: &PageRequest,
    ) -> Result<Page<Key>, Failure> {
        let start = page
            .after
            .as_deref()
            .map(|cursor| start_key(index, &value, cursor))
            .transpose()?;
        let query = self
            .client
            .query()
            .table_name(table)
            .index_name(index.name)
            .expression_attribute_names("#hash", index.hash)
            .expression_attribute_values(":hash", text(value))
            .scan_index_forward(!index.newest_first)
            .limit(i32::try_from(page.limit.clamp(1, PAGE_ORDERS_MAX)).unwrap_or(1))
            .set_exclusive_start_key(start.map(Item::into_attributes));
        let query = match before {
            None => query.key_condition_expression("#hash = :hash"),
            Some(time) => query
                .key_condition_expression("#hash = :hash AND #range < :range")
                .expression_attribute_names("#range", index.range)
                .expression_attribute_values(":range", text(sortable(time))),
        };
        let found = query.send().await.map_err(unavailable)?;
        let key = |item: &std::collections::HashMap<String, AttributeValue>| {
            let item = Item::from(item.clone());
            Ok::<_, Failure>(Key {
                pk: item.get_text("pk")?.to_owned(),
                sk: item.get_text("sk")?.to_owned(),
            })
        };
        let items = found.items().iter().map(key).collect::<Result<_, _>>()?;
        let next = found
            .last_evaluated_key
            .map(|key| cursor(index, &Item::from(key)))
            .transpose()?;
        Ok(Page { items, next })
    }
}

/// The end of a page, opaque to callers: the time, the key. The rest follows from the index.
fn cursor(index: &Index, key: &Item) -> Result<String, Failure> {
    let (time, sk) = (key.get_text(index.range)?, key.get_text("sk")?);
    let pk = key.get_text("pk")?;
    Ok(URL_SAFE_NO_PAD.encode(format!("{time}|{sk}|{pk}")))
}

/// The key after which a page starts. A cursor comes from outside, so each part of it is parsed.
fn start_key(index: &Index, value: &str, cursor: &str) -> Result<Item, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad_cursor())?;
    let cursor = std::str::from_utf8(&bytes).map_err(|_| bad_cursor())?;
    let mut parts = cursor.splitn(3, '|');
    let (Some(time), Some(sk), Some(pk)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(bad_cursor());
    };
    let time: Timestamp = time.parse().map_err(|_| bad_cursor())?;
    if !sk.starts_with(index.sk) || !pk.starts_with(index.pk) {
        return Err(bad_cursor());
    }
    Ok(Item::default()
        .text("pk", pk)
        .text("sk", sk)
        .text(index.hash, value)
        .text(index.range, sortable(time)))
}

pub(super) fn bad_cursor() -> Failure {
    Failure::Malformed("the cursor is not one that we gave".to_owned())
}

#[cfg(test)]
mod tests {
    use domain::ids::ShopId;

    use super::{super::keys::order_pk, *};

    const INDEX: Index = Index {
        name: "i",
        hash: "due",
        range: "due_at",
        pk: "ORDER#",
        sk: "STATE",
        newest_first: false,
    };

    #[test]
    fn a_cursor_gives_back_the_key_that_it_was_made_from() {
        let order = OrderId::of(&ShopId::default(), &"1001".parse().unwrap());
        let key = Item::default()
            .text("pk", order_pk(order))
            .text("sk", "STATE")
            .text("due", "DUE")
            .text(
                "due_at",
                sortable("2026-11-22T10:00:00.123Z".parse().unwrap()),
            );
        let cursor = cursor(&INDEX, &key).unwrap();
        assert_eq!(start_key(&INDEX, "DUE", &cursor).unwrap(), key);
    }

    #[test]
    fn a_cursor_from_elsewhere_is_malformed() {
        for cursor in [
            "",
            "x",
            "%",
            "e30",
            &URL_SAFE_NO_PAD.encode("2026|STATE"),
            &URL_SAFE_NO_PAD.encode([0xff]),
        ] {
            assert!(
                matches!(start_key(&INDEX, "DUE", cursor), Err(Failure::Malformed(_))),
                "{cursor}"
            );
        }
    }
}
