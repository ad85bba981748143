//! Exceptions about stock: one item for each level that ever had one. A closed one stays, until the next takes its place.

use app::{
    failure::Failure,
    ports::{Page, PageRequest},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    ids::{LocationId, Sku},
    stock::{StockException, StockRecord},
};

use super::{
    client::{Table, unavailable},
    items::Item,
    keys::{Key, STOCK_EXCEPTIONS},
    limits::PAGE_ORDERS_MAX,
    listing::bad_cursor,
    writes::{Write, text},
};

impl Table {
    /// The level, which has the condition, knows whether one is open; so these need none.
    pub(super) fn write_stock_exceptions(
        &self,
        record: &StockRecord,
    ) -> Result<Vec<Write>, Failure> {
        let mut writes = Vec::new();
        for open in record
            .exceptions_opened
            .iter()
            .chain(&record.exceptions_taken)
        {
            let key = Key::stock_exception(&open.sku, &open.location);
            let item = Item::new(key).json("text", open)?;
            writes.push(Write::put(self, item, None)?);
        }
        for closed in &record.exceptions_closed {
            let key = Key::stock_exception(&closed.sku, &closed.location);
            let closed = serde_json::to_string(closed)
                .map_err(|error| Failure::Inconsistent(error.to_string()))?;
            let values = vec![(":closed", text(closed))];
            let update = "SET #closed = :closed";
            writes.push(Write::update(
                self,
                key,
                update,
                "attribute_exists(#pk)",
                values,
            )?);
        }
        Ok(writes)
    }

    /// The one of a level, when it is open.
    pub(super) async fn open_stock_exception(
        &self,
        sku: &Sku,
        location: &LocationId,
    ) -> Result<Option<StockException>, Failure> {
        let item = self.get(Key::stock_exception(sku, location)).await?;
        let open = item.filter(|item| item.find_text("closed").is_none());
        open.map(|item| item.get_json("text")).transpose()
    }

    /// One page of those that are open. A page may have fewer than the limit before the last.
    pub(super) async fn open_stock_exceptions(
        &self,
        page: &PageRequest,
    ) -> Result<Page<StockException>, Failure> {
        let start = page.after.as_deref().map(start_key).transpose()?;
        let found = self
            .query_under(STOCK_EXCEPTIONS, "")
            .filter_expression("attribute_not_exists(#closed)")
            .expression_attribute_names("#closed", "closed")
            .limit(i32::try_from(page.limit.clamp(1, PAGE_ORDERS_MAX)).unwrap_or(1))
            .set_exclusive_start_key(start.map(Item::into_attributes))
            .send()
            .await
            .map_err(unavailable)?;
        let cursor = |key| {
            Item::from(key)
                .get_text("sk")
                .map(|sk| URL_SAFE_NO_PAD.encode(sk))
        };
        let next = found.last_evaluated_key.map(cursor).transpose()?;
        let items = found.items.unwrap_or_default().into_iter();
        let items = items
            .map(|item| Item::from(item).get_json("text"))
            .collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }
}

/// The key after which a page starts. A cursor comes from outside, so it is parsed.
fn start_key(cursor: &str) -> Result<Item, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad_cursor())?;
    let sk = std::str::from_utf8(&bytes).map_err(|_| bad_cursor())?;
    let (location, sku) = sk.split_once('#').ok_or_else(bad_cursor)?;
    let location = location.parse().map_err(|_| bad_cursor())?;
    let sku = sku.parse().map_err(|_| bad_cursor())?;
    Ok(Item::new(Key::stock_exception(&sku, &location)))
}
