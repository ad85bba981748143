//! Backorders: one item per order line that waits for stock. Sorting the keys of a SKU sorts its queue.

use app::{
    failure::Failure,
    ports::{Page, PageRequest},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{ids::Sku, stock::Backorder};

use super::{
    client::{Table, unavailable},
    items::Item,
    keys::{BACKORDERED, Key},
    listing::bad_cursor,
    writes::{Write, text},
};

impl Table {
    /// Writes a backorder, or deletes it when no units are left.
    pub(super) fn write_backorder(&self, backorder: &Backorder) -> Result<Write, Failure> {
        let key = Key::backorder(backorder);
        if backorder.units == 0 {
            return Write::delete(self, key);
        }
        let item = Item::new(key).json("text", backorder)?;
        let item = item
            .text("backordered", BACKORDERED)
            .text("backordered_sku", backorder.sku.as_str());
        Write::put(self, item, None)
    }

    /// One page of the SKUs with backorders, in the order of their names.
    pub(super) async fn backordered_skus(&self, page: &PageRequest) -> Result<Page<Sku>, Failure> {
        let mut items: Vec<Sku> = Vec::new();
        let mut last = page.after.as_deref().map(read_cursor).transpose()?;
        // One query per SKU, each of which skips all backorders of the SKU before.
        while items.len() < usize::try_from(page.limit).unwrap_or(usize::MAX).max(1) {
            let Some(sku) = self.next_backordered_sku(last.as_ref()).await? else {
                return Ok(Page { items, next: None });
            };
            last = Some(sku.clone());
            items.push(sku);
        }
        let next = last.map(|sku| URL_SAFE_NO_PAD.encode(sku.as_str()));
        Ok(Page { items, next })
    }

    async fn next_backordered_sku(&self, after: Option<&Sku>) -> Result<Option<Sku>, Failure> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name("by-backordered-sku")
            .limit(1);
        let query = query
            .expression_attribute_names("#backordered", "backordered")
            .expression_attribute_values(":backordered", text(BACKORDERED));
        let query = match after {
            None => query.key_condition_expression("#backordered = :backordered"),
            Some(sku) => query
                .key_condition_expression("#backordered = :backordered AND #sku > :sku")
                .expression_attribute_names("#sku", "backordered_sku")
                .expression_attribute_values(":sku", text(sku.as_str())),
        };
        let found = query.send().await.map_err(unavailable)?;
        let Some(item) = found.items.unwrap_or_default().pop() else {
            return Ok(None);
        };
        let item = Item::from(item);
        let sku = item.get_text("backordered_sku")?.parse();
        sku.map(Some)
            .map_err(|error| Failure::Inconsistent(format!("an index names no SKU: {error}")))
    }
}

fn read_cursor(cursor: &str) -> Result<Sku, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad_cursor())?;
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(bad_cursor)
}
