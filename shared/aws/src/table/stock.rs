//! The stock port: SKUs, movements, and the list of SKUs with backorders.

use app::{
    failure::Failure,
    ports::{Page, PageRequest, SkuStock, StockMoveOutcome, StockStore},
};
use domain::{
    ids::{LocationId, Sku},
    order::Cause,
    stock::Backorder,
    stock::{StockCommit, StockException, StockRecord},
};

use super::{
    client::Table,
    items::Item,
    keys::{Key, SkuItem, sku_item, sku_pk},
    levels::level,
    limits::MOVEMENT_MARKER_TTL,
    transact::TransactionEnd,
    writes::{ABSENT, Write},
};

impl StockStore for Table {
    async fn sku(&self, sku: &Sku) -> Result<SkuStock, Failure> {
        let mut view = SkuStock::default();
        for item in self.all_under(&sku_pk(sku), "").await? {
            match sku_item(item.get_text("sk")?) {
                Some(SkuItem::StockLevel) => view.levels.push(level(&item)?),
                Some(SkuItem::Backorder) => {
                    view.backorders.push(item.get_json::<Backorder>("text")?)
                }
                None => {}
            }
        }
        Ok(view)
    }

    /// Two movements of one level may run at once: one finds the level changed, and its caller computes it again. The
    /// marker makes a movement take effect once, however often its message comes.
    async fn move_stock(&self, commit: &StockCommit) -> Result<StockMoveOutcome, Failure> {
        const MARKER: usize = 0;
        let marker = marker(&commit.record)?;
        let record = marker.get_text("record")?.to_owned();
        let mut writes = vec![Write::put(self, marker, Some(ABSENT))?];
        for (before, after) in &commit.levels {
            writes.push(self.replace_level(Some(before), after)?);
        }
        writes.extend(self.write_stock_exceptions(&commit.record)?);
        let failed = match self.transact(writes).await? {
            TransactionEnd::Written => return Ok(StockMoveOutcome::Moved),
            TransactionEnd::ConditionsFailed(failed) => failed,
        };
        let Some(marker) = failed.iter().find(|failed| failed.index == MARKER) else {
            return Ok(StockMoveOutcome::Conflict);
        };
        let current = marker.current.as_ref().and_then(|i| i.find_text("record"));
        // The same record: it was written by an earlier attempt whose answer was lost.
        Ok(match current == Some(&record) {
            true => StockMoveOutcome::Moved,
            false => StockMoveOutcome::Duplicate,
        })
    }

    async fn movement(&self, cause: &str) -> Result<Option<StockRecord>, Failure> {
        let (source, id) = cause.split_once(':').unwrap_or((cause, ""));
        let item = self.get(Key::inbox(&Cause::new(source, id))).await?;
        item.map(|item| item.get_json("record")).transpose()
    }

    async fn stock_exception(
        &self,
        sku: &Sku,
        location: &LocationId,
    ) -> Result<Option<StockException>, Failure> {
        self.open_stock_exception(sku, location).await
    }

    async fn stock_exceptions(&self, page: &PageRequest) -> Result<Page<StockException>, Failure> {
        self.open_stock_exceptions(page).await
    }

    async fn backordered_skus(&self, page: &PageRequest) -> Result<Page<Sku>, Failure> {
        self.backordered_skus(page).await
    }
}

/// The marker of a movement: duplicate check, record and outbox in one item.
fn marker(record: &StockRecord) -> Result<Item, Failure> {
    let expires = record
        .at
        .checked_add(MOVEMENT_MARKER_TTL)
        .unwrap_or(record.at)
        .as_second();
    let item = Item::new(Key::inbox(&record.cause)).json("record", record)?;
    Ok(item.text("outbox", "1").number("expires_at", expires))
}
